import { expect, test } from "vitest";
import { seededRandom } from "../../evals/metrics/seeded-random.ts";
import { except } from "../../policies/constraints/index.ts";
import { always, firstOf, random, threshold } from "../../policies/index.ts";
import type { Classifier, Constraint, Policy } from "../../src/contracts/index.ts";
import { createRouter } from "../../src/create-router.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { runs } from "../support/runs.ts";

type Id = "canary" | "small" | "mid" | "large";

const models: Readonly<Record<Id, ReturnType<typeof fakeModel>>> = {
  canary: fakeModel({ model: "canary" }),
  small: fakeModel({ model: "small" }),
  mid: fakeModel({ model: "mid" }),
  large: fakeModel({ model: "large" }),
};
const classifier: Classifier = { name: "fixed", version: "1", classify: () => ({ complexity: 0.9 }) };
const draws = runs(4_000, 100_000);

test.each<{
  what: string;
  policy: Policy<Id>;
  constraints: readonly Constraint<Id>[];
  stated: Partial<Record<Id, number>>;
}>([
  {
    what: "a lottery",
    policy: random({ small: 0.7, large: 0.3 }),
    constraints: [],
    stated: { small: 0.7, large: 0.3 },
  },
  {
    what: "a canary before a threshold",
    policy: firstOf(random({ canary: 0.05 }), threshold({ small: "small", large: "large", at: 0.5 })),
    constraints: [],
    stated: { canary: 0.05, large: 0.95 },
  },
  {
    what: "lotteries in lotteries that choose the same models",
    policy: firstOf(
      random({ canary: 0.1, small: 0.1 }),
      firstOf(random({ small: 0.25 }), random({ mid: 0.5 })),
      firstOf(random()),
    ),
    constraints: [],
    // Left after each: 0.8, 0.6, 0.3; the last is shared by four.
    stated: { canary: 0.1 + 0.075, small: 0.1 + 0.2 + 0.075, mid: 0.3 + 0.075, large: 0.075 },
  },
  {
    what: "a lottery of which one model is not permitted",
    policy: firstOf(random({ canary: 0.2, mid: 0.1 }), random({ small: 0.5, canary: 0.5 }), always("large")),
    constraints: [except("canary")],
    // 0.1 to 0.7 of no opinion; then small alone.
    stated: { mid: 0.125, small: 0.875 },
  },
])(
  "$what is drawn as often as stated, and each decision says so",
  async ({ policy, constraints, stated }) => {
    const router = createRouter({
      models,
      policy,
      constraints,
      classifier,
      random: seededRandom(20_260_101),
    });
    const counts: Partial<Record<Id, number>> = {};
    let inversePropensities = 0;
    for (let draw = 0; draw < draws; draw += 1) {
      const { model, propensity } = await router.decide("What is the capital of France?");
      counts[model] = (counts[model] ?? 0) + 1;
      inversePropensities += 1 / propensity;
      if (Math.abs(propensity - (stated[model] ?? 0)) > 1e-12)
        expect.fail(`${model} was drawn with a propensity of ${propensity}, stated: ${stated[model]}`);
    }

    const ids = Object.keys(stated) as Id[];
    expect(Object.keys(counts).sort()).toEqual([...ids].sort());
    for (const id of ids) {
      const probability = stated[id] ?? 0;
      // 4.5 standard errors of a share: exceeded by chance once in 150,000 comparisons.
      const tolerance = 4.5 * Math.sqrt((probability * (1 - probability)) / draws);
      expect(Math.abs((counts[id] ?? 0) / draws - probability)).toBeLessThanOrEqual(tolerance);
    }
    // E(1 / propensity) is the number of models that can be drawn; its variance is Σ 1/p - k².
    const variance = ids.reduce((sum, id) => sum + 1 / (stated[id] ?? 1), 0) - ids.length ** 2;
    const tolerance = 4.5 * Math.sqrt(variance / draws);
    expect(Math.abs(inversePropensities / draws - ids.length)).toBeLessThanOrEqual(tolerance);
  },
);
