import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { budgetAware, threshold } from "../../policies/index.ts";
import { runs } from "../support/runs.ts";
import { choicesAmong, type SharesContext } from "../support/shares-of.ts";

const both = ["small", "large"] as const;
const options = { small: "small", large: "large", at: 0.6 } as const;
const policy = budgetAware({ ...options, tightenFrom: 0.5 });
const choose = (context: SharesContext, models: readonly string[] = both) =>
  choicesAmong(policy, models, context)[0];
const spent = (usedUsd: number, limitUsd = 10) => ({ spend: { usedUsd, limitUsd } });

describe("a threshold of 0.6 that rises from half of the budget on", () => {
  // Half-way between 5 and 10 dollars the threshold is half-way between 0.6 and 1.
  test.each([
    { usedUsd: 0, complexity: 0.6, model: "large" },
    { usedUsd: 5, complexity: 0.6, model: "large" },
    { usedUsd: 5, complexity: 0.5999, model: "small" },
    { usedUsd: 7.5, complexity: 0.7999, model: "small" },
    { usedUsd: 7.5, complexity: 0.8001, model: "large" },
    { usedUsd: 9.999, complexity: 1, model: "large" },
    { usedUsd: 10, complexity: 1, model: "small" },
    { usedUsd: 12, complexity: 1, model: "small" },
  ])(
    "sends complexity $complexity to $model when $usedUsd of 10 dollars are used",
    ({ usedUsd, complexity, model }) => {
      expect(choose({ complexity, ...spent(usedUsd) })?.model).toBe(model);
    },
  );

  test("says when the budget was the reason", () => {
    expect(choose({ complexity: 0.7, ...spent(7.5) })?.reason).toBe(
      "complexity below 0.800, raised from 0.6 to save budget",
    );
    expect(choose({ complexity: 0.7, ...spent(10) })?.reason).toBe("the budget is used up");
    expect(choose({ complexity: 0.5, ...spent(7.5) })?.reason).toBe("complexity below 0.6");
  });

  test("keeps requests without a classification on the large model until the budget is used up", () => {
    expect(choose({ classification: undefined, ...spent(9.9) })?.model).toBe("large");
    expect(choose({ classification: undefined, ...spent(10) })?.model).toBe("small");
  });

  test("forbids nothing: the only permitted model answers", () => {
    expect(choose(spent(20), ["large"])).toEqual({ model: "large", reason: "small is not permitted" });
    expect(choose({ complexity: 0.7, ...spent(7.5) }, ["small"])?.model).toBe("small");
    expect(choose(spent(20), ["other"])).toBeUndefined();
  });

  test.each([spent(0, 0), spent(Number.NaN), spent(1, Number.NaN)])(
    "takes a budget that cannot be told for used up: %j",
    (context) => {
      expect(choose({ complexity: 1, ...context })?.model).toBe("small");
    },
  );
});

test("without a budget it is the plain threshold", () => {
  for (const complexity of [0, 0.5999, 0.6, 1])
    expect(choose({ complexity })).toEqual(choicesAmong(threshold(options), both, { complexity })[0]);
});

test("tightenFrom 1 switches at the limit, by default the last fifth counts", () => {
  const hard = budgetAware({ ...options, tightenFrom: 1 });
  expect(choicesAmong(hard, both, { complexity: 0.6, ...spent(9.99) })[0]?.model).toBe("large");
  expect(choicesAmong(hard, both, { complexity: 1, ...spent(10) })[0]?.model).toBe("small");
  const usual = budgetAware(options);
  expect(choicesAmong(usual, both, { complexity: 0.6, ...spent(8) })[0]?.model).toBe("large");
  expect(choicesAmong(usual, both, { complexity: 0.6, ...spent(8.1) })[0]?.model).toBe("small");
});

test("more spending and less complexity never lead to a larger model", () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  const used = fc.double({ min: 0, max: 1.5, noNaN: true });
  fc.assert(
    fc.property(unit, unit, unit, unit, used, used, (at, tightenFrom, one, other, early, late) => {
      const built = budgetAware({ ...options, at, tightenFrom });
      const size = (complexity: number, usedUsd: number) =>
        both.indexOf(choicesAmong(built, both, { complexity, ...spent(usedUsd, 1) })[0]?.model as "small");
      const most = size(Math.max(one, other), Math.min(early, late));
      const least = size(Math.min(one, other), Math.max(early, late));
      expect(least).toBeLessThanOrEqual(most);
    }),
    { numRuns: runs(200, 10_000) },
  );
});

test("its parameters describe it", () => {
  expect(budgetAware(options)).toMatchObject({
    name: "budgetAware",
    parameters: { small: "small", large: "large", at: 0.6, otherwise: "large", tightenFrom: 0.8 },
    models: ["small", "large"],
  });
});

test("otherwise is one of its models", () => {
  expect(() => budgetAware({ ...options, otherwise: "mid" as "large" })).toThrow(
    'budgetAware.otherwise must be "small" or "large", got "mid"',
  );
});
