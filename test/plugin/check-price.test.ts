import { expect, test } from "vitest";
import { InvalidOptionError, type Price } from "../../src/contracts/index.ts";
import { checkPrice } from "../../src/plugin/check-price.ts";

const rates = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 2 };

test("a price with all its parts passes as it is", () => {
  const price: Price = {
    ...rates,
    usdPerMillionCachedInputTokens: 0,
    usdPerMillionCacheWriteTokens: 1.25,
    usdPerRequest: 0.01,
    tiers: [
      { aboveInputTokens: 1_000, ...rates },
      { aboveInputTokens: 2_000, ...rates },
    ],
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
])("%s is refused by name", (_, price, option) => {
  expect(() => checkPrice("p", price as Price)).toThrow(InvalidOptionError);
  expect(() => checkPrice("p", price as Price)).toThrow(expect.objectContaining({ option }));
});
