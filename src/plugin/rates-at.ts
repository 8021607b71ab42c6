import type { PriceTerms, PriceTier, Rates } from "../contracts/price.ts";

/** Returns the rates of the tier that an input of this length falls in. Allocates nothing. */
export function ratesAt(price: PriceTerms, inputTokens: number): Rates {
  return tierAt(price.tiers, inputTokens) ?? price;
}

/** Returns the tier that an input of this length falls in; undefined below the first one. */
export function tierAt(tiers: readonly PriceTier[] | undefined, inputTokens: number): PriceTier | undefined {
  if (tiers === undefined) return undefined;
  for (let at = tiers.length - 1; at >= 0; at -= 1) {
    const tier = tiers[at];
    if (tier !== undefined && reaches(tier, inputTokens)) return tier;
  }
  return undefined;
}

/** True if an input of this length has the tier's rates. */
export function reaches({ aboveInputTokens, inclusive }: PriceTier, inputTokens: number): boolean {
  return inputTokens > aboveInputTokens || (inclusive === true && inputTokens === aboveInputTokens);
}
