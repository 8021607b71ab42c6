import { expectTypeOf, test } from "vitest";
import { always, sticky, threshold } from "../../policies/index.ts";
import { createRouter, type Policy } from "../../src/index.ts";
import { fakeModel } from "../../src/testing/index.ts";

const models = { small: fakeModel(), large: fakeModel({ model: "large" }) };

test("sticky names the models of its inner policy", () => {
  const policy = sticky(threshold({ small: "small", large: "large", at: 0.7 }), { expectedTurns: 3 });
  expectTypeOf(policy).toEqualTypeOf<Policy<"small" | "large">>();
  createRouter({ models, policy, budgets: [{ limitUsd: 10, period: "day", per: "tenant" }] });
  // @ts-expect-error: no such model
  createRouter({ models, policy: sticky(always("medium")) });
  // @ts-expect-error: no such period
  createRouter({ models, policy, budgets: [{ limitUsd: 10, period: "year" }] });
});
