import { describe, it } from "vitest";
import { type OutcomeRecord, replay } from "../../../evals/index.ts";
import { only } from "../../../policies/constraints/index.ts";
import { always, firstOf, threshold } from "../../../policies/index.ts";
import type { Policy } from "../../../src/contracts/index.ts";

declare const records: readonly OutcomeRecord[];
declare const names: readonly string[];
declare const cheapest: Policy;
const policy = threshold({ small: "mixtral", large: "gpt-4", at: 0.5 });

describe("replay", () => {
  it("takes policies that name its models, and policies that name none", () => {
    void replay(records, { models: ["mixtral", "gpt-4"], policy });
    void replay(records, { models: ["mixtral", "gpt-4"], policy: cheapest });
    void replay(records, { models: ["mixtral", "gpt-4"], policy: firstOf(cheapest, policy) });
    void replay(records, { models: names, policy });
  });

  it("does not take a policy or a constraint that names another model", () => {
    // @ts-expect-error: mixtrl is not one of the models
    void replay(records, { models: ["mixtral", "gpt-4"], policy: always("mixtrl") });
    // @ts-expect-error: nested
    void replay(records, { models: ["mixtral"], policy: firstOf(cheapest, policy) });
    // @ts-expect-error: in a constraint
    void replay(records, { models: ["mixtral", "gpt-4"], policy, constraints: [only("mixtrl")] });
  });

  it("knows the models in its result", () => {
    void replay(records, { models: ["mixtral", "gpt-4"], policy }).then(({ callRates }) => {
      callRates["gpt-4"] satisfies number;
      // @ts-expect-error: no such model
      callRates["gpt-5"] satisfies number;
    });
  });
});
