import { describe, expect, test } from "vitest";
import type { ModelFacts, Price } from "../../../src/contracts/index.ts";
import { costOf } from "../../../src/router/cost/cost-of.ts";
import { highestCost } from "../../../src/router/cost/highest-rates.ts";
import { priceAt, termsAt } from "../../../src/router/cost/price-at.ts";
import { createPricing } from "../../../src/router/cost/pricing.ts";

/** DeepSeek's page as of 2026-10-27: half the price except on working days from 01:00 to 04:00 and from 06:00 to 10:00 UTC. */
const workdays = [1, 2, 3, 4, 5];
const flash: Price = {
  usdPerMillionInputTokens: 0.3,
  usdPerMillionOutputTokens: 1.2,
  usdPerMillionCachedInputTokens: 0.006,
  cheaperHours: [
    { days: workdays, from: "00:00", to: "01:00", factor: 0.5 },
    { days: workdays, from: "04:00", to: "06:00", factor: 0.5 },
    { days: workdays, from: "10:00", to: "24:00", factor: 0.5 },
    { days: [0, 6], from: "00:00", to: "24:00", factor: 0.5 },
  ],
};
const usage = { inputTokens: 100_000, outputTokens: 10_000, cachedInputTokens: 80_000 };
// 0.02 x 0.3 = 0.006; 0.08 x 0.006 = 0.00048; 0.01 x 1.2 = 0.012
const peak = 0.01848;
const offPeak = 0.00924;
const billed = (price: Price, at: string) => costOf(priceAt(price, Date.parse(at)), usage);

