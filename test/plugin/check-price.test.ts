import { expect, test } from "vitest";
import { InvalidOptionError, type Price } from "../../src/contracts/index.ts";
import { checkPrice } from "../../src/plugin/check-price.ts";

const rates = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 2 };

test("a price with all its parts passes as it is", () => {
  const price: Price = {
    ...rates,
    usdPerMillionCachedInputTokens: 0,
    usdPerMillionCacheWriteTokens: 1.25,
    usdPerMillionCacheWrite1hTokens: 2,
    usdPerMillionAudioInputTokens: 9,
    usdPerMillionCachedAudioInputTokens: 3,
    usdPerMillionImageInputTokens: 1,
    usdPerMillionReasoningTokens: 3,
    usdPerMillionAudioOutputTokens: 9,
    usdPerMillionImageOutputTokens: 9,
    usdPerRequest: 0.01,
    searchFee: { usd: 0.01, per: "request" },
    cheaperHours: [
      { days: [1, 2, 3, 4, 5], from: "16:30", to: "00:30", factor: 0.5 },
      { days: [0, 6], from: "00:00", to: "24:00", factor: 0 },
    ],
    tiers: [
      { aboveInputTokens: 1_000, ...rates },
      { aboveInputTokens: 2_000, inclusive: true, ...rates },
    ],
    serviceTiers: {
      flex: { factor: 0.5, doesNotStackWith: ["cachedInput", "longContext"], reserve: "asked" },
      priority: { rates, tiers: [{ aboveInputTokens: 9, ...rates }] },
    },
    gpu: { usdPerGpuHour: 2, gpus: 2, concurrentCalls: 8, outputTokensPerSecond: 40 },
    changes: [
      { from: "2027-01-01", ...rates },
      { from: "2027-02-01T10:00:00+01:00", ...rates, usdPerRequest: 1 },
    ],
    source: "https://example.com/prices",
    checkedOn: "2026-11-27",
  };
  expect(checkPrice("openai.price", price)).toBe(price);
});

test.each([
  ["a missing rate", { usdPerMillionInputTokens: 1 }, "p.usdPerMillionOutputTokens"],
  ["a negative rate", { ...rates, usdPerMillionInputTokens: -1 }, "p.usdPerMillionInputTokens"],
  [
    "a rate that is NaN",
    { ...rates, usdPerMillionCachedInputTokens: Number.NaN },
    "p.usdPerMillionCachedInputTokens",
  ],
  ["a misspelt key", { ...rates, usdPerMillionInput: 1 }, "p.usdPerMillionInput"],
  ["a price that is a number", 3, "p"],
  ["a fee below 0", { ...rates, searchFee: { usd: -1 } }, "p.searchFee.usd"],
  ["a fee of something else", { ...rates, searchFee: { usd: 1, per: "day" } }, "p.searchFee.per"],
  ["hours that are not an array", { ...rates, cheaperHours: {} }, "p.cheaperHours"],
  [
    "hours without a factor",
    { ...rates, cheaperHours: [{ from: "01:00", to: "02:00" }] },
    "p.cheaperHours[0].factor",
  ],
  [
    "hours that cost more",
    { ...rates, cheaperHours: [{ from: "01:00", to: "02:00", factor: 2 }] },
    "p.cheaperHours[0].factor",
  ],
  [
    "an hour with a zone",
    { ...rates, cheaperHours: [{ from: "01:00Z", to: "02:00", factor: 0.5 }] },
    "p.cheaperHours[0].from",
  ],
  [
    "an hour of no day",
    { ...rates, cheaperHours: [{ from: "01:00", to: "24:30", factor: 0.5 }] },
    "p.cheaperHours[0].to",
  ],
  [
    "a day of no week",
    { ...rates, cheaperHours: [{ days: [7], from: "01:00", to: "02:00", factor: 0.5 }] },
    "p.cheaperHours[0].days",
  ],
  ["tiers that are not an array", { ...rates, tiers: {} }, "p.tiers"],
  [
    "a tier without rates",
    { ...rates, tiers: [{ aboveInputTokens: 5 }] },
    "p.tiers[0].usdPerMillionInputTokens",
  ],
  [
    "tiers out of order",
    {
      ...rates,
      tiers: [
        { aboveInputTokens: 5, ...rates },
        { aboveInputTokens: 5, ...rates },
      ],
    },
    "p.tiers[1].aboveInputTokens",
  ],
  [
    "a bound that is neither inclusive nor not",
    { ...rates, tiers: [{ aboveInputTokens: 5, ...rates, inclusive: 1 }] },
    "p.tiers[0].inclusive",
  ],
  ["a class with neither factor nor rates", { ...rates, serviceTiers: { flex: {} } }, "p.serviceTiers.flex"],
  [
    "a class with factor and rates",
    { ...rates, serviceTiers: { flex: { factor: 1, rates } } },
    "p.serviceTiers.flex",
  ],
  [
    "a factor that is NaN",
    { ...rates, serviceTiers: { flex: { factor: Number.NaN } } },
    "p.serviceTiers.flex.factor",
  ],
  ["a price of the standard class", { ...rates, serviceTiers: { default: { factor: 1 } } }, "p.serviceTiers"],
  ["a class in capitals", { ...rates, serviceTiers: { Flex: { factor: 1 } } }, "p.serviceTiers"],
  [
    "a part that does not exist",
    { ...rates, serviceTiers: { flex: { factor: 1, doesNotStackWith: ["tools"] } } },
    "p.serviceTiers.flex.doesNotStackWith",
  ],
  ["a machine for less than nothing", { ...rates, gpu: { usdPerGpuHour: -1 } }, "p.gpu.usdPerGpuHour"],
  [
    "half a call at a time",
    { ...rates, gpu: { usdPerGpuHour: 1, concurrentCalls: 0.5 } },
    "p.gpu.concurrentCalls",
  ],
  ["a change without a time", { ...rates, changes: [{ ...rates }] }, "p.changes[0].from"],
  ["a date of no calendar", { ...rates, changes: [{ ...rates, from: "2027-13-01" }] }, "p.changes[0].from"],
  [
    "a time without its zone",
    { ...rates, changes: [{ ...rates, from: "2027-01-01T10:00" }] },
    "p.changes[0].from",
  ],
  [
    "changes out of order",
    {
      ...rates,
      changes: [
        { ...rates, from: "2027-01-02" },
        { ...rates, from: "2027-01-01" },
      ],
    },
    "p.changes[1].from",
  ],
  ["an endless list of changes", { ...rates, changes: new Array(65).fill({ ...rates }) }, "p.changes"],
  ["a date in words", { ...rates, checkedOn: "yesterday" }, "p.checkedOn"],
])("%s is refused by name", (_, price, option) => {
  expect(() => checkPrice("p", price as Price)).toThrow(InvalidOptionError);
  expect(() => checkPrice("p", price as Price)).toThrow(expect.objectContaining({ option }));
});
