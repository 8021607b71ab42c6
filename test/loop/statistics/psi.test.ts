import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nullPsi, psi, sharesIn } from "../../../src/loop/statistics/psi.ts";
import { scoreBins } from "../../../src/loop/statistics/score-bins.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { runs } from "../../support/runs.ts";

const tenths = Array<number>(10).fill(0.1);

describe("psi", () => {
  it("is 0.0626 for a known drift of ten equal bins", () => {
    const drifted = [0.06, 0.07, 0.08, 0.09, 0.1, 0.1, 0.11, 0.12, 0.13, 0.14];
    expect(psi(tenths, drifted)).toBeCloseTo(0.0626, 4);
    expect(psi(drifted, tenths)).toBeCloseTo(0.0626, 4);
  });

  it("is never below 0, and 0 for the same distribution", () => {
    const share = fc.integer({ min: 0, max: 50 });
    const pairs = fc.array(fc.tuple(share, share), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(pairs, (counts) => {
        const p = counts.map(([count]) => count / 50);
        const q = counts.map(([, count]) => count / 50);
        expect(psi(p, q)).toBeGreaterThanOrEqual(0);
        expect(psi(p, p)).toBe(0);
      }),
    );
  });

  it("stays finite with an empty bin, which counts as 0.0001", () => {
    expect(psi([0.5, 0.5], [1, 0])).toBeCloseTo(0.5 * Math.log(2) + 0.4999 * Math.log(5_000), 9);
  });

  it("refuses distributions over different bins", () => {
    expect(() => psi([0.5, 0.5], [1])).toThrow(/psi.actual must be one share for each of the 2 bins/);
    expect(() => psi([], [])).toThrow(/psi.actual/);
  });
});

describe("nullPsi", () => {
  it("is 0.018 for ten bins and a thousand scores on either side", () => {
    expect(nullPsi(10, 1_000, 1_000).mean).toBeCloseTo(0.018, 9);
  });

  it("is mean and standard deviation of the index between samples of one distribution", () => {
    const random = seededRandom(7);
    const draws = runs(300, 3_000);
    const bins = Array.from({ length: 10 }, (_, bin) => ({ from: bin / 10, share: 0.1 }));
    const sharesOf = (count: number): readonly number[] =>
      sharesIn(bins, Float64Array.from({ length: count }, random));
    const values = Array.from({ length: draws }, () => psi(sharesOf(500), sharesOf(1_000)));
    const mean = values.reduce((sum, value) => sum + value, 0) / draws;
    const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws - 1));
    const expected = nullPsi(10, 500, 1_000);
    expect(mean / expected.mean).toBeCloseTo(1, 0.5);
    expect(sd / expected.sd).toBeCloseTo(1, 0.5);
  });
});

describe("scoreBins", () => {
  it("are the tenths of a reference without ties", () => {
    const quantiles = Array.from({ length: 101 }, (_, index) => index / 100);
    const bins = scoreBins(quantiles);
    expect(bins.map(({ from }) => from)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]);
    for (const { share } of bins) expect(share).toBeCloseTo(0.1, 9);
    expect(sharesIn(bins, [-1, 0.05, 0.1, 0.95, 2])).toEqual([0.4, 0.2, 0, 0, 0, 0, 0, 0, 0, 0.4]);
  });

  it("never split equal scores, have positive shares, and sum to 1", () => {
    const values = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 2, maxLength: 200 });
    fc.assert(
      fc.property(values, (scores) => {
        const bins = scoreBins(scores.sort((a, b) => a - b));
        expect(new Set(bins.map(({ from }) => from)).size).toBe(bins.length);
        for (const { share } of bins) expect(share).toBeGreaterThan(0);
        expect(bins.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
      }),
    );
  });

  it("are one bin for a constant reference", () => {
    expect(scoreBins([0.5, 0.5, 0.5])).toEqual([{ from: 0.5, share: 1 }]);
  });
});
