import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Price, Usage } from "../../../src/contracts/index.ts";
import { costOf, estimateCost } from "../../../src/router/cost/cost-of.ts";
import { runs } from "../../support/runs.ts";

const flat: Price = { usdPerMillionInputTokens: 3, usdPerMillionOutputTokens: 15 };
const cached: Price = { ...flat, usdPerMillionCachedInputTokens: 0.3, usdPerMillionCacheWriteTokens: 3.75 };
const tiered: Price = {
  ...cached,
  tiers: [
    {
      aboveInputTokens: 200_000,
      usdPerMillionInputTokens: 6,
      usdPerMillionOutputTokens: 22.5,
      usdPerMillionCachedInputTokens: 0.6,
    },
    { aboveInputTokens: 500_000, usdPerMillionInputTokens: 10, usdPerMillionOutputTokens: 30 },
  ],
};

describe("the cost of a call", () => {
  test("is input and output at their rates", () => {
    // 1,000 x $3/M + 500 x $15/M
    expect(costOf(flat, { inputTokens: 1_000, outputTokens: 500 })).toBeCloseTo(0.0105, 12);
  });

  test("bills cached and written tokens at their own rates, as parts of the input", () => {
    // 2,000 fresh x $3/M + 7,000 cached x $0.30/M + 1,000 written x $3.75/M + 100 x $15/M
    const usage = {
      inputTokens: 10_000,
      outputTokens: 100,
      cachedInputTokens: 7_000,
      cacheWriteTokens: 1_000,
    };
    expect(costOf(cached, usage)).toBeCloseTo(0.006 + 0.0021 + 0.00375 + 0.0015, 12);
  });

  test("bills cached and written tokens as input where their rates are not known", () => {
    const usage = { inputTokens: 10_000, outputTokens: 0, cachedInputTokens: 7_000, cacheWriteTokens: 1_000 };
    expect(costOf(flat, usage)).toBeCloseTo(0.03, 12);
  });

  test("uses the rates of the tier of the whole input, above its bound and not at it", () => {
    expect(costOf(tiered, { inputTokens: 200_000, outputTokens: 0 })).toBeCloseTo(0.6, 12);
    // 200,001 x $6/M + 1,000 x $22.50/M
    expect(costOf(tiered, { inputTokens: 200_001, outputTokens: 1_000 })).toBeCloseTo(1.222506, 12);
    // 100,000 fresh x $6/M + 200,000 cached x $0.60/M
    const partlyCached = { inputTokens: 300_000, outputTokens: 0, cachedInputTokens: 200_000 };
    expect(costOf(tiered, partlyCached)).toBeCloseTo(0.72, 12);
    // the last tier that applies wins; it has no rate for cached tokens
    const long = { inputTokens: 600_000, outputTokens: 1_000, cachedInputTokens: 500_000 };
    expect(costOf(tiered, long)).toBeCloseTo(6.03, 12);
  });

  test("adds the price per request", () => {
    expect(costOf({ ...flat, usdPerRequest: 0.005 }, { inputTokens: 0, outputTokens: 0 })).toBe(0.005);
  });

  test("limits parts to the whole when a server reports more cached tokens than input", () => {
    const usage = { inputTokens: 100, outputTokens: 0, cachedInputTokens: 500, cacheWriteTokens: 500 };
    expect(costOf(cached, usage)).toBeCloseTo(0.00003, 12);
  });

  test("treats invalid counts as 0", () => {
    for (const bad of [Number.NaN, -5, Number.POSITIVE_INFINITY]) {
      expect(costOf(cached, { inputTokens: bad, outputTokens: bad, cachedInputTokens: bad })).toBe(0);
      expect(estimateCost(tiered, bad, bad)).toBe(0);
    }
  });

  test("is estimated as if nothing were cached", () => {
    expect(estimateCost(tiered, 1_000, 500)).toBe(costOf(tiered, { inputTokens: 1_000, outputTokens: 500 }));
    expect(estimateCost(tiered, 300_000, 500)).toBe(
      costOf(tiered, { inputTokens: 300_000, outputTokens: 500 }),
    );
  });
});

describe("for every price and usage the cost", () => {
  const rate = fc.double({ min: 0, max: 1_000, noNaN: true });
  const optionalRate = fc.option(rate, { nil: undefined });
  const rates = fc.record({
    usdPerMillionInputTokens: rate,
    usdPerMillionOutputTokens: rate,
    usdPerMillionCachedInputTokens: optionalRate,
    usdPerMillionCacheWriteTokens: optionalRate,
  });
  const price: fc.Arbitrary<Price> = fc
    .tuple(
      rates,
      optionalRate,
      fc.array(fc.tuple(fc.integer({ min: 1, max: 1_000_000 }), rates), { maxLength: 3 }),
    )
    .map(([base, usdPerRequest, tiers]) => ({
      ...base,
      usdPerRequest,
      tiers: tiers
        .sort(([a], [b]) => a - b)
        .map(([aboveInputTokens, tier]) => ({ aboveInputTokens, ...tier })),
    }));
  const anyNumber = fc.oneof(fc.nat(2_000_000), fc.double());
  const usage: fc.Arbitrary<Usage> = fc.record({
    inputTokens: anyNumber,
    outputTokens: anyNumber,
    cachedInputTokens: fc.option(anyNumber, { nil: undefined }),
    cacheWriteTokens: fc.option(anyNumber, { nil: undefined }),
  });

  test("is finite or huge, never negative and never NaN", () => {
    fc.assert(
      fc.property(
        price,
        usage,
        (p, u) => (costOf(p, u) ?? -1) >= 0 && (estimateCost(p, u.inputTokens, u.outputTokens) ?? -1) >= 0,
      ),
      { numRuns: runs(200, 10_000) },
    );
  });

  test("does not fall when more output is billed, nor with more input inside a tier", () => {
    const tokens = fc.nat(400_000);
    fc.assert(
      fc.property(rates, tokens, tokens, tokens, (p, input, output, more) => {
        const cost = costOf(p, { inputTokens: input, outputTokens: output }) as number;
        expect(costOf(p, { inputTokens: input, outputTokens: output + more })).toBeGreaterThanOrEqual(cost);
        expect(costOf(p, { inputTokens: input + more, outputTokens: output })).toBeGreaterThanOrEqual(cost);
      }),
      { numRuns: runs(200, 10_000) },
    );
  });

  test("does not fall with more input across tiers whose rates rise", () => {
    const tokens = fc.nat(1_000_000);
    fc.assert(
      fc.property(tokens, tokens, (input, more) => {
        expect(estimateCost(tiered, input + more, 100)).toBeGreaterThanOrEqual(
          estimateCost(tiered, input, 100) as number,
        );
      }),
      { numRuns: runs(200, 10_000) },
    );
  });
});
