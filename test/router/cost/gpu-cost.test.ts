import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OwnGpu } from "../../../src/contracts/index.ts";
import type { GpuMeasure } from "../../../src/contracts/ports/index.ts";
import { gpuCost, gpuPrice } from "../../../src/router/cost/gpu-cost.ts";
import { gpuTokens } from "../../../src/router/cost/gpu-tokens.ts";
import { numRuns } from "../../support/runs.ts";

// Two GPUs at 2 USD: 4 USD an hour, 1/900 USD a second.
const gpu: OwnGpu = { usdPerHour: 2, count: 2 };
const measured: GpuMeasure = {
  seconds: 600,
  tokens: 1_000_000,
  calls: 200,
  peakTokensPerSecond: 10_000,
  peakCalls: 20,
  inFlight: 0,
};
const rates = (cost: ReturnType<typeof gpuCost>) => [
  cost.usdPerMillionInputTokens,
  cost.usdPerMillionCachedInputTokens,
  cost.usdPerMillionOutputTokens,
];

describe("the average cost", () => {
  it("is what the GPUs cost in the window, divided by its tokens", () => {
    const cost = gpuCost(gpu, measured);
    // 600 s x 1/900 USD = 0.6667 USD for a million tokens; an output token is four, a cached one a tenth.
    expect(rates(cost)).toEqual([expect.closeTo(2 / 3), expect.closeTo(2 / 30), expect.closeTo(8 / 3)]);
    expect(cost.basis).toBe("measured");
    // A million in 600 s, where 10,000 a second would be possible.
    expect(cost.utilisation).toBeCloseTo(1 / 6);
  });

  it("doubles if half as much is asked for in the same time", () => {
    const cost = gpuCost(gpu, { ...measured, tokens: 500_000 });
    expect(cost.usdPerMillionInputTokens).toBeCloseTo(4 / 3);
  });

  it("is not known, and never 0, before ten calls, a minute, or without tokens", () => {
    for (const measure of [
      undefined,
      { ...measured, calls: 9 },
      { ...measured, seconds: 59 },
      { ...measured, tokens: 0 },
    ]) {
      const cost = gpuCost(gpu, measure);
      expect(rates(cost)).toEqual([undefined, undefined, undefined]);
      expect(cost.unknown).toMatch(/measured on its GPUs in the last hour/);
      expect(gpuPrice(cost)).toBeUndefined();
    }
  });

  it("is that at full load before anything is measured, if that is stated", () => {
    // 5,000 output tokens a second are 20,000 of input: 1/900/20,000 USD each.
    const cost = gpuCost({ ...gpu, fullOutputTokensPerSecond: 5_000 }, undefined);
    expect(cost.basis).toBe("stated");
    expect(cost.usdPerMillionInputTokens).toBeCloseTo(0.0556, 3);
    expect(cost.usdPerMillionOutputTokens).toBeCloseTo(0.2222, 3);
  });
});

describe("the marginal cost", () => {
  const marginal: OwnGpu = { ...gpu, cost: "marginal" };
  const inputAt = (inFlight: number, own = marginal) =>
    gpuCost(own, { ...measured, inFlight }).usdPerMillionInputTokens;

  it("is a twentieth of that at full load on idle GPUs that answer twenty calls at a time", () => {
    // At full load: 1/900 USD a second / 10,000 tokens a second = 0.1111 USD a million.
    expect(inputAt(0)).toBeCloseTo(1 / 9 / 20);
    expect(inputAt(19)).toBeCloseTo(1 / 9);
  });

  it("rises with the queue, to ten times that at full load", () => {
    expect(inputAt(59)).toBeCloseTo(3 / 9);
    expect(inputAt(199)).toBeCloseTo(10 / 9);
    expect(inputAt(1e12)).toBeCloseTo(10 / 9);
  });

  it("counts what the engine says of the calls of other processes", () => {
    const load = { running: 20, waiting: 19, ageMs: 100 };
    expect(gpuCost(marginal, measured, load).usdPerMillionInputTokens).toBeCloseTo(2 / 9);
  });

  it("takes GPUs to be less full if more is stated than was ever asked of them", () => {
    // 10,000 output tokens are 40,000: full load costs a quarter, and one call takes an eightieth of it.
    expect(inputAt(0, { ...marginal, fullOutputTokensPerSecond: 10_000 })).toBeCloseTo(1 / 36 / 80, 5);
  });

  it("stays known over a quiet night, but not before anything was measured", () => {
    expect(gpuCost(marginal, { ...measured, tokens: 0, calls: 0 }).basis).toBe("measured");
    const { peakTokensPerSecond: _, ...without } = measured;
    expect(gpuCost(marginal, without).unknown).toBe("no full minute with calls was measured on its GPUs yet");
  });
});

