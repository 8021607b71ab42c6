import { describe, expect, it } from "vitest";
import { type LossTestOptions, lossTest } from "../../../src/loop/statistics/loss-test.ts";

const delta = 0.05;
const single = (count: number) => Uint32Array.from({ length: count }, (_, index) => index);
const losses = (count: number, lost: number) =>
  Float64Array.from({ length: count }, (_, index) => (index < lost ? 1 : 0));

describe("regressions of single records", () => {
  it("have the exact binomial test", async () => {
    const test = await lossTest({ guarantee: "regressions", units: single(500), delta, seed: 1 });
    expect(test).toMatchObject({ name: "binomial", units: 500, largestUnit: 1 });
    expect(test.pValue(losses(500, 15), 0.05)).toBeCloseTo(0.0198584, 6);
    expect(test.upperBound(losses(500, 15), 0.05, 0.001)).toBeCloseTo(0.04582, 6);
  });
});

describe("the choice of a test", () => {
  const nameOf = async (options: Partial<LossTestOptions>): Promise<string> =>
    (await lossTest({ guarantee: "mean", units: single(300), delta, ...options })).name;

  it("is the exact one for qualities of 0 and 1 in up to 2,000 units of one record, else Gaffke's", async () => {
    expect(await nameOf({ isBinary: true })).toBe("exact");
    expect(await nameOf({ isBinary: false })).toBe("gaffke");
    expect(await nameOf({ isBinary: true, units: single(2_000) })).toBe("exact");
    expect(await nameOf({ isBinary: true, units: single(2_001) })).toBe("gaffke");
    expect(await nameOf({ isBinary: true, units: [0, 1, 1] })).toBe("gaffke");
    expect(await nameOf({ isBinary: true, unitCap: 2 })).toBe("gaffke");
    expect(await nameOf({ guarantee: "regressions" })).toBe("binomial");
    expect(await nameOf({ guarantee: "regressions", units: single(5_000) })).toBe("binomial");
    expect(await nameOf({ guarantee: "regressions", units: [0, 1, 1] })).toBe("gaffke");
  });

  it("may be made by the caller, except for an exact test where there is none", async () => {
    expect(await nameOf({ isBinary: true, test: "gaffke" })).toBe("gaffke");
    expect(await nameOf({ isBinary: true, test: "betting" })).toBe("betting");
    expect(await nameOf({ isBinary: true, test: "exact" })).toBe("exact");
    expect(await nameOf({ guarantee: "regressions", test: "exact" })).toBe("binomial");
    await expect(nameOf({ test: "exact" })).rejects.toThrow(
      'test must be absent, gaffke or betting: an exact test takes at most 2000 records with qualities of 0 and 1, units of one record and a unitCap of 1, got "exact"',
    );
  });

  it("depends on a seed for bets alone", async () => {
    const gains = losses(300, 3).map((loss, index) => loss - Number(index % 50 === 40));
    const pValues = async (test: "exact" | "gaffke" | "betting"): Promise<number> => {
      const of = await Promise.all(
        [1, 2, 3, 4].map((seed) =>
          lossTest({ guarantee: "mean", units: single(300), delta, isBinary: true, test, seed }),
        ),
      );
      return new Set(of.map((one) => one.pValue(gains, 0.05))).size;
    };
    expect(await pValues("exact")).toBe(1);
    expect(await pValues("gaffke")).toBe(1);
    expect(await pValues("betting")).toBeGreaterThan(1);
  });
});

describe("losses of any size and units of several records", () => {
  it("are summed by unit, less the limit for each record", async () => {
    const units = [0, 1, 0, 2, 1, 0];
    const test = await lossTest({ guarantee: "regressions", units, delta, test: "betting", seed: 3 });
    expect(test).toMatchObject({ name: "betting", units: 3, largestUnit: 3, unitCap: 3 });
    const loss = Float64Array.of(1, 0, 1, 0, 1, 0);
    const { losses: lost, sizes } = test.unitLosses(loss);
    const pairs = [...lost].map((sum, place) => [sizes[place], sum]);
    expect(pairs.sort()).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
    ]);
    expect(test.mean(loss)).toBe(0.5);
  });

  it("of a unit above the cap weigh less, so that it counts as so many requests", async () => {
    const units = [0, 0, 0, 0, 1, 2];
    const loss = Float64Array.of(1, 1, 1, 0, 0, 0);
    const capped = await lossTest({ guarantee: "mean", units, delta, seed: 3, unitCap: 2 });
    expect(capped).toMatchObject({ largestUnit: 4, unitCap: 2 });
    expect([...capped.unitLosses(loss).losses].sort()).toEqual([0, 0, 1.5]);
    expect(capped.mean(loss)).toBeCloseTo(1.5 / 4, 12);
    const alike = await lossTest({ guarantee: "mean", units, delta, seed: 3, unitCap: 1 });
    expect(alike.mean(loss)).toBeCloseTo(0.75 / 3, 12);
    const roomy = await lossTest({ guarantee: "mean", units, delta, seed: 3, unitCap: 9 });
    expect(roomy.mean(loss)).toBe(0.5);
  });

  it("prove less where larger units may come", async () => {
    const of = (unitCap: number) =>
      lossTest({ guarantee: "mean", units: single(300), delta, seed: 1, unitCap });
    const loss = losses(300, 1);
    expect((await of(20)).pValue(loss, 0.05)).toBeGreaterThan((await of(1)).pValue(loss, 0.05));
  });

  it("count copies of a record as one unit: they prove no more than it does", async () => {
    const few = await lossTest({ guarantee: "mean", units: single(300), delta, seed: 1 });
    const copied = Array.from({ length: 3_000 }, (_, index) => index % 300);
    const copies = await lossTest({ guarantee: "mean", units: copied, delta, seed: 1 });
    const loss = (index: number): number => (index % 100 === 0 ? 1 : 0);
    const ofFew = few.pValue(
      Float64Array.from({ length: 300 }, (_, index) => loss(index)),
      0.03,
    );
    const ofCopies = copies.pValue(Float64Array.from(copied, loss), 0.03);
    expect(ofCopies).toBeCloseTo(ofFew, 9);
  });

  it("have a bound that the same test accepts, and none below it", async () => {
    const test = await lossTest({ guarantee: "mean", units: single(2_000), delta, seed: 1 });
    const loss = losses(2_000, 20);
    const bound = test.upperBound(loss, 0.05, 0.001);
    expect(bound).toBeGreaterThan(0.01);
    expect(bound).toBeLessThan(0.018);
    expect(test.pValue(loss, bound)).toBeLessThanOrEqual(delta);
    expect(test.pValue(loss, bound - 0.001)).toBeGreaterThan(delta);
  });

  it("have a bound below 0 where the small model is better", async () => {
    const test = await lossTest({ guarantee: "mean", units: single(2_000), delta, seed: 1 });
    const gains = losses(2_000, 400).map((one) => -one);
    expect(test.upperBound(gains, 0.02, 0.001)).toBeLessThan(-0.15);
  });

  it("have the bound that they came with where nothing can be ruled out", async () => {
    const test = await lossTest({ guarantee: "mean", units: single(3), delta, seed: 1 });
    expect(test.upperBound(losses(3, 3), 1, 0.001)).toBe(1);
  });

  it("come in an order that the seed fixes, for bets", async () => {
    const of = async (seed: number) =>
      (await lossTest({ guarantee: "mean", units: single(50), delta, test: "betting", seed })).unitLosses(
        losses(50, 5),
      );
    expect(await of(1)).toEqual(await of(1));
    expect(await of(1)).not.toEqual(await of(2));
  });
});
