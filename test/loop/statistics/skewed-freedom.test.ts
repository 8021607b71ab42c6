import { expect, it } from "vitest";
import { seededRandom, skewedFreedom } from "../../../src/loop/statistics/index.ts";

it("is the number of rows for values that are alike", () => {
  expect(skewedFreedom([2, 2, 2], 100)).toBe(100);
  expect(skewedFreedom([], 100)).toBe(100);
  expect(skewedFreedom([0, -1], 100)).toBe(100);
});

it("is that of a log-normal distribution whose logarithms lie as far above the median", () => {
  // Above the median of 0: logarithms 0, 1, 1. Their mean square is 2/3: a kurtosis of e^(8/3) + 2 e^2 + 3 e^(4/3) - 3.
  const kurtosis = 14.3919 + 14.7781 + 11.381 - 3;
  const sample = [-9, -1, -1, 0, 1, 1].map(Math.exp);
  expect(skewedFreedom(sample, 100)).toBeCloseTo(200 / (kurtosis - 1), 2);
});

it("sees a heavy tail", () => {
  const random = seededRandom(1);
  // Pareto with exponent 2, whose variance is not finite. The mean square is 2 / 2^2: a kurtosis of 21.5.
  const values = Array.from({ length: 20_000 }, () => (1 - random()) ** -0.5);
  expect(skewedFreedom(values, 1_000)).toBeGreaterThan(85);
  expect(skewedFreedom(values, 1_000)).toBeLessThan(110);
});
