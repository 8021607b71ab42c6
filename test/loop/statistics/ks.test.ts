import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ksDistance, ksPValue } from "../../../src/loop/statistics/ks.ts";

const uniform = Array.from({ length: 129 }, (_, index) => index / 128);

describe("ksDistance", () => {
  it("is the largest difference of the distribution functions, less what the quantiles leave open", () => {
    // Half of the scores at 0.9: at 0.9 the reference has 0.9 below, the scores 0.5.
    expect(ksDistance([0.2, 0.9], [0, 0.25, 0.5, 0.75, 1])).toBeCloseTo(0.25, 9);
    expect(ksDistance([2, 3], uniform)).toBe(1);
    expect(ksDistance([-2, -3], uniform)).toBe(1);
  });

  it("is 0 for the quantiles themselves, ties and constants included", () => {
    expect(ksDistance([0.5, 0.5], [0.5, 0.5, 0.5])).toBe(0);
    expect(ksDistance([0, 0, 0, 1], [0, 0, 0, 0, 1])).toBe(0);
    expect(ksDistance([0.5, 0.6], [0.5, 0.5, 0.5])).toBe(0.5);
  });

  it("is never above the distance to any sample that has these quantiles, and at most a step below", () => {
    const scores = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(scores, scores, (fresh, reference) => {
        const sorted = reference.sort((a, b) => a - b);
        // Quantiles of a sample that are members of it: every k-th of a sample of 4 k + 1.
        const sample = Array.from(
          { length: 4 * sorted.length + 1 },
          (_, at) => sorted[Math.min(sorted.length - 1, Math.floor(at / 4))] as number,
        );
        const quantiles = sample.filter((_, at) => at % 4 === 0);
        const exact = twoSampleDistance(fresh, sample);
        const distance = ksDistance(fresh, quantiles);
        expect(distance).toBeLessThanOrEqual(exact + 1 / sample.length + 1e-9);
        expect(distance).toBeGreaterThanOrEqual(
          exact - 1 / (quantiles.length - 1) - 1 / sample.length - 1e-9,
        );
      }),
    );
  });
});

/** From the definition: the largest difference at any value. */
function twoSampleDistance(a: readonly number[], b: readonly number[]): number {
  const upTo = (values: readonly number[], value: number): number =>
    values.filter((one) => one <= value).length / values.length;
  return Math.max(...[...a, ...b].map((value) => Math.abs(upTo(a, value) - upTo(b, value))));
}

describe("ksPValue", () => {
  it("meets the critical values of the literature", () => {
    // c(α) √((n + m) / (n m)) with c(.05) = 1.358 and c(.01) = 1.628, in the limit.
    const n = 1e8;
    expect(ksPValue(1.358 * Math.sqrt(2 / n), n, n)).toBeCloseTo(0.05, 3);
    expect(ksPValue(1.628 * Math.sqrt(2 / n), n, n)).toBeCloseTo(0.01, 3);
    // Exact one-sample critical values: n = 20: 0.294 and 0.352; n = 50: 0.18845 (Miller 1956).
    expect(ksPValue(0.29408, 20, Infinity)).toBeCloseTo(0.05, 2);
    expect(ksPValue(0.35241, 20, Infinity)).toBeCloseTo(0.01, 3);
    expect(ksPValue(0.18845, 50, Infinity)).toBeCloseTo(0.05, 2);
  });

  it("falls from 1 to 0 as the distance grows", () => {
    const values = Array.from({ length: 101 }, (_, step) => ksPValue(step / 100, 300, 200));
    expect(values[0]).toBe(1);
    expect(values[100]).toBeLessThan(1e-12);
    values.forEach((value, index) => {
      expect(value).toBeLessThanOrEqual(values[index - 1] ?? 1);
    });
  });
});