describe("any measurement", () => {
  const positive = (max: number) => fc.double({ min: 1e-3, max, noNaN: true });
  const measures: fc.Arbitrary<GpuMeasure> = fc.record({
    seconds: fc.double({ min: 0, max: 3_600, noNaN: true }),
    tokens: fc.double({ min: 0, max: 1e12, noNaN: true }),
    calls: fc.nat(1e6),
    inFlight: fc.nat(1e6),
    peakTokensPerSecond: fc.option(positive(1e9), { nil: undefined }),
    peakCalls: fc.double({ min: 1, max: 1e6, noNaN: true }),
  });
  const machines: fc.Arbitrary<OwnGpu> = fc.record({
    usdPerHour: positive(1e6),
    count: positive(1e4),
    cost: fc.constantFrom("average" as const, "marginal" as const),
    outputWeight: fc.double({ min: 1, max: 100, noNaN: true }),
    fullOutputTokensPerSecond: fc.option(positive(1e9), { nil: undefined }),
  });

  it("gives rates that are above 0 and finite, or a reason", () => {
    fc.assert(
      fc.property(machines, measures, (own, measure) => {
        const cost = gpuCost(own, measure);
        const { unknown, utilisation = 0 } = cost;
        const all = rates(cost);
        if (unknown === undefined) for (const rate of all) expect(rate).toBeGreaterThan(0);
        else expect(all).toEqual([undefined, undefined, undefined]);
        for (const rate of all) expect(rate ?? 0).toBeLessThan(Number.POSITIVE_INFINITY);
        expect(utilisation >= 0 && utilisation <= 1).toBe(true);
      }),
      numRuns(10_000),
    );
  });

  it("is unknown where a rate would be beyond all numbers", () => {
    const measure = { seconds: 60, tokens: 9e-317, calls: 10, inFlight: 0, peakCalls: 1 };
    expect(rates(gpuCost({ usdPerHour: 1 }, measure))).toEqual([undefined, undefined, undefined]);
  });

  it("never gets cheaper with more calls under way, and is at most ten times that at full load", () => {
    fc.assert(
      fc.property(machines, measures, fc.nat(1_000), (own, measure, more) => {
        const marginal = { ...own, cost: "marginal" as const };
        const [less, full] = [gpuCost(marginal, measure), gpuCost(marginal, { ...measure, inFlight: 1e15 })];
        const later = gpuCost(marginal, { ...measure, inFlight: measure.inFlight + more });
        const rate = less.usdPerMillionInputTokens ?? 0;
        expect(later.usdPerMillionInputTokens ?? 0).toBeGreaterThanOrEqual(rate);
        expect(rate).toBeLessThanOrEqual((full.usdPerMillionInputTokens ?? 0) * (1 + 1e-9));
      }),
      numRuns(10_000),
    );
  });

  it("shares out what the GPUs cost in the window, whatever was asked of them", () => {
    fc.assert(
      fc.property(positive(1e5), fc.double({ min: 60, max: 3_600, noNaN: true }), (perHour, seconds) => {
        const measure = { ...measured, seconds, tokens: 5e6 };
        const rate = gpuCost({ usdPerHour: perHour }, measure).usdPerMillionInputTokens ?? Number.NaN;
        expect((rate * 5) / ((perHour * seconds) / 3_600)).toBeCloseTo(1, 9);
      }),
      numRuns(1_000),
    );
  });
});

describe("the tokens of a call", () => {
  const options = { outputWeight: 4, textTokens: 1_000, tookMs: 2_000 };

  it("are weighted: input 1, input from the cache 0.1, output as the options say", () => {
    const usage = { inputTokens: 1_000, cachedInputTokens: 800, outputTokens: 50 };
    expect(gpuTokens(usage, options)).toBe(200 + 80 + 200);
    expect(gpuTokens(undefined, options)).toBe(0);
  });

  it("are cut where a server counts more than is possible", () => {
    const lie = { inputTokens: 1e12, outputTokens: 1e12 };
    // Four times the estimate and 1,000; 10,000 a second for two seconds.
    expect(gpuTokens(lie, options)).toBe(5_000 + 4 * 20_000);
    expect(gpuTokens({ inputTokens: -5, outputTokens: Number.NaN }, options)).toBe(0);
    expect(gpuTokens(lie, { outputWeight: 1, textTokens: undefined, tookMs: Number.NaN })).toBe(2_010_000);
  });
});
