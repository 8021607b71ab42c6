import { expect, it } from "vitest";
import { seededRandom, skewedFreedom } from "../../../src/loop/statistics/index.ts";

it("is the number of rows for values that are alike", () => {
  expect(skewedFreedom([2, 2, 2], 100)).toBe(100);
  expect(skewedFreedom([], 100)).toBe(100);
  expect(skewedFreedom([0, -1], 100)).toBe(100);
});

it("is that of a log-normal distribution with the spread of the logarithms", () => {
  // Logarithms -1 and 1: a spread of 1, and a kurtosis of e^4 + 2 e^3 + 3 e^2 - 3 = 113.936.
  expect(skewedFreedom([Math.exp(-1), Math.exp(1)], 100)).toBeCloseTo(200 / 112.9364, 3);
});

it("sees a heavy tail that the standard deviation of the logarithms does not show", () => {
  const random = seededRandom(1);
  // Pareto with exponent 2, whose variance is not finite: the logarithms have a standard deviation of a half.
  const values = Array.from({ length: 20_000 }, () => (1 - random()) ** -0.5);
  // (ln 20 - ln 2) / 2 / 1.645 = 0.7: a kurtosis of 18.5.
  expect(skewedFreedom(values, 1_000)).toBeGreaterThan(90);
  expect(skewedFreedom(values, 1_000)).toBeLessThan(130);
});
