import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { knownRewards } from "../../../../evals/monitor/off-policy/known-rewards.ts";
import { planKey, showPlanKey } from "../../../../evals/monitor/off-policy/plan-key.ts";
import { predictRewards } from "../../../../evals/monitor/off-policy/predict-rewards.ts";
import { uncoveredShares } from "../../../../evals/monitor/off-policy/uncovered.ts";
import { fitRidge } from "../../../../src/loop/statistics/fit-ridge.ts";
import { numRuns } from "../../../support/runs.ts";

describe("ridge regression", () => {
  it("is the closed form for one feature", () => {
    // Standardised x: -1, -1, 1, 1; Σ x y = 4 · 0.25 = 1; slope 1 / (4 + 10) a deviation; mean 0.5.
    const rows = [0, 0, 2, 2].map((x) => Float64Array.of(x));
    const predict = fitRidge(rows, [0, 0.5, 0.5, 1]);
    expect(predict(Float64Array.of(2))).toBeCloseTo(0.5 + 1 / 14, 12);
    expect(predict(Float64Array.of(1))).toBeCloseTo(0.5, 12);
    // Unknown counts as the mean.
    expect(predict(Float64Array.of(Number.NaN))).toBeCloseTo(0.5, 12);
    // Never beyond what was seen.
    expect(predict(Float64Array.of(1_000))).toBe(1);
  });

  it("finds two weights among many rows", () => {
    const rows = Array.from({ length: 2_000 }, (_, index) => Float64Array.of(index % 7, (index * 3) % 11, 5));
    const predict = fitRidge(
      rows,
      rows.map(([a = 0, b = 0]) => 2 * a - b),
    );
    expect(predict(Float64Array.of(3, 4, 5))).toBeCloseTo(2, 1);
    // The third never varied: what it is does not matter.
    expect(predict(Float64Array.of(3, 4, 99))).toBe(predict(Float64Array.of(3, 4, 5)));
  });

  it("stays within the rewards on any rows, without features too", () => {
    const row = fc.record({
      features: fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 3, maxLength: 3 }),
      reward: fc.double({ noNaN: true, min: 0, max: 1 }),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (rows) => {
        const rewards = rows.map(({ reward }) => reward);
        const predict = fitRidge(
          rows.map(({ features }) => Float64Array.from(features)),
          rewards,
        );
        for (const { features } of rows) {
          const value = predict(Float64Array.from(features));
          expect(value).toBeGreaterThanOrEqual(Math.min(...rewards));
          expect(value).toBeLessThanOrEqual(Math.max(...rewards));
        }
        expect(fitRidge([new Float64Array(), new Float64Array()], [0, 1])(new Float64Array())).toBe(0.5);
      }),
      numRuns(2_000),
    );
  });
});

describe("cross-fitting", () => {
  const [a, b] = [planKey([{ model: "a" }]), planKey([{ model: "b" }])];
  const row = (x: number, logged: string) => ({
    logged,
    target: new Map([
      [a, 0.25],
      [b, 0.75],
    ]),
    features: new Map([a, b].map((plan) => [plan, Float64Array.of(x)])),
  });
  const rows = Array.from({ length: 40 }, (_, index) => row(index, index % 2 === 0 ? a : b));
  const units = Uint32Array.from(rows, (_, index) => Math.floor(index / 4));
  const rewards = Float64Array.from(rows, (_, index) => ((index * 7) % 10) / 10);
  const options = { units, folds: 4, seed: 1 };

  it("does not let a row's own reward, or its unit's, into its prediction", () => {
    const { target, logged } = predictRewards(rows, rewards, options);
    const changed = predictRewards(
      rows,
      rewards.map((reward, index) => (units[index] === 3 ? 1 - reward : reward)),
      options,
    );
    for (const index of [12, 13, 14, 15]) {
      expect(changed.target[index]).toBe(target[index]);
      expect(changed.logged[index]).toBe(logged[index]);
    }
    expect([...changed.target]).not.toEqual([...target]);
  });

  it("learns nothing from rows whose reward is not known, and gives an unknown plan the mean", () => {
    const half = rewards.map((reward, index) => (index < 20 ? reward : Number.NaN));
    const { logged } = predictRewards(rows, half, options);
    expect([...logged].every(Number.isFinite)).toBe(true);
    const onlyA = rewards.map((_, index) => (index % 2 === 0 ? 0.5 : Number.NaN));
    expect([...predictRewards(rows, onlyA, options).target]).toEqual(rows.map(() => 0.5));
  });
});

describe("rewards that are missing", () => {
  it("are made up for by the other rows of the plan", () => {
    const plans = ["a", "a", "a", "b", "b", "b"];
    const { rewards, factors, known, shares } = knownRewards(plans, [1, NaN, NaN, 0.5, NaN, 0]);
    expect([...factors]).toEqual([3, 0, 0, 1.5, 0, 1.5]);
    expect([...rewards]).toEqual([1, 0, 0, 0.5, 0, 0]);
    expect(known).toBe(3);
    expect(Object.fromEntries(shares)).toEqual({ a: 1 / 3, b: 2 / 3 });
  });

  it("do not touch rows whose reward could not be missing", () => {
    const { factors } = knownRewards(["a", "a", "a"], [0, 1, NaN], (row) => row === 0);
    expect([...factors]).toEqual([1, 2, 0]);
  });
});

describe("what the log does not cover", () => {
  const target = new Map([
    ["a", 0.7],
    ["b", 0.2],
    ["c", 0.1],
  ]);

  it("is all but the plan that was certain, else what no row took", () => {
    const rows = [
      { logged: "a", propensity: 1, target },
      { logged: "b", propensity: 0.5, target },
    ];
    const shares = uncoveredShares(rows);
    expect(shares[0]).toBeCloseTo(0.3, 12);
    expect(shares[1]).toBeCloseTo(0.1, 12);
  });
});

describe("plans", () => {
  it("have one key for the same models and names of checks, and are shown in words", () => {
    const plan = [{ model: "small", unless: "arithmetic" }, { model: "large" }];
    expect(planKey(plan)).toBe(
      planKey([
        { unless: "arithmetic", model: "small" },
        { model: "large", unless: undefined },
      ]),
    );
    expect(planKey(plan)).not.toBe(planKey([{ model: "small", unless: "judge" }, { model: "large" }]));
    expect(planKey(plan)).not.toBe(planKey([{ model: "small" }]));
    expect(showPlanKey(planKey(plan))).toBe("small, then large unless arithmetic accepts");
    expect(showPlanKey(planKey([{ model: "small" }]))).toBe("small");
  });
});
