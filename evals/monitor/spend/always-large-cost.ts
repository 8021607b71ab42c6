import { InvalidOptionError, type Price } from "../../../src/contracts/index.ts";
import { costOf, priceAt } from "../../../src/router/cost/inner.ts";
import type { CacheHabits } from "./cache-habits.ts";
import type { cachedPrefixes } from "./cached-prefixes.ts";
import { addError, type ErrorSums, noErrors } from "./missing-variance.ts";
import type { SpendRequest } from "./spend-request.ts";

export interface AlwaysLargeInput {
  readonly requests: readonly SpendRequest[];
  readonly large: string;
  /** All ids by which decisions of the log call the large model. */
  readonly ids: ReadonlySet<string>;
  readonly price: Price;
  /** Expected input tokens of each request at the large model. */
  readonly input: Float64Array;
  /** Predicted output tokens of each request at the large model. */
  readonly predicted: Float64Array;
  readonly prefixes: ReturnType<typeof cachedPrefixes>;
  readonly habits: CacheHabits;
}

/** Cost of each request, had the large model answered it, in US dollars. */
export interface AlwaysLargeCost {
  readonly counterfactual: Float64Array;
  /** The same if nothing was cached. */
  readonly uncached: Float64Array;
  /** Weight of the large model's own answer; 0 where there is none. */
  readonly weights: Float64Array;
  /** Requests decided by lottery, and the sum of their weights and of its squares. */
  readonly lottery: { drawn: number; weights: number; squares: number };
  /** Costs of the large model's own answers, by which it is seen how much such costs differ. */
  readonly answers: number[];
  readonly errors: ErrorSums;
  /** Cost of requests that the large model had no chance to answer. */
  extrapolatedUsd: number;
  unaffected: number;
  failed: number;
}

/** Sums up what the large model would have cost: prediction, corrected by weight where it did answer. */
export function alwaysLargeCost(given: AlwaysLargeInput): AlwaysLargeCost {
  const { requests, ids, input, predicted } = given;
  const sums: AlwaysLargeCost = {
    counterfactual: new Float64Array(requests.length),
    uncached: new Float64Array(requests.length),
    weights: new Float64Array(requests.length),
    lottery: { drawn: 0, weights: 0, squares: 0 },
    answers: [],
    errors: noErrors(),
    extrapolatedUsd: 0,
    unaffected: 0,
    failed: 0,
  };
  requests.forEach((one, index) => {
    if (one.forced || one.refused.some((id) => ids.has(id))) {
      sums.unaffected += 1;
      sums.counterfactual[index] = one.spentUsd;
      sums.uncached[index] = one.spentUsd;
      return;
    }
    if (one.failed) {
      sums.failed += 1;
      return;
    }
    const { costWith, cachedOf, prefix } = costsOf(one, index, given);
    const at = input[index] as number;
    const output = predicted[index] as number;
    const guess = costWith(at, output, cachedOf(at));
    const isCertain = one.propensity > 1 - 1e-9;
    let [term, plain] = [guess, costWith(at, output, 0)];
    if (!isCertain) sums.lottery.drawn += 1;
    if (one.large !== undefined && (isCertain || ids.has(one.first))) {
      const weight = isCertain ? 1 : 1 / one.propensity;
      if (!isCertain) {
        sums.lottery.weights += weight;
        sums.lottery.squares += weight * weight;
      }
      sums.weights[index] = weight;
      const { inputTokens, outputTokens, cachedInputTokens = 0 } = one.large;
      // Where the turn before went elsewhere, less was cached than if it had not.
      const isTold = given.prefixes.followsLarge[index] === 1 || prefix === 0;
      const read = isTold ? cachedInputTokens : Math.max(cachedOf(inputTokens), cachedInputTokens);
      const usd = costWith(inputTokens, outputTokens, read);
      sums.answers.push(usd);
      addError(sums.errors, weight, usd - guess, guess - costWith(at, 0, cachedOf(at)));
      term += weight * (usd - guess);
      plain += weight * (costWith(inputTokens, outputTokens, 0) - plain);
    } else if (isCertain) sums.extrapolatedUsd += guess;
    sums.counterfactual[index] = term;
    sums.uncached[index] = plain;
  });
  return sums;
}

/** Prices calls of the large model at the time of one request. */
function costsOf(one: SpendRequest, index: number, { large, price, prefixes, habits }: AlwaysLargeInput) {
  const prefix = (prefixes.tokens[index] as number) * habits.hitRate;
  const terms = priceAt(price, one.at);
  return {
    prefix,
    cachedOf: (inputTokens: number): number =>
      prefix > 0 ? Math.min(prefix, inputTokens) : inputTokens * habits.otherRate,
    costWith(inputTokens: number, outputTokens: number, cachedInputTokens: number): number {
      const usd = costOf(terms, {
        inputTokens,
        outputTokens,
        cachedInputTokens,
        cacheWriteTokens: (inputTokens - cachedInputTokens) * habits.writeRate,
      });
      if (usd === undefined)
        throw new InvalidOptionError(
          "price",
          large,
          "the price of a model that is paid per token: GPU time of calls that were not made is not known",
        );
      return usd;
    },
  };
}
