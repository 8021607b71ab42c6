import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { orderByScore, routingCurve, sweep } from "../../../evals/metrics/index.ts";
import { cells, pair, pairOf, scores } from "../../support/evals/pairs.ts";
import { numRuns } from "../../support/runs.ts";

describe("routingCurve", () => {
  it("has a point before all records and one for each distinct score", () => {
    expect(routingCurve(pair, orderByScore(scores))).toEqual([
      { threshold: Number.POSITIVE_INFINITY, largeCallRate: 0, quality: 0.5, costUsd: 1 },
      { threshold: 0.9, largeCallRate: 0.25, quality: 0.75, costUsd: 1.5 },
      { threshold: 0.6, largeCallRate: 0.75, quality: 1, costUsd: 3 },
      { threshold: 0.1, largeCallRate: 1, quality: 0.75, costUsd: 4 },
    ]);
  });

  it("has no costs where one model has none", () => {
    const { small, large } = pair;
    const curve = routingCurve({ small, large: { quality: large.quality } }, orderByScore(scores));
    expect(curve.map((point) => point.costUsd)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("is empty without records", () => {
    const none = { quality: new Float64Array() };
    expect(routingCurve({ small: none, large: none }, orderByScore([]))).toEqual([]);
  });

  it("weighs a record twice as if it were there twice", () => {
    fc.assert(
      fc.property(cells, (rows) => {
        const twice = pairOf([...rows, ...rows.slice(0, 1)]);
        const once = pairOf(rows);
        const weights = rows.map((_, index) => (index === 0 ? 2 : 1));
        const weighted = routingCurve(once.pair, orderByScore(once.scores), weights);
        const repeated = routingCurve(twice.pair, orderByScore(twice.scores));
        expect(weighted.length).toBe(repeated.length);
        weighted.forEach((point, index) => {
          expect(point.quality).toBeCloseTo(repeated[index]?.quality ?? Number.NaN, 12);
          expect(point.largeCallRate).toBeCloseTo(repeated[index]?.largeCallRate ?? Number.NaN, 12);
        });
      }),
      numRuns(10_000),
    );
  });
});

describe("sweep", () => {
  it("gives what sending every record at or above the threshold gives", () => {
    const thresholds = fc.array(fc.double({ min: -1, max: 2, noNaN: true }), { maxLength: 20 });
    fc.assert(
      fc.property(cells, thresholds, (rows, at) => {
        const scored = pairOf(rows);
        const swept = sweep(routingCurve(scored.pair, orderByScore(scored.scores)), at);
        at.forEach((threshold, index) => {
          const sent = rows.filter((row) => row.score >= threshold).length;
          const quality = rows.map((row) => (row.score >= threshold ? row.large : row.small));
          const sum = quality.reduce((total, one) => total + one, 0);
          expect(swept[index]?.threshold).toBe(threshold);
          expect(swept[index]?.largeCallRate).toBeCloseTo(sent / rows.length, 12);
          expect(swept[index]?.quality).toBeCloseTo(sum / rows.length, 12);
        });
      }),
      numRuns(10_000),
    );
  });

  it("refuses a threshold that is no number", () => {
    const curve = routingCurve(pair, orderByScore(scores));
    expect(() => sweep(curve, [Number.NaN])).toThrow(/sweep\.threshold must be a finite number, got NaN/);
  });
});
