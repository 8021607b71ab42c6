import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Price } from "../../../src/contracts/index.ts";
import type { OutputToLimit } from "../../../src/contracts/ports/index.ts";
import { costOf } from "../../../src/router/cost/cost-of.ts";
import { leastCostUsd, limitOutput } from "../../../src/router/cost/limit-output.ts";
import { numRuns } from "../../support/runs.ts";

const price: Price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 10 };
const facts = { name: "p:m", provider: "p", model: "m", labels: {} };

/** A call of 1,000 input tokens, 0.001 USD, with money enough. */
function limit(parts: Partial<OutputToLimit> = {}, of: Partial<OutputToLimit["model"]> = {}) {
  return limitOutput({
    model: { ...facts, price, ...of },
    request: { inputTokens: 250, mostInputTokens: 1_000, images: 0 },
    asked: undefined,
    usualOutputTokens: 300,
    cutAt: 0,
    left: { usd: 1, by: "maxCostUsd" },
    ...parts,
  });
}
const left = (usd: number) => ({ left: { usd, by: "budget" as const } });

describe("the output limit of a call under a bound", () => {
  it("is the one that was asked for", () => {
    expect(limit({ asked: 50 })).toEqual({ outputLimit: 50, costUsd: 0.0015, limited: undefined });
    expect(limit({ asked: 9_000 })).toEqual({ outputLimit: 9_000, costUsd: 0.091, limited: undefined });
  });

  it("is else the larger of 1,024 and four times the usual answer, at most the model's own", () => {
    expect(limit({ usualOutputTokens: 100 })).toMatchObject({ outputLimit: 1_024, costUsd: 0.01124 });
    expect(limit({ usualOutputTokens: 500 }).limited).toEqual({
      from: undefined,
      to: 2_000,
      by: "expected",
      reason: "no limit was asked for: four times the usual answer of 500 tokens, and at least 1024",
    });
    expect(limit({ usualOutputTokens: 500 }, { maxOutputTokens: 8_192 }).limited).toMatchObject({
      from: 8_192,
      to: 2_000,
    });
    expect(limit({}, { maxOutputTokens: 512 })).toMatchObject({ outputLimit: 512, limited: undefined });
  });

  it("fits into the context window next to the input, since servers refuse one that does not", () => {
    const within = (contextWindow: number, asked?: number) =>
      limit({ asked, usualOutputTokens: 2_000 }, { contextWindow });
    expect(within(100_000).outputLimit).toBe(8_000);
    // 250 tokens of input, estimated: 350 at most
    expect(within(4_000)).toMatchObject({ outputLimit: 3_650, limited: undefined });
    expect(within(400).outputLimit).toBe(256);
    expect(within(4_000, 3_900).outputLimit).toBe(3_900);
  });

  it("is four times that of an answer that was cut", () => {
    expect(limit({ cutAt: 1_200 })).toMatchObject({
      outputLimit: 4_800,
      limited: { by: "expected", reason: expect.stringContaining("cut at 1200 tokens") },
    });
  });

  it("is lowered to what can be paid for, down to 256 tokens, and says by which bound", () => {
    expect(limit(left(0.005))).toEqual({
      outputLimit: 400,
      costUsd: 0.005,
      limited: { from: undefined, to: 400, by: "budget", reason: "0.00500 USD are left of the budget" },
    });
    expect(limit({ asked: 4_000, ...left(0.005) }).limited).toMatchObject({ from: 4_000, to: 400 });
    expect(limit(left(0.00356))).toMatchObject({ outputLimit: 256 });
    expect(limit({ left: { usd: 0.005, by: "maxCost" } }).limited?.reason).toBe(
      "a call may cost at most 0.00500 USD",
    );
  });

  it("costs more than is left where 256 tokens, or as many as were asked for, cannot be paid for", () => {
    expect(limit(left(0.00355)).costUsd).toBeCloseTo(0.00356, 12);
    expect(limit({ asked: 100, ...left(0.0019) }).costUsd).toBeCloseTo(0.002, 12);
    expect(limit({ asked: 100, ...left(0.002) }).outputLimit).toBe(100);
    expect(limit(left(-1)).costUsd).toBeGreaterThan(0);
  });

  it("is not needed where output costs nothing", () => {
    const free: Price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 0 };
    expect(limit({}, { price: free })).toEqual({
      outputLimit: undefined,
      costUsd: 0.001,
      limited: undefined,
    });
  });

  it("is reserved at the highest rates that can apply: of tiers, of written and of read cache", () => {
    const dear: Price = {
      ...price,
      usdPerRequest: 0.5,
      usdPerMillionCacheWriteTokens: 2,
      tiers: [
        { aboveInputTokens: 900, usdPerMillionInputTokens: 3, usdPerMillionOutputTokens: 20 },
        { aboveInputTokens: 1_000, usdPerMillionInputTokens: 99, usdPerMillionOutputTokens: 99 },
      ],
    };
    expect(limit({ asked: 100 }, { price: dear }).costUsd).toBeCloseTo(0.5 + 0.003 + 0.002, 12);
    const written: Price = { ...price, usdPerMillionCacheWriteTokens: 2 };
    expect(limit({ asked: 100 }, { price: written }).costUsd).toBeCloseTo(0.003, 12);
  });

  it("of a model without a price has no cost", () => {
    expect(limit({}, { price: undefined })).toMatchObject({ outputLimit: 1_200, costUsd: undefined });
  });

  it("never lets a call that obeys it cost more than its reservation, nor a reservation that fits exceed the money", () => {
    const rate = fc.double({ min: 0, max: 100, noNaN: true });
    const rates = {
      usdPerMillionInputTokens: rate,
      usdPerMillionOutputTokens: rate,
      usdPerMillionCachedInputTokens: fc.option(rate, { nil: undefined }),
      usdPerMillionCacheWriteTokens: fc.option(rate, { nil: undefined }),
    };
    const anyPrice = fc.record({
      ...rates,
      usdPerRequest: fc.option(rate, { nil: undefined }),
      tiers: fc.array(fc.record({ ...rates, aboveInputTokens: fc.nat(100_000) }), { maxLength: 3 }),
    });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        anyPrice,
        fc.nat(200_000),
        fc.option(fc.nat(50_000), { nil: undefined }),
        fc.double({ min: 0, max: 20, noNaN: true }),
        fc.tuple(share, share, share, share),
        (given, most, asked, usd, [input, output, cached, written]) => {
          const sorted = [...given.tiers].sort((a, b) => a.aboveInputTokens - b.aboveInputTokens);
          const one: Price = { ...given, tiers: sorted };
          const { outputLimit, costUsd = Number.NaN } = limit(
            {
              asked,
              left: { usd, by: "budget" },
              request: { inputTokens: 0, mostInputTokens: most, images: 0 },
            },
            { price: one },
          );
          const inputTokens = Math.floor(most * input);
          const cachedInputTokens = Math.floor(inputTokens * cached);
          const bill = costOf(one, {
            inputTokens,
            outputTokens: Math.floor((outputLimit ?? 1e6) * output),
            cachedInputTokens,
            cacheWriteTokens: Math.floor((inputTokens - cachedInputTokens) * written),
          });
          expect(bill).toBeLessThanOrEqual(costUsd * (1 + 1e-12) + 1e-12);
          const wanted = asked ?? 1_200;
          if (outputLimit !== undefined && outputLimit < Math.min(wanted, 256))
            expect(costUsd).toBeGreaterThan(usd);
          if (outputLimit !== undefined && outputLimit > 256 && outputLimit < wanted)
            expect(costUsd).toBeLessThanOrEqual(usd);
        },
      ),
      numRuns(5_000),
    );
  });
});

it("the smallest amount that must be left is that of 256 tokens, or of the fewer that are asked for or possible", () => {
  const request = { inputTokens: 250, mostInputTokens: 1_000, images: 0 };
  const least = (asked: number | undefined, of: Partial<OutputToLimit["model"]> = {}) =>
    leastCostUsd({ ...facts, price, ...of }, request, asked);
  expect(least(undefined)).toBeCloseTo(0.00356, 12);
  expect(least(5_000)).toBeCloseTo(0.00356, 12);
  expect(least(0)).toBeCloseTo(0.001, 12);
  expect(least(undefined, { maxOutputTokens: 100 })).toBeCloseTo(0.002, 12);
  expect(least(undefined, { price: undefined })).toBeUndefined();
});
