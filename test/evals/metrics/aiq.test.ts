import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aiq, oracleCurve, orderByScore, routingCurve } from "../../../evals/metrics/index.ts";
import { cells, pair, pairOf, scores } from "../../support/evals/pairs.ts";
import { numRuns } from "../../support/runs.ts";

describe("aiq", () => {
  it("is the mean height of the non-decreasing convex hull", () => {
    // Hull (1, .5) (1.5, .75) (3, 1), then level to 4: (0.3125 + 1.3125 + 1) / 3.
    expect(aiq(routingCurve(pair, orderByScore(scores)))).toBeCloseTo(0.875, 12);
  });

  it("goes straight over points below the hull", () => {
    const points = [
      { costUsd: 0, quality: 0 },
      { costUsd: 1, quality: 0.1 },
      { costUsd: 2, quality: 1 },
    ];
    expect(aiq(points)).toBeCloseTo(0.5, 12);
  });

  it("does not mind the order of the points, given a range", () => {
    const range = { minCostUsd: 1, maxCostUsd: 4 };
    const curve = routingCurve(pair, orderByScore(scores));
    expect(aiq([...curve].reverse(), range)).toBeCloseTo(0.875, 12);
  });

  it("cuts the hull to the range", () => {
    const points = [
      { costUsd: 0, quality: 0 },
      { costUsd: 4, quality: 1 },
    ];
    expect(aiq(points, { minCostUsd: 1, maxCostUsd: 3 })).toBeCloseTo(0.5, 12);
  });

  it("takes the better of two points of one cost", () => {
    const points = [
      { costUsd: 1, quality: 0.2 },
      { costUsd: 1, quality: 0.6 },
      { costUsd: 2, quality: 0.6 },
    ];
    expect(aiq(points)).toBeCloseTo(0.6, 12);
  });

  it("is not applicable where a cost is not known, or the range is empty or begins before the points", () => {
    expect(aiq([{ quality: 0.5 }, { quality: 0.7 }])).toBeUndefined();
    expect(aiq([{ costUsd: 1, quality: 0.5 }])).toBeUndefined();
    expect(aiq([])).toBeUndefined();
    const points = [{ costUsd: 1, quality: 0.5 }];
    expect(aiq(points, { minCostUsd: 0.5, maxCostUsd: 2 })).toBeUndefined();
  });

  it("never falls when a point is added, and lies between the extremes", () => {
    const point = fc.record({
      costUsd: fc.integer({ min: 0, max: 20 }),
      quality: fc.integer({ min: 0, max: 8 }).map((step) => step / 8),
    });
    const range = { minCostUsd: 0, maxCostUsd: 20 };
    fc.assert(
      fc.property(fc.array(point, { maxLength: 30 }), point, (points, extra) => {
        const before = aiq([{ costUsd: 0, quality: 0 }, ...points], range) ?? Number.NaN;
        const after = aiq([{ costUsd: 0, quality: 0 }, ...points, extra], range) ?? Number.NaN;
        expect(after).toBeGreaterThanOrEqual(before - 1e-9);
        expect(before).toBeGreaterThanOrEqual(0);
        expect(after).toBeLessThanOrEqual(1 + 1e-9);
      }),
      numRuns(10_000),
    );
  });
});

describe("oracleCurve", () => {
  it("starts with the cheaper models and upgrades by quality per dollar", () => {
    expect(oracleCurve(pair)).toEqual([
      { costUsd: 1, quality: 0.5 },
      { costUsd: 1.5, quality: 0.75 },
      { costUsd: 2.5, quality: 1 },
    ]);
    expect(aiq(oracleCurve(pair) ?? [], { minCostUsd: 1, maxCostUsd: 4 })).toBeCloseTo(2.6875 / 3, 12);
  });

  it("is not applicable without costs", () => {
    expect(oracleCurve({ small: pair.small, large: { quality: pair.large.quality } })).toBeUndefined();
  });

  it("is above every ranking at every cost", () => {
    fc.assert(
      fc.property(cells, (rows) => {
        const scored = pairOf(rows);
        const curve = routingCurve(scored.pair, orderByScore(scored.scores));
        const range = { minCostUsd: curve[0]?.costUsd ?? 0, maxCostUsd: curve.at(-1)?.costUsd ?? 0 };
        const value = aiq(curve, range);
        if (value === undefined) return;
        const best = aiq(oracleCurve(scored.pair) ?? [], range) ?? Number.NaN;
        expect(best).toBeGreaterThanOrEqual(value - 1e-9);
      }),
      numRuns(10_000),
    );
  });
});
