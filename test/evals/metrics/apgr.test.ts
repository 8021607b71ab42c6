import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apgr, cpt, orderByScore, type PairedOutcomes, routingCurve } from "../../../evals/metrics/index.ts";
import { cells, pair, pairOf, scores } from "../../support/evals/pairs.ts";
import { numRuns } from "../../support/runs.ts";

const curveOf = (of: PairedOutcomes, by: readonly number[]) => routingCurve(of, orderByScore(by));

describe("apgr", () => {
  it("is the area under the curve as a part of the gap", () => {
    // Trapezoids 0.15625 + 0.4375 + 0.21875 = 0.8125, less 0.5, over a gap of 0.25.
    expect(apgr(curveOf(pair, scores))).toBeCloseTo(1.25, 12);
  });

  it("is 0.5 for a score that is the same everywhere", () => {
    expect(apgr(curveOf(pair, [0.3, 0.3, 0.3, 0.3]))).toBe(0.5);
  });

  it("is not defined when the large model is not better, or without records", () => {
    expect(apgr(curveOf({ small: pair.large, large: pair.small }, scores))).toBeUndefined();
    expect(apgr([])).toBeUndefined();
  });

  it("turns into 1 - APGR when the scores are reversed", () => {
    fc.assert(
      fc.property(cells, (rows) => {
        const scored = pairOf(rows);
        const forward = apgr(curveOf(scored.pair, scored.scores));
        const backward = apgr(
          curveOf(
            scored.pair,
            scored.scores.map((score) => -score),
          ),
        );
        if (forward === undefined) expect(backward).toBeUndefined();
        else expect(backward).toBeCloseTo(1 - forward, 9);
      }),
      numRuns(10_000),
    );
  });

  it("depends on the ranking only: not on the order of the records nor on the scale of the scores", () => {
    fc.assert(
      fc.property(cells, fc.infiniteStream(fc.nat()), (rows, keys) => {
        const shuffled = rows
          .map((row) => ({ row, key: keys.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ row }) => ({ ...row, score: Math.exp(3 * row.score) - 7 }));
        const before = pairOf(rows);
        const after = pairOf(shuffled);
        const value = apgr(curveOf(before.pair, before.scores));
        const again = apgr(curveOf(after.pair, after.scores));
        if (value === undefined) expect(again).toBeUndefined();
        else expect(again).toBeCloseTo(value, 9);
      }),
      numRuns(10_000),
    );
  });

  it("is never better than that of the gain itself", () => {
    fc.assert(
      fc.property(cells, (rows) => {
        const scored = pairOf(rows);
        const gains = rows.map((row) => row.large - row.small);
        const best = apgr(curveOf(scored.pair, gains));
        const value = apgr(curveOf(scored.pair, scored.scores));
        expect((value ?? 0) <= (best ?? 0) + 1e-9).toBe(true);
      }),
      numRuns(10_000),
    );
  });
});

describe("cpt", () => {
  it("is the smallest share of large calls that recovers the part of the gap", () => {
    const curve = curveOf(pair, scores);
    // The gap is 0.5 to 0.75, all of it recovered by the first quarter of the calls.
    expect(cpt(curve, 0.5)).toBeCloseTo(0.125, 12);
    expect(cpt(curve, 0.8)).toBeCloseTo(0.2, 12);
    expect(cpt(curve, 1)).toBeCloseTo(0.25, 12);
    expect(cpt(curve, 0)).toBe(0);
  });

  it("is the part itself for a random router", () => {
    const random = curveOf(pair, [1, 1, 1, 1]);
    expect(cpt(random, 0.5)).toBeCloseTo(0.5, 12);
    expect(cpt(random, 0.8)).toBeCloseTo(0.8, 12);
  });

  it("takes the first crossing of a curve that falls in between", () => {
    const curve = [
      { threshold: 3, largeCallRate: 0, quality: 0.5 },
      { threshold: 2, largeCallRate: 0.2, quality: 0.9 },
      { threshold: 1, largeCallRate: 0.6, quality: 0.4 },
      { threshold: 0, largeCallRate: 1, quality: 0.7 },
    ];
    expect(cpt(curve, 0.5)).toBeCloseTo(0.05, 12);
  });

  it("is not defined without a gap, and refuses a part outside [0, 1]", () => {
    expect(cpt(curveOf({ small: pair.large, large: pair.small }, scores), 0.5)).toBeUndefined();
    expect(cpt([], 0.5)).toBeUndefined();
    expect(() => cpt([], 50)).toThrow(/cpt\.share must be a number in \[0, 1\], got 50/);
  });

  it("lies in [0, 1] and grows with the part", () => {
    fc.assert(
      fc.property(cells, (rows) => {
        const scored = pairOf(rows);
        const curve = curveOf(scored.pair, scored.scores);
        const shares = [0, 0.2, 0.5, 0.8, 1].map((share) => cpt(curve, share));
        if (shares[0] === undefined) return;
        for (const [index, share] of shares.entries()) {
          // Interpolation may round by the last digit.
          expect(share).toBeGreaterThanOrEqual((shares[index - 1] ?? 0) - 1e-12);
          expect(share).toBeLessThanOrEqual(1 + 1e-12);
        }
      }),
      numRuns(10_000),
    );
  });
});
