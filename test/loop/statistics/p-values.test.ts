import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bettingPValue } from "../../../src/loop/statistics/betting-p-value.ts";
import { gaffkePValue, LEAST_P_VALUE } from "../../../src/loop/statistics/gaffke-p-value.ts";
import { loadBinomialTest } from "../../../src/loop/statistics/loss-test.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { numRuns, runs } from "../../support/runs.ts";

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
  const options = { most: 0.98, delta: 0.05, limit: 0.02 };

  it("is 1 without observations, and where they speak for the hypothesis", () => {
    expect(bettingPValue(new Float64Array(0), options)).toBe(1);
    expect(bettingPValue(Float64Array.of(0.98, 0.98, 0.5), options)).toBe(1);
  });

  it("of one observation is what the bet makes of it", () => {
    // Imagined variance 0.04 * 0.98²; the rate sqrt(2 ln 20 / 0.0384), lowered by 1 + rate * 0.98 / 3, is above
    // 0.98 / 0.98, which is then taken.
    expect(bettingPValue(Float64Array.of(-1), options)).toBeCloseTo(1 / 2, 12);
  });

  it("falls below the level from 160 records on that show no loss, at a limit of 0.02", () => {
    const none = (count: number): number => bettingPValue(new Float64Array(count).fill(-0.02), options);
    const least = Array.from({ length: 400 }, (_, count) => count).find((count) => none(count) <= 0.05);
    expect(least).toBeGreaterThan(149);
    expect(least).toBeLessThanOrEqual(165);
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
          if (bettingPValue(excess, { most: 0.98, delta: 0.05, limit: 0.02 }) <= delta) below += 1;
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
        const pValue = bettingPValue(Float64Array.from(values), { most: 1, delta: 0.05, limit: 0.02 });
        expect(pValue).toBeGreaterThan(0);
        expect(pValue).toBeLessThanOrEqual(1);
      }),
      numRuns(2_000),
    );
  });
});

describe("Gaffke's p-value", async () => {
  const { pValue } = await loadBinomialTest();
  const counted = (events: number, count: number, limit: number): number =>
    gaffkePValue(
      Float64Array.from({ length: count }, (_, index) => Number(index < events) - limit),
      1 - limit,
    );

  it("is the binomial test for observations of two values", () => {
    for (const [events, count, limit] of [
      [0, 1, 0.02],
      [0, 59, 0.05],
      [10, 500, 0.05],
      [15, 500, 0.05],
      [40, 1_000, 0.05],
      [3, 40, 0.3],
    ] as const)
      expect(counted(events, count, limit)).toBeCloseTo(pValue(events, count, limit), 7);
  });

  it("is the same in any order, and whether values are alike or nearly so", () => {
    const random = seededRandom(3);
    const values = Float64Array.from({ length: 400 }, () => (random() < 0.1 ? random() : 0) - 0.06);
    const expected = gaffkePValue(values, 0.94);
    expect(gaffkePValue(values.toSorted(), 0.94)).toBeCloseTo(expected, 9);
    expect(gaffkePValue(values.toReversed(), 0.94)).toBeCloseTo(expected, 9);
    const apart = values.map((one) => one + 1e-9 * random());
    expect(gaffkePValue(apart, 0.94)).toBeCloseTo(expected, 6);
  });

  it("is what drawing the random weights gives", () => {
    const random = seededRandom(5);
    const exponential = (): number => -Math.log(1 - random());
    const values = Float64Array.of(-1.3, -0.7, -0.7, 0.2, 0.4, -0.1, -2, 0.5, -0.3, -0.3);
    const draws = 40_000;
    let above = 0;
    for (let draw = 0; draw < draws; draw += 1) {
      const drawn = values.reduce((sum, one) => sum + one * exponential(), exponential());
      if (drawn >= 0) above += 1;
    }
    expect(Math.abs(gaffkePValue(values, 1) - above / draws)).toBeLessThan(0.01);
  });

  it("is 1 where nothing speaks against the hypothesis, and never 0", () => {
    expect(gaffkePValue(new Float64Array(0), 1)).toBe(1);
    expect(gaffkePValue(Float64Array.of(0, 0.5), 1)).toBe(1);
    expect(gaffkePValue(new Float64Array(5_000).fill(-0.05), 0.95)).toBe(LEAST_P_VALUE);
    // A limit of 1 on losses: nothing unseen can be above it.
    expect(gaffkePValue(Float64Array.of(-1), 0)).toBe(LEAST_P_VALUE);
    // So small that the sum does not end: nothing is proven.
    expect(gaffkePValue(Float64Array.of(-1e-12), 1)).toBeGreaterThan(0.99);
  });

  it("falls as the observations fall", () => {
    const values = fc.array(fc.double({ min: -1, max: 0.9, noNaN: true }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 0.1, noNaN: true }), (observed, less) => {
        const before = gaffkePValue(Float64Array.from(observed), 0.9);
        const after = gaffkePValue(
          Float64Array.from(observed, (one) => one - less),
          0.9 - less,
        );
        expect(after).toBeLessThanOrEqual(before + 1e-7);
      }),
      { numRuns: runs(20, 1_000) },
    );
  });

  it("is a p-value: over all samples of random three-valued nulls it keeps its level", () => {
    // By enumeration, not by drawing: as the theorem says, for any number of observations.
    const random = seededRandom(11);
    for (let world = 0; world < runs(6, 200); world += 1) {
      const count = 4 + Math.floor(random() * 9);
      const low = -random() * 2;
      const high = 0.2 + 0.8 * random();
      const middle = low + (high - low) * random();
      // Mean 0 with a random share of the middle value.
      const share = random() * 0.5;
      const rest = (-share * middle - (1 - share) * low) / (high - low);
      if (rest < 0 || rest > 1 - share) continue;
      const shares = [rest, share, 1 - share - rest];
      for (const delta of [0.05, 0.1]) {
        let rejected = 0;
        for (let highs = 0; highs <= count; highs += 1)
          for (let middles = 0; highs + middles <= count; middles += 1) {
            const lows = count - highs - middles;
            const values = [
              ...Array<number>(highs).fill(high),
              ...Array<number>(middles).fill(middle),
              ...Array<number>(lows).fill(low),
            ];
            if (gaffkePValue(Float64Array.from(values), 1) > delta) continue;
            const ways = choose(count, highs) * choose(count - highs, middles);
            rejected +=
              ways *
              (shares[0] as number) ** highs *
              (shares[1] as number) ** middles *
              (shares[2] as number) ** lows;
          }
        expect(rejected).toBeLessThanOrEqual(delta + 1e-9);
      }
    }
  });
});

function choose(of: number, taken: number): number {
  let ways = 1;
  for (let one = 0; one < taken; one += 1) ways = (ways * (of - one)) / (one + 1);
  return ways;
}
