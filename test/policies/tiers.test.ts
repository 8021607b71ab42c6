import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type TiersOptions, threshold, tiers } from "../../policies/index.ts";
import { InvalidOptionError } from "../../src/contracts/index.ts";
import { runs } from "../support/runs.ts";
import { choicesAmong } from "../support/shares-of.ts";

const all = ["small", "mid", "large"] as const;

describe("three models by two cuts", () => {
  const policy = tiers({ models: all, cuts: [0.3, 0.7] });

  test.each([
    { complexity: 0, model: "small", reason: "complexity below 0.3" },
    { complexity: 0.2999, model: "small", reason: "complexity below 0.3" },
    { complexity: 0.3, model: "mid", reason: "complexity in [0.3, 0.7)" },
    { complexity: 0.6999, model: "mid", reason: "complexity in [0.3, 0.7)" },
    { complexity: 0.7, model: "large", reason: "complexity at or above 0.7" },
    { complexity: 1, model: "large", reason: "complexity at or above 0.7" },
  ])("send complexity $complexity to $model", ({ complexity, model, reason }) => {
    expect(choicesAmong(policy, all, { complexity })).toEqual([{ model, reason }]);
  });

  test.each([
    { complexity: 0.1, permitted: ["mid", "large"], model: "mid" },
    { complexity: 0.1, permitted: ["large"], model: "large" },
    { complexity: 0.5, permitted: ["small", "large"], model: "large" },
    { complexity: 0.5, permitted: ["small"], model: "small" },
    { complexity: 0.9, permitted: ["small", "mid"], model: "mid" },
    { complexity: 0.9, permitted: ["small"], model: "small" },
  ])(
    "send complexity $complexity to $model where $permitted are permitted",
    ({ permitted, model, ...rest }) => {
      const [choice] = choicesAmong(policy, [...permitted, "other"], rest);
      expect(choice?.model).toBe(model);
      expect(choice?.reason).toMatch(/^complexity .*, and (small|mid|large) is not permitted$/);
    },
  );

  test("have no opinion where none of them is permitted", () => {
    expect(choicesAmong(policy, ["other"])).toEqual([]);
  });

  test("send a request without a classification to the last, or to otherwise", () => {
    const unclassified = { classification: undefined };
    const reason = "no classification";
    expect(choicesAmong(policy, all, unclassified)).toEqual([{ model: "large", reason }]);
    const cautious = tiers({ models: all, cuts: [0.3, 0.7], otherwise: "mid" });
    expect(choicesAmong(cautious, all, unclassified)).toEqual([{ model: "mid", reason }]);
    expect(choicesAmong(cautious, ["small", "large"], unclassified)).toEqual([
      { model: "large", reason: "no classification, and mid is not permitted" },
    ]);
  });

  test("are in the parameters of the policy, and later changes of the options do not affect it", () => {
    const cuts = [0.3, 0.7];
    const built = tiers({ models: all, cuts });
    cuts[0] = 0.6;
    expect(built).toMatchObject({
      name: "tiers",
      parameters: { models: all, cuts: [0.3, 0.7], otherwise: "large" },
      models: all,
    });
    expect(choicesAmong(built, all, { complexity: 0.5 })[0]?.model).toBe("mid");
  });
});

test("a harder request never goes to a smaller model, whatever is permitted", () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      fc.uniqueArray(unit, { minLength: 1, maxLength: 8 }),
      unit,
      unit,
      fc.infiniteStream(fc.boolean()),
      (cuts, one, other, permitted) => {
        const models = [...cuts, 1].map((_, index) => `model-${index}`);
        const policy = tiers({ models, cuts: [...cuts].sort((a, b) => a - b) });
        const candidates = models.filter(() => permitted.next().value);
        const tier = (complexity: number) =>
          models.indexOf(choicesAmong(policy, candidates, { complexity })[0]?.model ?? "");
        const [easier, harder] = one < other ? [one, other] : [other, one];
        expect(tier(easier)).toBeLessThanOrEqual(tier(harder));
        expect(tier(easier) >= 0).toBe(candidates.length > 0);
      },
    ),
    { numRuns: runs(200, 10_000) },
  );
});

test("two models are a threshold", () => {
  const two = ["small", "large"] as const;
  for (const at of [0, 0.5, 1]) {
    for (const complexity of [0, 0.4999, 0.5, 1, Number.NaN]) {
      const [tier] = choicesAmong(tiers({ models: two, cuts: [at] }), two, { complexity });
      const [side] = choicesAmong(threshold({ small: "small", large: "large", at }), two, { complexity });
      expect(tier).toEqual(side);
    }
  }
});

const good = { models: ["a", "b", "c"], cuts: [0.3, 0.7] };

test.each([
  [{ ...good, cuts: [0.7, 0.3] }, "tiers.cuts[1] must be above the cut before it, 0.7, got 0.3"],
  [{ ...good, cuts: [0.3, 0.3] }, "tiers.cuts[1] must be above the cut before it, 0.3, got 0.3"],
  [{ ...good, cuts: [0.3] }, "tiers.cuts must be an array of 2, one fewer than models, got an array of 1"],
  [{ ...good, cuts: 0.3 }, "tiers.cuts must be an array of 2, one fewer than models, got 0.3"],
  [{ ...good, cuts: [0.3, 1.1] }, "tiers.cuts[1] must be a number in [0, 1], got 1.1"],
  [{ ...good, cuts: [Number.NaN, 0.5] }, "tiers.cuts[0] must be a number in [0, 1], got NaN"],
  [{ ...good, otherwise: "d" }, 'tiers.otherwise must be one of a, b, c, got "d"'],
])("options %j are refused", (options, message) => {
  const build = () => tiers(options as TiersOptions<string>);
  expect(build).toThrow(InvalidOptionError);
  expect(build).toThrow(message);
});
