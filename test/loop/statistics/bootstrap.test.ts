import { describe, expect, it } from "vitest";
import { bootstrap, meanQuality, seededRandom } from "../../../evals/metrics/index.ts";

const half = Float64Array.from({ length: 1_000 }, (_, index) => index % 2);
const mean = (weights: Float64Array) => ({ mean: meanQuality(half, weights) });

describe("seededRandom", () => {
  it("gives the same uniform numbers for the same seed", () => {
    const numbers = Array.from({ length: 10_000 }, seededRandom(7));
    const again = seededRandom(7);
    expect(numbers.slice(0, 5)).toEqual([again(), again(), again(), again(), again()]);
    expect(numbers.slice(0, 5)).not.toEqual(Array.from({ length: 5 }, seededRandom(8)));
    const tenths = new Array<number>(10).fill(0);
    for (const one of numbers) tenths[Math.floor(one * 10)] = (tenths[Math.floor(one * 10)] ?? 0) + 1;
    // Four standard deviations of a binomial count of mean 1,000.
    for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(120);
  });

  it("refuses a seed that is no whole number of 32 bits", () => {
    expect(() => seededRandom(0.5)).toThrow(/seed must be an integer in \[0, 4294967295\], got 0\.5/);
    expect(() => seededRandom(-1)).toThrow(/seed/);
  });
});

describe("bootstrap", () => {
  it("gives an interval as wide as theory says", async () => {
    const { mean: estimate } = await bootstrap(half.length, mean, { resamples: 2_000 });
    // 1.96 * sqrt(0.25 / 1000) = 0.031.
    expect(estimate?.value).toBe(0.5);
    expect(estimate?.low).toBeCloseTo(0.469, 2);
    expect(estimate?.high).toBeCloseTo(0.531, 2);
  });

  it("draws records of one group together, which widens the interval", async () => {
    // Five records a group, all of one quality: as much evidence as 200 records.
    const grouped = Float64Array.from({ length: 1_000 }, (_, index) => Math.floor(index / 5) % 2);
    const groups = Array.from(grouped, (_, index) => String(Math.floor(index / 5)));
    const statistics = (weights: Float64Array) => ({ mean: meanQuality(grouped, weights) });
    const { mean: estimate } = await bootstrap(1_000, statistics, { groups, resamples: 2_000 });
    // 1.96 * sqrt(0.25 / 200) = 0.069.
    expect((estimate?.high ?? 0) - (estimate?.low ?? 0)).toBeCloseTo(0.139, 2);
  });

  it("is fixed by its seed", async () => {
    const options = { resamples: 50, seed: 3 };
    expect(await bootstrap(half.length, mean, options)).toEqual(await bootstrap(half.length, mean, options));
    expect(await bootstrap(half.length, mean, options)).not.toEqual(
      await bootstrap(half.length, mean, { ...options, seed: 4 }),
    );
  });

  it("draws as many groups as there are", async () => {
    const sums: number[] = [];
    await bootstrap(30, (weights) => ({ sum: sums.push(weights.reduce((sum, one) => sum + one, 0)) }), {
      resamples: 20,
    });
    expect(sums).toEqual(new Array(21).fill(30));
  });

  it("has no estimate of what is not defined, and no interval where too many resamples do not define it", async () => {
    let call = 0;
    const statistics = () => {
      call += 1;
      return { never: undefined, often: call % 10 === 0 ? undefined : 1, always: 1 };
    };
    const estimates = await bootstrap(3, statistics, { resamples: 100 });
    expect(estimates.never).toBeUndefined();
    expect(estimates.often).toEqual({ value: 1, low: undefined, high: undefined });
    expect(estimates.always).toEqual({ value: 1, low: 1, high: 1 });
  });

  it("refuses counts and confidences out of range", async () => {
    await expect(bootstrap(1, mean, { resamples: 0 })).rejects.toThrow(/bootstrap\.resamples/);
    await expect(bootstrap(1, mean, { confidence: 1 })).rejects.toThrow(/bootstrap\.confidence/);
  });
});
