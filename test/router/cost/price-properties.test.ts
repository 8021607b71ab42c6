import fc from "fast-check";
import { expect, test } from "vitest";
import type { Price, PriceTerms, Rates, Usage } from "../../../src/contracts/index.ts";
import { checkPrice } from "../../../src/plugin/index.ts";
import { costOf, unpricedPart } from "../../../src/router/cost/cost-of.ts";
import { highestCost } from "../../../src/router/cost/highest-rates.ts";
import { limitOutput } from "../../../src/router/cost/limit-output.ts";
import { priceAt } from "../../../src/router/cost/price-at.ts";
import { usageOrEstimate } from "../../../src/router/cost/usage-of.ts";
import { runs } from "../../support/runs.ts";

const rate = fc.double({ min: 0, max: 1_000, noNaN: true });
const maybe = fc.option(rate, { nil: undefined });
const rates: fc.Arbitrary<Rates> = fc.record({
  usdPerMillionInputTokens: rate,
  usdPerMillionOutputTokens: rate,
  usdPerMillionCachedInputTokens: maybe,
  usdPerMillionCacheWriteTokens: maybe,
  usdPerMillionCacheWrite1hTokens: maybe,
  usdPerMillionAudioInputTokens: maybe,
  usdPerMillionCachedAudioInputTokens: maybe,
  usdPerMillionImageInputTokens: maybe,
  usdPerMillionReasoningTokens: maybe,
  usdPerMillionAudioOutputTokens: maybe,
  usdPerMillionImageOutputTokens: maybe,
});
const bounds = [1_000, 50_000, 200_000];
const tiers = fc
  .array(fc.tuple(rates, fc.boolean()), { maxLength: 3 })
  .map((all) =>
    all.map(([of, inclusive], at) => ({ ...of, aboveInputTokens: bounds[at] as number, inclusive })),
  );
const doesNotStackWith = fc.subarray(["longContext", "cachedInput", "cacheWrite"] as const);
const serviceTier = fc.oneof(
  fc.record({ factor: fc.double({ min: 0, max: 5, noNaN: true }), doesNotStackWith }),
  fc.record({ rates, tiers, doesNotStackWith }),
);
const tierNames = ["flex", "priority", "batch"] as const;
const hour = fc
  .tuple(fc.nat(23), fc.nat(59))
  .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));
