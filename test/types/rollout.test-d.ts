import { expectTypeOf, test } from "vitest";
import { always, mix, threshold } from "../../policies/index.ts";
import { createRouter, type Policy } from "../../src/index.ts";
import { createHoldOut, rolloutPolicy } from "../../src/loop/index.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { movedState } from "../support/rollouts.ts";

const models = { small: fakeModel(), large: fakeModel({ model: "large" }) };
const common = { id: "r", salt: "0123456789abcdef", unit: "session", state: movedState(0) } as const;

test("a rollout names the models of control and candidate", () => {
  const control = threshold({ small: "small", large: "large", at: 0.7 });
  const policy = rolloutPolicy({
    ...common,
    control,
    candidate: threshold({ small: "small", large: "large", at: 0.6 }),
  });
  expectTypeOf(policy).toEqualTypeOf<Policy<"small" | "large">>();
  createRouter({ models, policy });
  // @ts-expect-error: the candidate names a model that the router does not have
  createRouter({ models, policy: rolloutPolicy({ ...common, control, candidate: always("medium") }) });
  const within = rolloutPolicy({ ...common, control: always("medium"), candidate: control });
  const nested = mix([{ weight: 1, use: within }]);
  // @ts-expect-error: so does a policy within control
  createRouter({ models, policy: nested });
  // @ts-expect-error: no such unit
  rolloutPolicy({ ...common, unit: "user", control, candidate: control });
});

test("a hold-out names the large model, too", () => {
  const holdOut = createHoldOut({ policy: always("small"), large: "large", salt: common.salt });
  createRouter({ models, policy: holdOut.policy });
  const absent = createHoldOut({ policy: always("small"), large: "medium", salt: common.salt });
  // @ts-expect-error: the router has no such model
  createRouter({ models, policy: absent.policy });
});
