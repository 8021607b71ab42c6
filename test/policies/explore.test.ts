import { describe, expect, test } from "vitest";
import { always, cheapestAbove, type ExploreOptions, explore, mix, when } from "../../policies/index.ts";
import { InvalidOptionError, type Policy } from "../../src/contracts/index.ts";
import { candidateOf } from "../../src/testing/index.ts";
import { partialLottery } from "../support/partial-lottery.ts";
import { choicesAmong, sharesOf } from "../support/shares-of.ts";

test("the permitted models share epsilon of the requests, the policy gets the rest", () => {
  const shares = sharesOf(explore(0.2, mix({ small: 0.9, large: 0.1 })), ["small", "large"]);
  expect(shares["large"]).toBeCloseTo(0.18, 15);
  expect(shares["small"]).toBeCloseTo(0.82, 15);
});

test("models that the policy does not name are explored too", () => {
  const shares = sharesOf(explore(0.3, always("small")), ["small", "mid", "large"]);
  expect(shares["small"]).toBeCloseTo(0.8, 12);
  expect(shares["mid"]).toBeCloseTo(0.1, 12);
  expect(shares["large"]).toBeCloseTo(0.1, 12);
});

test("the reason distinguishes exploration from the policy's choice", () => {
  const reasons = choicesAmong(explore(0.3, always("small")), ["small", "large"]).map((one) => one.reason);
  expect(reasons).toEqual([
    "always small",
    "exploration, 0.3 of the requests",
    "exploration, 0.3 of the requests",
  ]);
});

test("epsilon 0 is the policy alone, epsilon 1 exploration alone", () => {
  expect(sharesOf(explore(0, always("small")), ["small", "large"])).toEqual({ small: 1 });
  expect(sharesOf(explore(1, always("small")), ["small", "large"])).toEqual({ small: 0.5, large: 0.5 });
});

test("it has an opinion where the policy has one, with the same probability", () => {
  expect(
    sharesOf(
      explore(
        0.5,
        when(() => false, always("small")),
      ),
      ["small", "large"],
    ),
  ).toEqual({});
  const shares = sharesOf(explore(0.5, partialLottery({ small: 0.4 })), ["small", "large"]);
  expect(shares["small"]).toBeCloseTo(0.2 + 0.1, 12);
  expect(shares["large"]).toBeCloseTo(0.1, 12);
});

test("an escalation of the policy's choice is kept", () => {
  const escalate = [{ unless: { name: "never", accepts: () => false }, to: "large" as const }];
  const plan: Policy<"small" | "large"> = {
    name: "plan",
    select: () => ({ model: "small", reason: "try", escalate }),
  };
  const choices = choicesAmong(explore(0.2, plan), ["small", "large"]);
  expect(choices[0]).toEqual({ model: "small", reason: "try", probability: 0.8, escalate });
  expect(choices.slice(1).map((choice) => choice.escalate)).toEqual([undefined, undefined]);
});

describe("a floor", () => {
  const models = [
    candidateOf("small", { estimatedQuality: 0.4, estimatedCostUsd: 0.001 }),
    candidateOf("mid", { estimatedQuality: 0.8, estimatedCostUsd: 0.002 }),
    candidateOf("large", { estimatedQuality: 0.9, estimatedCostUsd: 0.01 }),
    candidateOf("unknown"),
  ];

  test("is never crossed: models of lower or unknown quality are not explored", () => {
    const shares = sharesOf(explore(0.2, cheapestAbove(0.8), { floor: 0.8 }), models);
    expect(Object.keys(shares).sort()).toEqual(["large", "mid"]);
    expect(shares["large"]).toBeCloseTo(0.1, 12);
  });

  test("that no model reaches leaves the policy's opinion unchanged", () => {
    expect(sharesOf(explore(0.2, cheapestAbove(0.8), { floor: 0.95 }), models)).toEqual({ mid: 1 });
  });

  test("and a list of models hold together", () => {
    const policy = explore(0.2, always("large"), { among: ["small", "mid"], floor: 0.8 });
    expect(sharesOf(policy, models)).toEqual({ large: 0.8, mid: 0.2 });
    expect(sharesOf(policy, ["large"])).toEqual({ large: 1 });
  });
});

test("its parameters describe it", () => {
  expect(explore(0.1, always("a"))).toMatchObject({
    name: "explore",
    models: ["a"],
    parameters: { epsilon: 0.1, policy: { name: "always", parameters: { model: "a" } } },
  });
  const bounded = explore(0.1, always("a"), { among: ["b", "a"], floor: 0.5 });
  expect(bounded.parameters).toMatchObject({ among: ["b", "a"], floor: 0.5 });
  expect(bounded.models).toEqual(["a", "b"]);
});

test.each<[unknown, unknown, unknown, string]>([
  [1.1, always("a"), {}, "explore.epsilon must be a number in [0, 1], got 1.1"],
  [Number.NaN, always("a"), {}, "explore.epsilon must be a number in [0, 1], got NaN"],
  [0.1, "a", {}, "explore.policy must be an object with select()"],
])("epsilon %j with %j and %j is refused", (epsilon, policy, options, message) => {
  const build = () => explore(epsilon as number, policy as Policy<"a">, options as ExploreOptions<"a">);
  expect(build).toThrow(InvalidOptionError);
  expect(build).toThrow(message);
});