const cheaperHours = fc.array(
  fc.record({
    days: fc.option(fc.subarray([0, 1, 2, 3, 4, 5, 6]), { nil: undefined }),
    from: hour,
    to: hour,
    factor: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { maxLength: 4 },
);
const terms: fc.Arbitrary<PriceTerms> = fc
  .tuple(rates, tiers, maybe, fc.dictionary(fc.constantFrom(...tierNames), serviceTier), cheaperHours)
  .map(([of, above, usdPerRequest, serviceTiers, hours]) => ({
    ...of,
    cheaperHours: hours,
    tiers: above,
    usdPerRequest,
    serviceTiers: { ...serviceTiers },
  }));
const start = Date.parse("2026-11-01");
const price: fc.Arbitrary<Price> = fc
  .tuple(terms, fc.option(terms, { nil: undefined }))
  .map(([first, later]) =>
    later === undefined ? first : { ...first, changes: [{ from: "2026-11-01", ...later }] },
  );
const tokens = fc.nat(250_000);
const usage: fc.Arbitrary<Usage> = fc.record({
  inputTokens: tokens,
  outputTokens: tokens,
  cachedInputTokens: fc.option(tokens, { nil: undefined }),
  cacheWriteTokens: fc.option(tokens, { nil: undefined }),
  cacheWrite1hTokens: fc.option(tokens, { nil: undefined }),
  audioInputTokens: fc.option(tokens, { nil: undefined }),
  cachedAudioInputTokens: fc.option(tokens, { nil: undefined }),
  imageInputTokens: fc.option(tokens, { nil: undefined }),
  reasoningTokens: fc.option(tokens, { nil: undefined }),
  audioOutputTokens: fc.option(tokens, { nil: undefined }),
  imageOutputTokens: fc.option(tokens, { nil: undefined }),
  serviceTier: fc.option(fc.constantFrom(...tierNames), { nil: undefined }),
});

test("a cost is never negative and never above the most that is reserved, around changes of the price too", () => {
  const around = fc.integer({ min: -3_600_000, max: 3_600_000 });
  const wait = fc.integer({ min: 0, max: 3_600_000 });
  fc.assert(
    fc.property(price, usage, around, wait, (list, used, offset, later) => {
      checkPrice("price", list);
      const reservedAt = start + offset;
      const cost = costOf(priceAt(list, reservedAt + later), used);
      const most = highestCost(list, used.inputTokens, used.outputTokens, { at: reservedAt });
      if (cost === undefined) {
        expect(unpricedPart(priceAt(list, reservedAt + later), used)).toMatch(/not known/);
        return;
      }
      expect(cost).toBeGreaterThanOrEqual(0);
      expect(most).toBeGreaterThanOrEqual(cost * (1 - 1e-9));
    }),
    { numRuns: runs(1_000, 20_000) },
  );
});

test("what a missing rate leaves unknown is never 0: taking any rate away makes a cost unknown or higher", () => {
  fc.assert(
    fc.property(price, usage, (list, used) => {
      const full = costOf(list, used);
      const { usdPerMillionCacheWrite1hTokens: _, usdPerMillionAudioOutputTokens: __, ...less } = list;
      const written = Math.min(used.cacheWrite1hTokens ?? 0, used.cacheWriteTokens ?? 0);
      const cost = costOf(
        { ...less, tiers: undefined, serviceTiers: undefined },
        { ...used, serviceTier: undefined },
      );
      const room = used.inputTokens - Math.min(used.cachedInputTokens ?? 0, used.inputTokens);
      if (Math.min(written, room) > 0) expect(cost).toBeUndefined();
      expect(full === undefined || full >= 0).toBe(true);
    }),
    { numRuns: runs(500, 10_000) },
  );
});

test("parts that a server reports never exceed the totals, and exclude each other", () => {
  const any = fc.oneof(fc.nat(2_000), fc.constantFrom(-1, Number.NaN, 1e300, null, "7", [], {}, undefined));
  const returned = fc.record({
    prompt_tokens: any,
    completion_tokens: any,
    total_tokens: any,
    service_tier: fc.constantFrom(undefined, null, 7, "flex", "default", "A b", "x".repeat(99)),
    prompt_tokens_details: fc.record({
      cached_tokens: any,
      cache_write_tokens: any,
      audio_tokens: any,
      image_tokens: any,
      cached_tokens_details: fc.oneof(any, fc.record({ audio_tokens: any })),
      cache_creation_token_details: fc.oneof(any, fc.record({ ephemeral_1h_input_tokens: any })),
    }),
    completion_tokens_details: fc.record({ reasoning_tokens: any, audio_tokens: any, image_tokens: any }),
  });
  fc.assert(
    fc.property(returned, (given) => {
      const { usage: u } = usageOrEstimate(given as never, { inputTokens: 10, outputTokens: () => 5 });
      const of = (...parts: readonly (number | undefined)[]) =>
        parts.reduce<number>((sum, n) => sum + (n ?? 0), 0);
      for (const count of Object.values(u))
        if (typeof count === "number") expect(count).toBeGreaterThanOrEqual(0);
      expect(
        of(u.cachedInputTokens, u.cacheWriteTokens, u.audioInputTokens, u.imageInputTokens),
      ).toBeLessThanOrEqual(u.inputTokens);
      expect(of(u.cachedAudioInputTokens)).toBeLessThanOrEqual(of(u.cachedInputTokens));
      expect(of(u.cacheWrite1hTokens)).toBeLessThanOrEqual(of(u.cacheWriteTokens));
      expect(of(u.reasoningTokens, u.audioOutputTokens, u.imageOutputTokens)).toBeLessThanOrEqual(
        u.outputTokens,
      );
      expect(u.serviceTier).toBe(given.service_tier === "flex" ? "flex" : undefined);
    }),
    { numRuns: runs(1_000, 20_000) },
  );
});

test("own GPUs are reserved by the time that bounds a call, and not at all without one", () => {
  const gpu: Price = {
    usdPerMillionInputTokens: 0,
    usdPerMillionOutputTokens: 1,
    gpu: { usdPerGpuHour: 3.6, concurrentCalls: 2 },
  };
  expect(costOf(gpu, { inputTokens: 9, outputTokens: 0 })).toBeUndefined();
  expect(unpricedPart(gpu, { inputTokens: 9, outputTokens: 0 })).toMatch(/time/);
  expect(highestCost(gpu, 1_000, 100)).toBe(Number.POSITIVE_INFINITY);
  // Half a dollar-thousandth per second: 3.6 / 3,600 / 2.
  expect(highestCost(gpu, 1_000, 100, { mostSeconds: 10 })).toBeCloseTo(0.005 + 0.0001, 12);
  const call = {
    model: { name: "own:m", provider: "own", model: "m", labels: {}, price: gpu },
    request: { inputTokens: 10, images: 0 },
    asked: 100,
    usualOutputTokens: 10,
    cutAt: 0,
    answers: 1,
    left: { usd: 1, by: "budget" as const },
  };
  expect(limitOutput(call).costUsd).toBeUndefined();
  expect(limitOutput({ ...call, mostSeconds: 10 }).costUsd).toBeCloseTo(0.0051, 12);
});

test("only the classes of service that a call may get are reserved", () => {
  const list: Price = {
    usdPerMillionInputTokens: 0,
    usdPerMillionOutputTokens: 10,
    serviceTiers: { flex: { factor: 0.5 }, priority: { factor: 2 }, fast: { factor: 3, reserve: "asked" } },
  };
  const most = (serviceTier?: string, everyTier?: boolean) =>
    highestCost(list, 0, 1e6, { serviceTier, everyTier });
  expect([most(), most("standard"), most("flex"), most("priority"), most("fast")]).toEqual([
    20, 10, 10, 20, 30,
  ]);
  // A class that is not listed says nothing about the others.
  expect([most("other"), most("standard", true)]).toEqual([20, 30]);
});
