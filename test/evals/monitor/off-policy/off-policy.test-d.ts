import { expectTypeOf, test } from "vitest";
import { type OffPolicyReport, offPolicy } from "../../../../evals/monitor/off-policy/index.ts";
import { always, threshold } from "../../../../policies/index.ts";
import { createRouter } from "../../../../src/router/create/create-router.ts";
import { fakeModel } from "../../../../src/testing/index.ts";

const models = { small: fakeModel({ name: "small" }), large: fakeModel({ name: "large" }) };

test("a router is a target, and so are models with a policy", () => {
  const router = createRouter({ models, policy: threshold({ small: "small", large: "large", at: 0.5 }) });
  expectTypeOf(offPolicy([], router)).toEqualTypeOf<Promise<OffPolicyReport>>();
  expectTypeOf(offPolicy([], { models, policy: always("small") })).toEqualTypeOf<Promise<OffPolicyReport>>();
});

test("a policy that names another model is none", () => {
  // @ts-expect-error: there is no model "giant"
  offPolicy([], { models, policy: always("giant") });
});
