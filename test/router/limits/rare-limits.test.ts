import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LimitOptions } from "../../../src/contracts/index.ts";
import { runs } from "../../support/runs.ts";
import { bucket, runLimitedWorld, share } from "../../support/state/limited-world.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Limits that leave room for far more than what is sent. */
const generous: Readonly<Record<string, LimitOptions>> = {
  "calls at once only": { maxConcurrent: 64 },
  "a rate of twice what is sent": { maxConcurrent: 64, requestsPerMinute: 120_000 },
};
const shares = [0.0001, 0.001, 0.01, 0.05].slice(runs(-1, 0));

describe("a provider that answers few calls with 429 is used for at least 90 % of what it would serve", () => {
  for (const [name, limits] of Object.entries(generous)) {
    for (const perSecond of [10, 100, 1_000]) {
      for (const retryAfterMs of [undefined, 1_000]) {
        it(`with ${name}, at ${perSecond} a second, Retry-After ${retryAfterMs ?? "absent"}`, async () => {
          for (const of of shares) {
            const { sent, answered } = await runLimitedWorld({
              perSecond,
              seconds: Math.min(600, runs(500, 10_000) / perSecond),
              refuses: share(of),
              retryAfterMs,
              execution: { limits },
            });
            expect(answered).toBeGreaterThanOrEqual(0.9 * (1 - of) * sent);
          }
        });
      }
    }
  }
});

it("a provider that serves half of what is sent is asked for little more, and serves all that it can", async () => {
  const { answered, calls } = await runLimitedWorld({
    perSecond: 10,
    seconds: 90,
    refuses: bucket(5, 10),
    execution: { limits: { requestsPerMinute: 6_000 } },
  });
  expect(answered).toBeGreaterThanOrEqual(0.95 * 5 * 90);
  expect(calls).toBeLessThanOrEqual(1.3 * answered);
});
