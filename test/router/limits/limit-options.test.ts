import { describe, expect, it } from "vitest";
import type { LimitOptions } from "../../../src/contracts/index.ts";
import { makeLimits } from "../../support/state/make-limits.ts";

describe("options of limits", () => {
  it.each([
    [{ maxConcurrent: 0 }, "execution.limits.maxConcurrent must be an integer of at least 1, got 0"],
    [{ maxConcurrent: 1.5 }, "execution.limits.maxConcurrent must be an integer of at least 1, got 1.5"],
    [{ maxQueued: -1 }, "execution.limits.maxQueued must be an integer in [0, 1000000], got -1"],
    [{ queueTimeoutMs: 0 }, "execution.limits.queueTimeoutMs must be a number in [1, 2147483647], got 0"],
    [{ requestsPerMinute: 0 }, "execution.limits.requestsPerMinute must be"],
    [{ tenant: { maxConcurrent: 1 } }, "execution.limits.tenant.maxConcurrent must be absent"],
    [{ tenant: { tokensPerMinute: Number.NaN } }, "execution.limits.tenant.tokensPerMinute must be"],
    [
      { models: { medium: {} } },
      "execution.limits.models.medium must be absent: known options are small, large",
    ],
    [{ models: { small: { learn: true } } }, "execution.limits.models.small.learn must be absent"],
    [{ models: { small: { maxQueued: 0.5 } } }, "execution.limits.models.small.maxQueued must be an integer"],
    [{ learn: "yes" }, 'execution.limits.learn must be true or false, got "yes"'],
    [{ maxTenants: 0 }, "execution.limits.maxTenants must be"],
    [{ concurrency: 3 }, "execution.limits.concurrency must be absent"],
  ] as const)("%j is refused by name", (options, message) => {
    expect(() => makeLimits(options as LimitOptions)).toThrow(message);
  });
});
