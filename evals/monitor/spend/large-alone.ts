import type { Price } from "../../../src/contracts/index.ts";
import { alwaysLargeCost } from "./always-large-cost.ts";
import { cacheHabits } from "./cache-habits.ts";
import { cachedPrefixes, usualCache } from "./cached-prefixes.ts";
import type { SpendRequest } from "./spend-request.ts";

/** Cost of the same requests, had the large model answered each. */
export interface LargeAlone {
  /** Estimate in US dollars, with the model's own prompt cache. */
  readonly costUsd: number;
  /** Requests that it answered itself, so that their tokens are known. */
  readonly answered: number;
}

/**
 * Estimates what few requests, such as those of one run of an agent, would have cost at the large model alone. Where another model
 * answered, the large one is taken to have counted and written as many tokens: there are too few answers to learn from, as
 * `netSaving` does, and no interval. Where its cache was not measured, all that a turn repeats is taken to be read from it, which is
 * the least favourable to routing; what it was not asked for, since a client named a cheaper model, counts as it was. Throws `InvalidOptionError` for a model that is paid by GPU time.
 */
export function largeAlone(
  given: readonly SpendRequest[],
  { large, price }: { readonly large: string; readonly price: Price },
): LargeAlone {
  // Each counts once, whatever chance it had: no other request of a lottery stands for it.
  const requests = given.map((one) => ({ ...one, propensity: 1 }));
  const input = Float64Array.from(requests, (one) => one.inputTokens ?? one.decision.request.inputTokens);
  const prefixes = cachedPrefixes(requests, input, usualCache);
  const { counterfactual } = alwaysLargeCost({
    requests,
    large,
    ids: new Set([large, ...requests.flatMap(({ largeId }) => largeId ?? [])]),
    price,
    input,
    prefixes,
    habits: cacheHabits(requests, prefixes),
    predicted: Float64Array.from(requests, ({ answerTokens }) => answerTokens),
  });
  return {
    costUsd: counterfactual.reduce((sum, usd) => sum + usd, 0),
    answered: requests.filter((one) => one.large !== undefined).length,
  };
}
