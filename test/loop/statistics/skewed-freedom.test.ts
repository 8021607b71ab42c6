import { expect, it } from "vitest";
import { seededRandom, skewedFreedom } from "../../../src/loop/statistics/index.ts";

it("is the number of rows for values that are alike", () => {
  expect(skewedFreedom([2, 2, 2], 100)).toBe(100);
  expect(skewedFreedom([], 100)).toBe(100);
  expect(skewedFreedom([0, -1], 100)).toBe(100);
});

it("is that of a log-normal distribution whose logarithms lie as far above the median", () => {
  // Above the median of 0: logarithms of 1, 201 of 401. Their mean square is just above 200 / 201.
  const kurtosis = Math.exp(4) + 2 * Math.exp(3) + 3 * Math.exp(2) - 3;
  const sample = Array.from({ length: 401 }, (_, at) => Math.exp(Math.sign(at - 200)));
  expect(skewedFreedom(sample, 100)).toBeCloseTo(200 / (kurtosis - 1), 1);
});

it("sees a heavy tail, and a few values that are far longer than all others", () => {
  const random = seededRandom(1);
  // Pareto with exponent 2, whose variance is not finite: (ln 100 - ln 2) / 2 / 2.326 = 0.84, a kurtosis of 42.6.
  const values = Array.from({ length: 20_000 }, () => (1 - random()) ** -0.5);
  expect(skewedFreedom(values, 1_000)).toBeGreaterThan(40);
  expect(skewedFreedom(values, 1_000)).toBeLessThan(58);
  // One in fifty is ten times as long: ln 10 / 2.326 = 0.99.
  const few = Array.from({ length: 1_000 }, (_, at) => (at % 50 === 0 ? 10 : 1));
  expect(skewedFreedom(few, 100)).toBeLessThan(2);
});
