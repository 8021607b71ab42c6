import type { Candidate, RequestFacts } from "../../src/contracts/index.ts";
import { ratesAt } from "../../src/plugin/index.ts";

/** What a request costs on a model, in US dollars. */
export interface CacheCosts {
  /** With nothing of it cached: the whole input is billed as input. */
  readonly coldUsd: number;
  /** With nothing of it cached yet, but the cache filled by it. */
  readonly writeUsd: number;
  /** With the cached prefix read and the rest of the input written. */
  readonly warmUsd: number;
}

/**
 * Undefined where the price is not known. `cachedTokens`: the prefix that is, or would be, warm; a
 * conversation without one is taken not to be cached at all and writes nothing. `expectedCostUsd`:
 * of the whole plan, where it is more than one call. Per input token: p = input, r = cached input,
 * w = cache write; rates that are not known are billed as input.
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
