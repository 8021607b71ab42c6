import type { Price, Rates } from "../contracts/index.ts";

/**
 * Returns the highest rate of an input token that can apply to an input of at most `mostInputTokens`, in US
 * dollars per million: of the base and of each tier that it may reach (the input may be shorter, and a tier's
 * rates lower than those below it), read, written to the provider's cache or read from it.
 */
export function highestInputRate(price: Price, mostInputTokens: number): number {
  let highest = inputRate(price);
  if (price.tiers === undefined) return highest;
  for (const tier of price.tiers)
    if (tier.aboveInputTokens < mostInputTokens) highest = Math.max(highest, inputRate(tier));
  return highest;
}

/** Returns the highest rate of an output token that can apply, in US dollars per million. */
export function highestOutputRate(price: Price, mostInputTokens: number): number {
  let highest = price.usdPerMillionOutputTokens;
  if (price.tiers === undefined) return highest;
  for (const tier of price.tiers)
    if (tier.aboveInputTokens < mostInputTokens) highest = Math.max(highest, tier.usdPerMillionOutputTokens);
  return highest;
}

/** Returns the most that a call with at most these tokens can cost, in US dollars. */
export function highestCost(price: Price, mostInputTokens: number, outputTokens: number): number {
  const micro =
    mostInputTokens * highestInputRate(price, mostInputTokens) +
    outputTokens * highestOutputRate(price, mostInputTokens);
  return micro / 1e6 + (price.usdPerRequest ?? 0);
}

function inputRate({
  usdPerMillionInputTokens: read,
  usdPerMillionCachedInputTokens: cached = 0,
  usdPerMillionCacheWriteTokens: written = 0,
}: Rates): number {
  return Math.max(read, cached, written);
}
