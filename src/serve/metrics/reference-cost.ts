import type { Price, Usage } from "../../contracts/index.ts";
import { ratesAt } from "../../plugin/index.ts";

/** Returns the cost in US dollars of the tokens of an answer at the base price of a model, without GPUs and later prices. */
export function referenceCost(price: Price, usage: Usage): number {
  const { inputTokens, outputTokens, cachedInputTokens = 0 } = usage;
  const rates = ratesAt(price, inputTokens);
  const cachedRate = rates.usdPerMillionCachedInputTokens ?? rates.usdPerMillionInputTokens;
  const millionfold =
    (inputTokens - cachedInputTokens) * rates.usdPerMillionInputTokens +
    cachedInputTokens * cachedRate +
    outputTokens * rates.usdPerMillionOutputTokens;
  return millionfold / 1e6 + (price.usdPerRequest ?? 0);
}
