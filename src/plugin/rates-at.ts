import type { Price, Rates } from "../contracts/model.ts";

/** Returns the rates of the tier that an input of this length falls in. Allocates nothing. */
export function ratesAt(price: Price, inputTokens: number): Rates {
  const { tiers } = price;
  if (tiers !== undefined) {
    for (let at = tiers.length - 1; at >= 0; at -= 1) {
      const tier = tiers[at];
      if (tier !== undefined && inputTokens > tier.aboveInputTokens) return tier;
    }
  }
  return price;
}
