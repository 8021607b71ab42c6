import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chiSquaredQuantile, chiSquaredTail } from "../../../src/loop/statistics/chi-squared.ts";
import { homogeneityPValue } from "../../../src/loop/statistics/homogeneity.ts";
import { shareRisePValue } from "../../../src/loop/statistics/share-rise.ts";

describe("the chi-squared distribution", () => {
  it("has the tails of printed tables", () => {
    expect(chiSquaredTail(3.841, 1)).toBeCloseTo(0.05, 4);
    expect(chiSquaredTail(5.991, 2)).toBeCloseTo(0.05, 4);
    expect(chiSquaredTail(21.666, 9)).toBeCloseTo(0.01, 5);
    expect(chiSquaredTail(43.773, 30)).toBeCloseTo(0.05, 4);
    // With two degrees of freedom it is an exponential distribution.
    expect(chiSquaredTail(10, 2)).toBeCloseTo(Math.exp(-5), 12);
    expect(chiSquaredTail(0, 4)).toBe(1);
    expect(chiSquaredTail(5_000, 3)).toBe(0);
  });

  it("has quantiles that are the inverse of its tails", () => {
    const tail = fc.double({ min: 1e-9, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(tail, fc.integer({ min: 1, max: 60 }), (probability, degrees) => {
        expect(chiSquaredTail(chiSquaredQuantile(probability, degrees), degrees) / probability).toBeCloseTo(
          1,
          6,
        );
      }),
    );
  });
});

describe("the test of homogeneity", () => {
  it("is Pearson's, worked by hand", () => {
    // 30 of 100 and 50 of 100: expected 40 and 60, χ² = 4 · 100/40 / ... = 8.333 with one degree of freedom.
    expect(homogeneityPValue([0.3, 0.7], 100, [0.5, 0.5], 100)).toBeCloseTo(chiSquaredTail(8.3333333, 1), 6);
  });

  it("knows no difference where only one part occurs", () => {
    expect(homogeneityPValue([1, 0], 100, [1, 0], 50)).toBe(1);
  });
});

describe("the test of a rise", () => {
  it("is the binomial tail given all events", () => {
    // 3 of 10 now and 1 of 30 before: at least 3 of 4 events with a share of 1/4: (4 · 3 + 1) / 256.
    expect(shareRisePValue({ events: 3, trials: 10 }, { events: 1, trials: 30 })).toBeCloseTo(13 / 256, 12);
  });

  it("finds none without events, and one after none", () => {
    expect(shareRisePValue({ events: 0, trials: 100 }, { events: 5, trials: 100 })).toBe(1);
    expect(shareRisePValue({ events: 3, trials: 100 }, { events: 0, trials: 0 })).toBe(1);
    expect(shareRisePValue({ events: 8, trials: 100 }, { events: 0, trials: 100 })).toBeCloseTo(2 ** -8, 12);
    expect(
      shareRisePValue({ events: 9_000, trials: 10_000 }, { events: 8_000, trials: 10_000 }),
    ).toBeLessThan(1e-9);
  });
});
