import type { Price, Usage } from "../contracts/index.ts";
import { ratesAt } from "../plugin/index.ts";

/**
 * Returns the cost of a call in US dollars: each kind of token at its own rate, plus the price per request.
 * The rates are those of the tier of the whole input. Cached and written tokens are parts of the input;
 * where their rate is not known they are billed as input. Counts that are negative or not finite count as
 * 0, and parts are limited to the whole.
 */
export function costOf(price: Price, usage: Usage): number {
  const input = count(usage.inputTokens);
  const rates = ratesAt(price, input);
  const cached = Math.min(count(usage.cachedInputTokens), input);
  const written = Math.min(count(usage.cacheWriteTokens), input - cached);
  const perInput = rates.usdPerMillionInputTokens;
  const micro =
    (input - cached - written) * perInput +
    cached * (rates.usdPerMillionCachedInputTokens ?? perInput) +
    written * (rates.usdPerMillionCacheWriteTokens ?? perInput) +
    count(usage.outputTokens) * rates.usdPerMillionOutputTokens;
  return micro / 1e6 + (price.usdPerRequest ?? 0);
}

/** Returns the cost of a call with nothing cached, in US dollars. Allocates nothing, since it runs per candidate. */
export function estimateCost(price: Price, inputTokens: number, outputTokens: number): number {
  const input = count(inputTokens);
  const rates = ratesAt(price, input);
  const micro =
    input * rates.usdPerMillionInputTokens + count(outputTokens) * rates.usdPerMillionOutputTokens;
  return micro / 1e6 + (price.usdPerRequest ?? 0);
}

function count(tokens: number | undefined): number {
  return tokens !== undefined && tokens > 0 && tokens < Number.POSITIVE_INFINITY ? tokens : 0;
}
