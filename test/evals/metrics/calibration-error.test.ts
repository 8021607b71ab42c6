import fc from "fast-check";
import { expect, test } from "vitest";
import { calibrationBins, calibrationError, seededRandom } from "../../../evals/metrics/index.ts";
import { numRuns } from "../../support/runs.ts";

test("Brier score and ECE are those worked out by hand", () => {
  // Each estimate is a bin of its own: |0.2 - 0|, |0.6 - 1|, |0.9 - 0.5|.
  const { brier, ece } = calibrationError([0.2, 0.6, 0.9], [0, 1, 0.5]);
  expect(brier).toBeCloseTo((0.04 + 0.16 + 0.16) / 3, 12);
  expect(ece).toBeCloseTo((0.2 + 0.4 + 0.4) / 3, 12);
  // Two bins, as equal estimates are never parted: 3/4 · |0.5 - 1/3| + 1/4 · |1 - 1|.
  const tied = calibrationError([0.5, 0.5, 1, 0.5], [1, 0, 1, 0]);
  expect(tied.ece).toBeCloseTo(0.75 * (0.5 - 1 / 3), 12);
});

test("a constant estimate is one bin: its ECE is its distance to the mean", () => {
  const constant = Array.from({ length: 50 }, () => 0.7);
  const quality = constant.map((_, index) => (index % 5 === 0 ? 0 : 1));
  expect(calibrationBins(constant, quality)).toHaveLength(1);
  expect(calibrationError(constant, quality).ece).toBeCloseTo(0.1, 12);
});

test("estimates that are exactly right show the ECE of chance, and wrong ones more", () => {
  const random = seededRandom(5);
  const estimates = Array.from({ length: 5_000 }, random);
  const quality = estimates.map((estimate) => (random() < estimate ? 1 : 0));
  const right = calibrationError(estimates, quality);
  expect(right.eceByChance).toBeCloseTo(right.ece, 2);
  const wrong = calibrationError(
    estimates.map((estimate) => estimate / 2),
    quality,
  );
  expect(wrong.ece).toBeGreaterThan(10 * right.eceByChance);
});

test("bins hold all records in order, about as many each, with an interval around the measured mean", () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(unit, unit), { minLength: 1, maxLength: 200 }), (rows) => {
      const bins = calibrationBins(
        rows.map(([estimate]) => estimate),
        rows.map(([, quality]) => quality),
      );
      expect(bins.length).toBeLessThanOrEqual(10);
      expect(bins.reduce((sum, { records }) => sum + records, 0)).toBe(rows.length);
      bins.forEach(({ from, to, estimated, measured, low, high }, index) => {
        const next = bins[index + 1];
        if (next !== undefined) expect(next.from).toBeGreaterThan(to);
        expect(estimated).toBeGreaterThanOrEqual(from - 1e-12);
        expect(estimated).toBeLessThanOrEqual(to + 1e-12);
        expect(low).toBeLessThanOrEqual(measured + 1e-12);
        expect(high).toBeGreaterThanOrEqual(measured - 1e-12);
      });
    }),
    numRuns(2_000),
  );
});

test("the interval is Wilson's", () => {
  // 8 of 10: [0.4902, 0.9433], as in tables of the score interval.
  const [bin] = calibrationBins(
    Array.from({ length: 10 }, () => 0.5),
    Array.from({ length: 10 }, (_, index) => (index < 8 ? 1 : 0)),
  );
  expect(bin?.low).toBeCloseTo(0.4902, 4);
  expect(bin?.high).toBeCloseTo(0.9433, 4);
});
