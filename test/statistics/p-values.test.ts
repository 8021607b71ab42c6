import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bettingPValue } from "../../src/statistics/betting-p-value.ts";
import { loadBinomialTest } from "../../src/statistics/binomial-test.ts";
import { seededRandom } from "../../src/statistics/seeded-random.ts";
import { numRuns } from "../support/runs.ts";

describe("the exact binomial test", async () => {
  const { pValue, upperBound } = await loadBinomialTest();

  it.each([
    [10, 500, 0.05, 4.60007e-4, 0.033688],
    [15, 500, 0.05, 0.0198584, 0.04582],
    [40, 1_000, 0.05, 0.0806366, 0.051753],
    [10, 1_000, 0.02, 0.0102365, 0.016903],
    [0, 59, 0.05, 0.0484945, 0.049508],
  ])(
    "of %i events in %i, limit %f, has the p-value and bound of the tables",
    (events, count, limit, p, upper) => {
      expect(pValue(events, count, limit)).toBeCloseTo(p, 6);
      expect(upperBound(events, count, 0.05)).toBeCloseTo(upper, 6);
    },
  );

  it.each([
    [0.1, 29],
    [0.05, 59],
    [0.02, 149],
    [0.01, 299],
    [0.005, 598],
  ])("accepts a limit of %f without any event from %i observations on", (limit, least) => {
    expect(pValue(0, least, limit)).toBeLessThanOrEqual(0.05);
    expect(pValue(0, least - 1, limit)).toBeGreaterThan(0.05);
  });

  it.each([
    [0.05, 100, 1],
    [0.05, 500, 16],
    [0.05, 5_000, 224],
    [0.02, 500, 4],
    [0.02, 2_000, 29],
    [0.01, 5_000, 38],
  ])("with limit %f and %i observations allows %i events", (limit, count, most) => {
    expect(pValue(most, count, limit)).toBeLessThanOrEqual(0.05);
    expect(pValue(most + 1, count, limit)).toBeGreaterThan(0.05);
  });

  it("accepts by its bound exactly where it accepts by its p-value", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        (count, share, limit) => {
          const events = Math.floor(share * count);
          const difference = pValue(events, count, limit) - 0.05;
          if (Math.abs(difference) < 1e-6) return;
          expect(upperBound(events, count, 0.05) <= limit).toBe(difference <= 0);
        },
      ),
      numRuns(2_000),
    );
  });

  it("rules nothing out where every observation is an event", () => {
    expect(upperBound(7, 7, 0.05)).toBe(1);
  });
});

describe("the p-value by betting", () => {
  const options = { most: 0.98, delta: 0.05 };

  it("is 1 without observations, and where they speak for the hypothesis", () => {
    expect(bettingPValue(new Float64Array(0), options)).toBe(1);
    expect(bettingPValue(Float64Array.of(0.98, 0.98, 0.5), options)).toBe(1);
  });

  it("of one observation is what the bet makes of it", () => {
    // Imagined variance 0.49²; the rate sqrt(2 ln(1 / 0.04)) / 0.49 is above 0.9 / 0.98, which is then taken.
    expect(bettingPValue(Float64Array.of(-1), options)).toBeCloseTo(1 / (0.8 * (1 + 0.9 / 0.98)), 12);
  });

  it("falls below the level from 180 records on that show no loss, at a limit of 0.02", () => {
    const none = (count: number): number => bettingPValue(new Float64Array(count).fill(-0.02), options);
    const least = Array.from({ length: 400 }, (_, count) => count).find((count) => none(count) <= 0.05);
    expect(least).toBeGreaterThan(149);
    expect(least).toBeLessThanOrEqual(185);
  });

  it("goes on falling once the level is reached", () => {
    expect(bettingPValue(new Float64Array(2_000).fill(-0.02), options)).toBeLessThan(1e-10);
  });

  it("is a p-value: on a true hypothesis it falls below the level no more often than the level says", () => {
    for (const [name, draw] of Object.entries({
      rare: (uniform: number) => (uniform < 0.02 ? 1 : 0),
      signed: (uniform: number) => (uniform < 0.08 ? 1 : uniform < 0.14 ? -1 : 0),
      graded: (uniform: number) => 0.02 + (Math.floor(5 * uniform) - 2) / 4,
    })) {
      const draws = 600;
      const level = (delta: number): number => {
        let below = 0;
        for (let run = 0; run < draws; run += 1) {
          const random = seededRandom(run);
          const excess = Float64Array.from({ length: 300 }, () => draw(random()) - 0.02);
          if (bettingPValue(excess, { most: 0.98, delta: 0.05 }) <= delta) below += 1;
        }
        return below / draws;
      };
      // Three standard errors.
      expect([name, level(0.05)]).toEqual([name, expect.toSatisfy((share: number) => share < 0.077)]);
      expect([name, level(0.2)]).toEqual([name, expect.toSatisfy((share: number) => share < 0.25)]);
    }
  });

  it("is in (0, 1] whatever the observations are", () => {
    const observation = fc.double({ min: -3, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(observation, { maxLength: 200 }), (values) => {
        const pValue = bettingPValue(Float64Array.from(values), { most: 1, delta: 0.05 });
        expect(pValue).toBeGreaterThan(0);
        expect(pValue).toBeLessThanOrEqual(1);
      }),
      numRuns(2_000),
    );
  });
});
