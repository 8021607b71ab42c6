import type { Candidate, RequestFacts } from "../../src/contracts/index.ts";
import { ratesAt } from "../../src/plugin/index.ts";

/** Costs of a request on a model, in US dollars. */
export interface CacheCosts {
  /** Cost without a cache: the whole input is billed as input. */
  readonly coldUsd: number;
  /** Cost if nothing is cached yet and the request fills the cache. */
  readonly writeUsd: number;
  /** Cost if the cached prefix is read and the rest of the input is written. */
  readonly warmUsd: number;
}

/**
 * Returns the costs, or undefined where the price is not known. `cachedTokens` is the length of the prefix
 * that is, or would be, warm; with 0 the conversation is assumed not to be cached at all and writes
 * nothing. `expectedCostUsd` is the cost of a plan of more than one call. Rates per input token: p = input,
 * r = cached input, w = cache write; unknown rates are billed as input.
 *
 *     cold  = estimate
 *     write = estimate + input (w - p)
 *     warm  = estimate - prefix (p - r) + (input - prefix) (w - p)
 */
export function cacheCosts(
  { facts: { price }, estimatedInputTokens, estimatedCostUsd }: Candidate,
  request: RequestFacts,
  cachedTokens: number,
  expectedCostUsd?: number | undefined,
): CacheCosts | undefined {
  if (price === undefined) return undefined;
  const input = estimatedInputTokens ?? request.inputTokens;
  const rates = ratesAt(price, input);
  const p = rates.usdPerMillionInputTokens / 1e6;
  const r = (rates.usdPerMillionCachedInputTokens ?? rates.usdPerMillionInputTokens) / 1e6;
  const w = cachedTokens === 0 ? p : (rates.usdPerMillionCacheWriteTokens ?? p * 1e6) / 1e6;
  const coldUsd =
    expectedCostUsd ??
    estimatedCostUsd ??
    input * p +
      (request.expectedOutputTokens * rates.usdPerMillionOutputTokens) / 1e6 +
      (price.usdPerRequest ?? 0);
  const prefix = Math.min(cachedTokens, input);
  return {
    coldUsd,
    writeUsd: coldUsd + input * (w - p),
    warmUsd: coldUsd - prefix * (p - r) + (input - prefix) * (w - p),
  };
}