describe("the hour of a call decides its price", () => {
  test.each([
    // 2026-11-30 is a Monday.
    ["2026-11-30T00:58:59Z", offPeak],
    ["2026-11-30T01:00:00Z", peak],
    ["2026-11-30T03:59:59Z", peak],
    ["2026-11-30T04:01:00Z", offPeak],
    ["2026-11-30T05:58:59Z", offPeak],
    ["2026-11-30T06:00:00Z", peak],
    ["2026-11-30T09:59:59.999Z", peak],
    ["2026-11-30T10:01:00Z", offPeak],
    ["2026-11-30T23:59:59Z", offPeak],
    ["2026-12-01T00:00:00Z", offPeak],
    ["2026-12-04T07:00:00Z", peak],
    // From Friday to Saturday, and from Sunday to Monday.
    ["2026-12-04T23:59:59Z", offPeak],
    ["2026-12-05T00:00:00Z", offPeak],
    ["2026-12-05T07:00:00Z", offPeak],
    ["2026-12-06T23:59:59Z", offPeak],
    ["2026-12-07T00:00:00Z", offPeak],
    ["2026-12-07T02:00:00Z", peak],
    // Clocks are put back in Europe and in the United States: nothing changes in UTC.
    ["2026-10-26T03:30:00Z", peak],
    ["2026-11-02T09:30:00Z", peak],
    ["2026-03-30T04:30:00Z", offPeak],
    // Before the epoch.
    ["1969-12-29T02:00:00Z", peak],
    ["1969-12-28T02:00:00Z", offPeak],
  ])("%s", (at, usd) => {
    expect(billed(flash, at)).toBeCloseTo(usd, 12);
  });

  test("79 % of the week are at half the price", () => {
    const start = Date.parse("2026-11-29T00:00:30Z");
    const minutes = Array.from({ length: 7 * 1_440 }, (_, at) => start + at * 60_000);
    const cheap = minutes.filter((at) => priceAt(flash, at).usdPerMillionInputTokens < 0.3).length;
    // 35 hours at the full price, and twenty changes of hours with a full minute before or after.
    expect(cheap).toBe(7 * 1_440 - 35 * 60 - 20);
    expect(cheap / minutes.length).toBeCloseTo(0.79, 2);
  });

  test("as near to a change as two clocks may differ, the higher price counts", () => {
    for (const at of ["2026-11-30T00:59:30Z", "2026-11-30T04:00:59Z"])
      expect(billed(flash, at)).toBeCloseTo(peak, 12);
  });

  test("a clock that tells nothing, or no time at all, brings the full price", () => {
    for (const at of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, undefined])
      expect(costOf(priceAt(flash, at), usage)).toBeCloseTo(peak, 12);
  });

  test("hours that end on the next day belong to the day on which they begin", () => {
    const night: Price = {
      ...flash,
      cheaperHours: [{ days: [6], from: "16:30", to: "00:30", factor: 0.25 }],
    };
    for (const at of ["2026-12-05T16:31:00Z", "2026-12-05T23:59:00Z", "2026-12-06T00:28:00Z"])
      expect(billed(night, at)).toBeCloseTo(peak / 4, 12);
    for (const at of [
      "2026-12-05T00:10:00Z",
      "2026-12-05T16:29:00Z",
      "2026-12-06T00:31:00Z",
      "2026-12-06T17:00:00Z",
    ])
      expect(billed(night, at)).toBeCloseTo(peak, 12);
  });

  test("tiers and factors of classes become cheaper; fees, classes with rates of their own and machines do not", () => {
    const of: Price = {
      ...flash,
      usdPerRequest: 0.001,
      tiers: [{ aboveInputTokens: 200_000, usdPerMillionInputTokens: 0.6, usdPerMillionOutputTokens: 2.4 }],
      serviceTiers: {
        flex: { factor: 0.5 },
        priority: { rates: { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 2 } },
      },
    };
    const terms = priceAt(of, Date.parse("2026-12-05T07:00:00Z"));
    expect(costOf(terms, { inputTokens: 1_000_000, outputTokens: 0 })).toBeCloseTo(0.301, 12);
    expect(costOf(terms, { inputTokens: 100_000, outputTokens: 0, serviceTier: "flex" })).toBeCloseTo(
      0.0085,
      12,
    );
    expect(costOf(terms, { inputTokens: 100_000, outputTokens: 0, serviceTier: "priority" })).toBeCloseTo(
      0.101,
      12,
    );
  });

  test("a later price has hours of its own", () => {
    const later: Price = {
      ...flash,
      changes: [{ from: "2027-01-01", usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1 }],
    };
    expect(billed(later, "2026-12-05T07:00:00Z")).toBeCloseTo(offPeak, 12);
    expect(billed(later, "2027-01-02T07:00:00Z")).toBeCloseTo(0.11, 12);
    // Hours of the earlier price no longer hold, whatever was remembered of it.
    expect(billed(later, "2026-12-05T07:00:00Z")).toBeCloseTo(offPeak, 12);
  });

  test("the same price of an hour is made once", () => {
    const at = Date.parse("2026-12-05T07:00:00Z");
    expect(priceAt(flash, at)).toBe(priceAt(flash, at + 1));
    expect(priceAt(flash, Date.parse("2026-11-30T02:00:00Z"))).toBe(flash);
    expect(termsAt(flash, at)).toBe(flash);
  });
});

test("a bill is at the hour of its call, and what is reserved for it at the full price", () => {
  const model: ModelFacts = {
    name: "deepseek:deepseek-flash",
    provider: "deepseek",
    model: "deepseek-flash",
    labels: {},
    price: flash,
  };
  const { bill } = createPricing();
  const returned = {
    prompt_tokens: 100_000,
    completion_tokens: 10_000,
    total_tokens: 110_000,
    prompt_tokens_details: { cached_tokens: 80_000 },
  };
  const nothing = { inputTokens: 0, outputTokens: () => 0 };
  for (const [at, usd] of [
    ["2026-11-30T02:00:00Z", peak],
    ["2026-11-30T05:00:00Z", offPeak],
  ] as const) {
    expect(bill(model, returned, nothing, { at: Date.parse(at) }).costUsd).toBeCloseTo(usd, 12);
    // All tokens in full: 0.1 x 0.3 + 0.01 x 1.2.
    expect(highestCost(flash, 100_000, 10_000, { at: Date.parse(at) })).toBeCloseTo(0.042, 12);
  }
});
