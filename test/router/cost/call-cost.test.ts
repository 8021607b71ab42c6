import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { prepareRecord } from "../../../evals/collect/read-dataset.ts";
import type { Price } from "../../../src/contracts/index.ts";
import { expectedCostUsd, mostCostUsd } from "../../../src/router/cost/call-cost.ts";
import { costOf } from "../../../src/router/cost/cost-of.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { runs } from "../../support/runs.ts";

const refuse = (field: string, problem: string): never => {
  throw new Error(`${field} ${problem}`);
};
const rate = fc.double({ min: 0, max: 100, noNaN: true });
const rates = fc.record({
  usdPerMillionInputTokens: rate,
  usdPerMillionOutputTokens: rate,
  usdPerMillionCachedInputTokens: fc.option(rate, { nil: undefined }),
  usdPerMillionCacheWriteTokens: fc.option(rate, { nil: undefined }),
});
const prices: fc.Arbitrary<Price> = fc
  .tuple(rates, fc.array(fc.tuple(fc.integer({ min: 0, max: 500 }), rates), { maxLength: 2 }), rate)
  .map(([base, tiers, usdPerRequest]) => ({
    ...base,
    usdPerRequest,
    tiers: tiers
      .map(([aboveInputTokens, tier]) => ({ aboveInputTokens, ...tier }))
      .sort((a, b) => a.aboveInputTokens - b.aboveInputTokens),
  }));

describe("the most that a call can cost", () => {
  it("is not below what any usage costs that its text and its limit allow", () => {
    fc.assert(
      fc.property(
        prices,
        fc.string({ minLength: 1, unit: "grapheme" }).filter((text) => text.trim() !== ""),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 500 }),
        (price, prompt, inputShare, cachedShare, limit) => {
          const { request, facts } = prepareRecord({ id: "a", prompt }, refuse);
          // A token is at least one byte.
          const inputTokens = Math.floor(inputShare * Buffer.byteLength(prompt));
          const cachedInputTokens = Math.floor(cachedShare * inputTokens);
          const usage = {
            inputTokens,
            outputTokens: limit,
            cachedInputTokens,
            cacheWriteTokens: inputTokens - cachedInputTokens,
          };
          const most = mostCostUsd(fakeModel({ price }), request, facts.images, limit);
          expect(most).toBeGreaterThanOrEqual((costOf(price, usage) as number) - 1e-12);
        },
      ),
      { numRuns: runs(300, 10_000) },
    );
  });

  it("counts images for more than any model does, and knows no bound without a limit or a price", () => {
    const price: Price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 2 };
    const { request } = prepareRecord({ id: "a", prompt: "hi" }, refuse);
    const text = mostCostUsd(fakeModel({ price }), request, 0, 100) ?? 0;
    expect(mostCostUsd(fakeModel({ price }), request, 2, 100)).toBeCloseTo(text + 0.1, 12);
    expect(mostCostUsd(fakeModel({ price }), request, 0, undefined)).toBeUndefined();
    expect(mostCostUsd(fakeModel({}), request, 0, 100)).toBeUndefined();
    expect(mostCostUsd(fakeModel({ price, maxOutputTokens: 100 }), request, 0, undefined)).toBe(text);
  });

  it("is more than what is expected: 300 output tokens, or the limit", () => {
    const price: Price = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 1 };
    const { facts } = prepareRecord({ id: "a", prompt: "hi" }, refuse);
    expect(expectedCostUsd(fakeModel({ price }), facts, undefined)).toBeCloseTo(0.0003, 12);
    expect(expectedCostUsd(fakeModel({ price }), facts, 100)).toBeCloseTo(0.0001, 12);
    expect(expectedCostUsd(fakeModel({}), facts, 100)).toBeUndefined();
  });
});
