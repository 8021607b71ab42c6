import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../evals/metrics/index.ts";
import { fitCurve } from "../../../evals/train/fit-curve.ts";
import { calibratedQuality } from "../../../src/router/classifiers/trained/quality-curve.ts";
import { numRuns } from "../../support/runs.ts";

/** Estimates, and outcomes whose probability is `of(estimate)`. */
function sample(count: number, of: (estimate: number) => number) {
  const random = seededRandom(count);
  const estimates = Float64Array.from({ length: count }, () => random());
  const quality = estimates.map((estimate) => (random() < of(estimate) ? 1 : 0));
  return { estimates, quality, folds: Uint8Array.from(estimates, (_, index) => index % 5) };
}

describe("fitCurve", () => {
  it("leaves estimates that are right as they are, or nearly so", () => {
    const { estimates, quality, folds } = sample(400, (estimate) => estimate);
    const { curve, after, brierOfMean } = fitCurve(estimates, quality, folds);
    expect(after.brier).toBeLessThan(brierOfMean);
    expect(Math.abs(calibratedQuality(curve, 0.8) - 0.8)).toBeLessThan(0.08);
  });

  it("takes the mean where estimates say nothing", () => {
    const { estimates, quality, folds } = sample(300, () => 0.7);
    const { curve, after, brierOfMean } = fitCurve(estimates, quality, folds);
    expect(curve.kind).toBe("constant");
    expect(after.brier).toBe(brierOfMean);
  });

  it("straightens what is far off: by Platt below 500 examples, by any form from there on", () => {
    const flat = (estimate: number) => 0.4 + 0.2 * estimate;
    const few = sample(400, (estimate) => 0.9 * flat(estimate) + 0.1);
    expect(["platt", "constant"]).toContain(fitCurve(few.estimates, few.quality, few.folds).curve.kind);
    const steps = sample(3_000, (estimate) => (estimate < 0.5 ? 0.1 : 0.6));
    const { curve } = fitCurve(steps.estimates, steps.quality, steps.folds);
    expect(curve.kind).toBe("isotonic");
    expect(calibratedQuality(curve, 0.3)).toBeCloseTo(0.1, 1);
    expect(calibratedQuality(curve, 0.8)).toBeCloseTo(0.6, 1);
  });

  it("never falls and stays in [0, 1], whatever the data", () => {
    const row = fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(row, { minLength: 40, maxLength: 600 }), (rows) => {
        const { curve, before, after, brierOfMean } = fitCurve(
          Float64Array.from(rows, ([estimate]) => estimate),
          Float64Array.from(rows, ([, quality]) => quality),
          Uint8Array.from(rows, (_, index) => index % 5),
        );
        expect(after.brier).toBeLessThanOrEqual(Math.min(before.brier, brierOfMean));
        let last = 0;
        for (let step = 0; step <= 40; step += 1) {
          const value = calibratedQuality(curve, step / 40);
          expect(value).toBeGreaterThanOrEqual(last - 1e-12);
          expect(value).toBeLessThanOrEqual(1);
          last = value;
        }
      }),
      { numRuns: Math.min(numRuns(500).numRuns, 500) },
    );
  });
});
