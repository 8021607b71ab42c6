import { expect, it, test } from "vitest";
import { configuredRouter } from "../../../../evals/monitor/gate/configured-router.ts";
import { policyOfGate } from "../../../../evals/monitor/gate/policy-of-gate.ts";
import { fromDescription } from "../../../../policies/internal/from-description.ts";
import { createRouter, type Policy } from "../../../../src/index.ts";
import { describePolicy } from "../../../../src/plugin/index.ts";
import { fakeModel } from "../../../../src/testing/index.ts";
import { policySamples } from "../../../support/policy-samples.ts";

type Id = "small" | "large";
const models = { small: fakeModel({ model: "s" }), large: fakeModel({ model: "l" }) };

/** A policy of a user, which no list of ours has. */
const evenTurns: Policy<Id> = {
  name: "evenTurns",
  parameters: { even: "small", odd: "large" },
  models: ["small", "large"],
  select: ({ request }) => ({ model: request.turns % 2 === 0 ? "small" : "large", reason: "turns" }),
};
const tuning = { policy: { name: "evenTurns", parameters: { even: "fake:s", odd: "fake:l" } } };
const around = (guards: boolean): Policy<Id> => ({
  ...evenTurns,
  name: "atNight",
  parameters: {},
  inner: [evenTurns],
  guards,
});

it.each([
  ["of the router", evenTurns, "evenTurns"],
  ["within a guard of one's own", around(true), "evenTurns"],
  ["within a guard of a guard", { ...around(true), inner: [around(true)] }, "evenTurns"],
  ["not within another policy", around(false), undefined],
])("finds the certified policy: %s", (_, policy, name) => {
  const router = configuredRouter(createRouter({ models, policy }));
  expect(policyOfGate(tuning, router)?.name).toBe(name);
});

test("a policy that its parameters determine is made of its description, as it was", () => {
  const accepts = () => false;
  const made = Object.values(policySamples)
    .flat()
    .flatMap((sample) => {
      const policy = sample.reads ? undefined : fromDescription(sample, (name) => ({ name, accepts }));
      if (policy !== undefined) expect(describePolicy(policy)).toEqual(describePolicy(sample));
      return policy === undefined ? [] : [policy.name];
    });
  expect([...new Set(made)]).toEqual(["always", "byTask", "cascade", "tiers", "threshold"]);
});
