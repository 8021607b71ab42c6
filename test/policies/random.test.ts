import { describe, expect, test } from "vitest";
import { random } from "../../policies/index.ts";
import { type Choice, InvalidOptionError, type Policy } from "../../src/contracts/index.ts";
import { candidateOf, factsOf } from "../../src/testing/index.ts";

/** Probability of each model in the lottery. */
function shares<Id extends string>(policy: Policy<Id>, ids: readonly string[]): Record<string, number> {
  const candidates = ids.map((id) => candidateOf(id));
  const choices =
    (policy as unknown as Policy<string>).select({ request: factsOf(), candidates, now: 0 }) ?? [];
  return Object.fromEntries(
    (choices as readonly Choice[]).map(({ model, probability }) => [model, probability ?? 1]),
  );
}

test("without arguments, all permitted models have equal shares", () => {
  expect(shares(random(), ["a", "b", "c", "d"])).toEqual({ a: 0.25, b: 0.25, c: 0.25, d: 0.25 });
  expect(shares(random(), ["a"])).toEqual({ a: 1 });
});

describe("a full lottery", () => {
  const policy = random({ small: 0.7, mid: 0.2, large: 0.1 });

  test("gives each model its share", () => {
    expect(shares(policy, ["large", "mid", "small", "other"])).toEqual({ small: 0.7, mid: 0.2, large: 0.1 });
  });

  test("keeps the ratios of the models that are permitted", () => {
    const { small, mid } = shares(policy, ["small", "mid"]);
    expect(small).toBeCloseTo(7 / 9, 12);
    expect(mid).toBeCloseTo(2 / 9, 12);
    expect(shares(policy, ["large"])).toEqual({ large: 1 });
  });

  test("has no opinion where none of its models is permitted", () => {
    expect(shares(policy, ["other"])).toEqual({});
  });
});

describe("a lottery that leaves a rest", () => {
  const policy = random({ canary: 0.05, other: 0.15 });

  test("leaves it as no opinion", () => {
    expect(shares(policy, ["canary", "other", "large"])).toEqual({ canary: 0.05, other: 0.15 });
  });

  test("keeps the ratio of a permitted model to the rest", () => {
    // 0.05 to 0.8 of no opinion: 1 to 16.
    expect(shares(policy, ["canary", "large"])["canary"]).toBeCloseTo(1 / 17, 12);
  });
});

test("a model of probability 0 is never among the choices", () => {
  expect(shares(random({ small: 1, large: 0 }), ["small", "large"])).toEqual({ small: 1 });
  expect(shares(random({ small: 1, large: 0 }), ["large"])).toEqual({});
  expect(shares(random({ small: 0 }), ["small"])).toEqual({});
});

test("probabilities that sum to 1 but for rounding are a full lottery", () => {
  const ids = "abcdefghij".split("");
  const tenths = Object.fromEntries(ids.map((id) => [id, 0.1]));
  expect(Object.values(tenths).reduce((sum, probability) => sum + probability, 0)).not.toBe(1);
  expect(shares(random(tenths), ids)).toEqual(tenths);
  expect(shares(random(tenths), ["a"])).toEqual({ a: 1 });
});

test("it says what it was built with, and later changes do not reach it", () => {
  const probabilities = { small: 0.7, large: 0.3 };
  const policy = random(probabilities);
  probabilities.small = 0;
  expect(policy).toMatchObject({
    name: "random",
    parameters: { probabilities: { small: 0.7, large: 0.3 } },
    models: ["small", "large"],
  });
  expect(shares(policy, ["small", "large"])).toEqual({ small: 0.7, large: 0.3 });
});

test("ids that are names of object internals are ids like others", () => {
  const policy = random(JSON.parse('{"__proto__":0.5,"constructor":0.5}'));
  expect(policy.models).toEqual(["__proto__", "constructor"]);
  expect(JSON.stringify(policy.parameters)).toBe('{"probabilities":{"__proto__":0.5,"constructor":0.5}}');
});

test.each([
  [{}, "random.probabilities must be an object of at least one model and its probability, got an object"],
  [null, "random.probabilities must be an object of at least one model and its probability, got null"],
  [[0.5, 0.5], "random.probabilities must be an object of at least one model and its probability"],
  [0.5, "random.probabilities must be an object of at least one model and its probability, got 0.5"],
  [{ a: 0.7, b: 0.5 }, "random.probabilities must be probabilities that sum to at most 1, got 1.2"],
  [{ a: Number.NaN }, "random.probabilities.a must be a number in [0, 1], got NaN"],
  [{ a: -0.1 }, "random.probabilities.a must be a number in [0, 1], got -0.1"],
  [{ a: 1.5 }, "random.probabilities.a must be a number in [0, 1], got 1.5"],
  [{ "": 1 }, 'random.probabilities, a model, must be a non-empty string, got ""'],
])("probabilities %j are refused", (probabilities, message) => {
  const build = () => random(probabilities as Record<string, number>);
  expect(build).toThrow(InvalidOptionError);
  expect(build).toThrow(message);
});
