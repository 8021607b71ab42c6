import fc from "fast-check";
import { expect, test } from "vitest";
import { rank } from "../../../src/router/classifiers/rank.ts";
import { runs } from "../../support/runs.ts";

test("a value between two quantiles has the rank between theirs", () => {
  const quantiles = Float32Array.of(0, 10, 20, 40);
  expect(rank(-1, quantiles)).toBe(0);
  expect(rank(0, quantiles)).toBe(0);
  expect(rank(5, quantiles)).toBeCloseTo(1 / 6, 12);
  expect(rank(10, quantiles)).toBeCloseTo(1 / 3, 12);
  expect(rank(30, quantiles)).toBeCloseTo(5 / 6, 12);
  expect(rank(40, quantiles)).toBe(1);
  expect(rank(1e9, quantiles)).toBe(1);
});

test("a value that is a quantile several times has the highest of their ranks", () => {
  expect(rank(1, Float32Array.of(0, 1, 1, 1, 2))).toBe(0.75);
  expect(rank(1, Float32Array.of(1, 1))).toBe(1);
});

test("NaN ranks lowest", () => {
  expect(rank(Number.NaN, Float32Array.of(0, 1))).toBe(0);
});

test("ranks lie in [0, 1] and never fall", () => {
  const number = fc.float({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(fc.array(number, { minLength: 2, maxLength: 40 }), number, number, (values, one, other) => {
      const quantiles = Float32Array.from(values).sort();
      const [low, high] = [rank(Math.min(one, other), quantiles), rank(Math.max(one, other), quantiles)];
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      expect(high).toBeGreaterThanOrEqual(low);
    }),
    { numRuns: runs(300, 10_000) },
  );
});
