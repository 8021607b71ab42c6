import { describe, expect, test } from "vitest";
import { always, firstOf, mix, threshold, when } from "../../policies/index.ts";
import { InvalidOptionError, isRouterError, type Policy } from "../../src/contracts/index.ts";
import { partialLottery } from "../support/partial-lottery.ts";
import { choicesAmong, sharesOf } from "../support/shares-of.ts";

describe("weights of models", () => {
  const policy = mix({ small: 0.7, mid: 0.2, large: 0.1 });

  test("give each model its share", () => {
    expect(sharesOf(policy, ["large", "mid", "small", "other"])).toEqual({
      small: 0.7,
      mid: 0.2,
      large: 0.1,
    });
  });

  test("keep their ratios where a model is not permitted", () => {
    const { small, mid } = sharesOf(policy, ["small", "mid"]);
    expect(small).toBeCloseTo(7 / 9, 12);
    expect(mid).toBeCloseTo(2 / 9, 12);
    expect(sharesOf(policy, ["large"])["large"]).toBeCloseTo(1, 12);
    expect(sharesOf(policy, ["other"])).toEqual({});
  });

  test("are the reason", () => {
    expect(choicesAmong(policy, ["small", "mid", "large"])[0]?.reason).toBe("share 0.7");
  });
});

describe("parts that are policies", () => {
  const policy = mix([
    { weight: 0.1, use: "canary" },
    { weight: 0.9, use: threshold({ small: "small", large: "large", at: 0.7 }) },
  ]);

  test("share by their own opinions", () => {
    const all = ["small", "large", "canary"];
    expect(sharesOf(policy, all, { complexity: 0.2 })).toEqual({ canary: 0.1, small: 0.9 });
    expect(sharesOf(policy, all, { complexity: 0.8 })).toEqual({ canary: 0.1, large: 0.9 });
  });

  test("put the share before their own reason", () => {
    const reasons = choicesAmong(policy, ["small", "large", "canary"]).map(({ reason }) => reason);
    expect(reasons).toEqual(["share 0.1", "share 0.9: complexity below 0.7"]);
  });

  test("leave their share to the others where they have no opinion, in part or altogether", () => {
    const never = when(() => false, always("large"));
    expect(
      sharesOf(
        mix([
          { weight: 0.5, use: never },
          { weight: 0.3, use: "small" },
          { weight: 0.2, use: "mid" },
        ]),
        ["small", "mid", "large"],
      ),
    ).toEqual({ small: 0.6, mid: 0.4 });
    const half = mix([
      { weight: 0.4, use: partialLottery({ large: 0.5 }) },
      { weight: 0.6, use: "small" },
    ]);
    const { small, large } = sharesOf(half, ["small", "large"]);
    expect(large).toBeCloseTo(0.2 / 0.8, 12);
    expect(small).toBeCloseTo(0.6 / 0.8, 12);
  });

  test("keep their escalations", () => {
    const escalate = [{ unless: { name: "never", accepts: () => false }, to: "large" as const }];
    const plan: Policy<"small" | "large"> = {
      name: "plan",
      select: () => ({ model: "small", reason: "try", escalate }),
    };
    const [choice] = choicesAmong(mix([{ weight: 1, use: plan }]), ["small", "large"]);
    expect(choice).toEqual({ model: "small", reason: "share 1: try", probability: 1, escalate });
  });
});

test("a part of weight 0 is never chosen", () => {
  expect(sharesOf(mix({ small: 1, large: 0 }), ["small", "large"])).toEqual({ small: 1 });
  expect(sharesOf(mix({ small: 1, large: 0 }), ["large"])).toEqual({});
});

test("weights that sum to 1 but for rounding are accepted", () => {
  const ids = "abcdefghij".split("");
  const tenths = Object.fromEntries(ids.map((id) => [id, 0.1]));
  expect(Object.values(tenths).reduce((sum, weight) => sum + weight, 0)).not.toBe(1);
  expect(sharesOf(mix(tenths), ids)).toEqual(tenths);
});

test("a part that breaks its contract is not hidden by scaling", () => {
  const tooMuch: Policy<"a"> = {
    name: "too-much",
    select: () => ({ model: "a", reason: "x", probability: 1.4 }),
  };
  for (const use of [
    tooMuch,
    { ...tooMuch, select: () => ({ model: "a", reason: "x", probability: Number.NaN }) } as Policy<"a">,
    // Division by a negative sum would make negative shares look valid.
    { ...tooMuch, select: () => ({ model: "a", reason: "x", probability: -1.4 }) } as Policy<"a">,
  ]) {
    const policy = mix([
      { weight: 0.5, use },
      { weight: 0.5, use: "b" },
    ]);
    const ask = () => sharesOf(policy, ["a", "b"]);
    expect(ask).toThrow(/too-much/);
    try {
      ask();
    } catch (error) {
      expect(isRouterError(error, "policy")).toBe(true);
    }
  }
});

test("its parameters describe it, and later changes of the options do not affect it", () => {
  const weights = { small: 0.7, large: 0.3 };
  const policy = mix(weights);
  weights.small = 0;
  expect(policy).toMatchObject({
    name: "mix",
    parameters: {
      parts: [
        { weight: 0.7, use: "small" },
        { weight: 0.3, use: "large" },
      ],
    },
    models: ["small", "large"],
  });
  expect(sharesOf(policy, ["small", "large"])).toEqual({ small: 0.7, large: 0.3 });
  expect(mix([{ weight: 1, use: firstOf(always("a"), always("b")) }])).toMatchObject({
    models: ["a", "b"],
    parameters: { parts: [{ weight: 1, use: { name: "firstOf" } }] },
  });
});

test("names of object internals are valid ids", () => {
  const policy = mix(JSON.parse('{"__proto__":0.5,"constructor":0.5}') as Record<string, number>);
  expect(policy.models).toEqual(["__proto__", "constructor"]);
  expect(choicesAmong(policy, ["__proto__", "constructor"])).toHaveLength(2);
});

test.each([
  [{}, "mix must be weights that sum to 1, got 0"],
  [[], "mix must be weights that sum to 1, got 0"],
  [null, "mix must be an object of weights by model, or an array of parts, got null"],
  [0.5, "mix must be an object of weights by model, or an array of parts, got 0.5"],
  [{ a: 0.7, b: 0.5 }, "mix must be weights that sum to 1, got 1.2"],
  [{ a: 0.7 }, "mix must be weights that sum to 1, got 0.7"],
  [{ a: Number.NaN }, "mix.a must be a number in [0, 1], got NaN"],
  [{ a: 1.5, b: -0.5 }, "mix.a must be a number in [0, 1], got 1.5"],
  [{ "": 1 }, 'mix, a model, must be a non-empty string, got ""'],
  [[{ weight: 1 }], "mix[0].use must be a non-empty string, but it is missing"],
  [[{ weight: 1, use: {} }], "mix[0].use must be an object with select()"],
])("%j is refused", (weights, message) => {
  const build = () => mix(weights as Record<string, number>);
  expect(build).toThrow(InvalidOptionError);
  expect(build).toThrow(message);
});
