import { describe, test } from "vitest";
import { offPolicy, offPolicyOptions } from "../../../evals/monitor/off-policy/off-policy.ts";
import { always } from "../../../policies/always.ts";
import { isRouterError } from "../../../src/index.ts";
import { fakeModel, optionConformance } from "../../../src/testing/index.ts";

const target = { models: { small: fakeModel() }, policy: always("small") };

describe("options of offPolicy", () => {
  test.each(
    optionConformance({
      owner: "offPolicy",
      path: "",
      table: offPolicyOptions,
      valid: {},
      // Options are read before the log, which holds no decisions.
      use: (options) =>
        offPolicy([], target, options).catch((error: unknown) => {
          if (!isRouterError(error, "outcome-format")) throw error;
        }),
    }),
  )("$name", ({ run }) => run());
});
