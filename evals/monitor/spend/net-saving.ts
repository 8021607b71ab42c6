import { InsufficientEvidenceError, type Price } from "../../../src/contracts/index.ts";
import { meanError, skewedFreedom, tInterval, unitValues } from "../../../src/loop/statistics/index.ts";
import { isEnough, weightEvidence } from "../off-policy/weight-evidence.ts";
import { alwaysLargeCost } from "./always-large-cost.ts";
import { cacheHabits } from "./cache-habits.ts";
import { type CacheRules, cachedPrefixes, usualCache } from "./cached-prefixes.ts";
import { missingVariance } from "./missing-variance.ts";
import { predictOutput } from "./predict-output.ts";
import type { SpendRequest } from "./spend-request.ts";

export interface NetSavingOptions {
  /** Id or name of the large model, as for `readSpend`. */
  readonly large: string;
  readonly price: Price;
  /** Cost of attempts that belong to no request of the log, in US dollars. Default 0. */
  readonly unlistedUsd?: number | undefined;
  /** Confidence of the interval. Default 0.95. */
  readonly confidence?: number | undefined;
  /** Rules of the large model's prompt cache. Default: 5 minutes, from 1,024 tokens on. */
  readonly cache?: CacheRules | undefined;
  /** Seed of the folds. Default 1. */
  readonly seed?: number | undefined;
}

export interface SavingEstimate {
  readonly value: number;
  /** Interval. Absent if none can be given: see `NetSaving.noInterval`. */
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

/** Saving of a router, after everything that it has spent. */
export interface NetSaving {
  readonly requests: number;
  /** Independent units: conversations, and requests without one. */
  readonly units: number;
  /** Requests with an answer of the large model. */
  readonly answeredByLarge: number;
  /** All attempts, failed ones, judges, classifiers, hedges and retries too. */
  readonly spentUsd: number;
  /** Estimated cost of sending each request to the large model, with its prompt cache. */
  readonly alwaysLargeUsd: number;
  /** The same if its provider cached nothing: more than routing is to be compared to. */
  readonly alwaysLargeUncachedUsd: number;
  readonly savedUsd: SavingEstimate;
  /** Part of `alwaysLargeUsd`. */
  readonly savedShare: SavingEstimate;
  readonly confidence: number;
  /** Reason why there is no interval. */
  readonly noInterval?: string | undefined;
  /** Part of `alwaysLargeUsd` for requests that the large model had no chance to answer. */
  readonly extrapolatedShare: number;
  readonly cache: {
    /** Part of a cacheable prefix that was read from the cache; 1 is assumed where it was not measured. */
    readonly hitRate: number;
    /** Number of turns it was measured on. 0: assumed. */
    readonly measuredOn: number;
  };
  /** Requests that would have gone the same way: pinned, or not permitted for the large model. */
  readonly unaffected: number;
  /** Requests that failed: what was spent on them counts, and always-large is taken to have spent nothing. */
  readonly failed: number;
  /** Requests that are left out on both sides since a cost is not known. */
  readonly leftOut: number;
}

/** Fewest answers of the large model from which its output can be learnt. */
const fewestAnswers = 30;
/** Largest part of the sum that may rest on mere extrapolation if an interval is to hold. */
const mostExtrapolated = 0.01;
const mostLeftOut = 0.05;
/**
 * Fewest degrees of freedom of the interval's standard error. Below, few answers carry the sum, and a log that lacks the
 * longest ones says too little of it.
 */
const fewestFreedom = 3;

/**
 * Estimates what routing saved against sending each request to the large model. The cost of a request there is
 * known where that model answered it. Elsewhere its output is predicted by a regression on complexity, lengths and
 * category over the requests that it did answer, cross-fitted; where a lottery decides, the difference of its
 * answers to the prediction is added, weighted by 1 / propensity, so the sum is right however poor the prediction.
 * The interval is Student's over conversations, with the degrees of freedom that costs so different leave it, and with the
 * spread that all answers have where the few that decide have less. Throws `InvalidOptionError` for a model that is paid by GPU time, and
 * `InsufficientEvidenceError` below 30 answers of the large
 * model.
 */
export async function netSaving(
  given: readonly SpendRequest[],
  { large, price, unlistedUsd = 0, confidence = 0.95, cache = usualCache, seed = 1 }: NetSavingOptions,
): Promise<NetSaving> {
  const requests = given.filter(({ spentUsd }) => !Number.isNaN(spentUsd));
  const leftOut = given.length - requests.length;
  const count = requests.length;
  const ids = new Set([large, ...requests.flatMap(({ largeId }) => largeId ?? [])]);
  const observed = requests.filter((one) => one.large !== undefined);
  if (observed.length < fewestAnswers)
    throw new InsufficientEvidenceError(
      observed.length,
      fewestAnswers,
      `too few answers of ${large} to estimate what it would have cost; explore(0.02, policy) sends it some requests`,
    );
  const ratio =
    observed.reduce((sum, one) => sum + (one.large?.inputTokens ?? 0), 0) /
    Math.max(
      1,
      observed.reduce((sum, one) => sum + one.decision.request.inputTokens, 0),
    );
  // As if the answer were not known: what differs is corrected by weight, like the output.
  const input = Float64Array.from(requests, (one) => one.decision.request.inputTokens * ratio);
  const prefixes = cachedPrefixes(requests, input, cache);
  const habits = cacheHabits(requests, prefixes);
  const units = unitsOf(requests);
  const predicted = predictOutput(requests, units, seed);

  const comparison = alwaysLargeCost({ requests, large, ids, price, input, prefixes, habits, predicted });
  const { counterfactual, uncached, weights, lottery } = comparison;

  const alwaysLargeUsd = sumOf(counterfactual);
  const spentUsd = requests.reduce((sum, one) => sum + one.spentUsd, 0) + unlistedUsd;
  const saved = counterfactual.map((usd, index) => usd - (requests[index] as SpendRequest).spentUsd);
  const extrapolatedShare = alwaysLargeUsd > 0 ? comparison.extrapolatedUsd / alwaysLargeUsd : 0;
  const value = alwaysLargeUsd - spentUsd;
  const share = alwaysLargeUsd > 0 ? value / alwaysLargeUsd : Number.NaN;
  const evidence = weightEvidence(weights, weights, units);
  const freedom = Math.min(evidence.rows - 1, skewedFreedom(comparison.answers, evidence.rows));
  const noInterval = reasonAgainst({
    large,
    freedom,
    extrapolatedShare,
    leftOutShare: leftOut / Math.max(1, given.length),
    isCovered: lottery.drawn === 0 || lottery.weights + 3 * Math.sqrt(lottery.squares) >= lottery.drawn,
    isEnough: isEnough(evidence, false),
  });
  const missing = missingVariance(comparison.errors);
  /** `part` is the part of a request's error that its term has. */
  const interval = async (
    terms: Float64Array,
    { part, scale, shift }: { readonly part: number; readonly scale: number; readonly shift: number },
  ): Promise<SavingEstimate> => {
    const { mean, standardError: own } = meanError(unitValues(terms, units));
    const standardError = Math.sqrt(own * own + missing * (part / count) ** 2);
    const { low, high } = await tInterval({ values: freedom + 1, mean, standardError }, confidence);
    return { value: shift + mean * scale, low: shift + low * scale, high: shift + high * scale };
  };
  const perUsd = alwaysLargeUsd / count;
  const errors = saved.map((usd, index) => usd - share * (counterfactual[index] as number));
  return {
    requests: count,
    units: units.reduce((most, unit) => Math.max(most, unit + 1), 0),
    answeredByLarge: observed.length,
    spentUsd,
    alwaysLargeUsd,
    alwaysLargeUncachedUsd: sumOf(uncached),
    savedUsd:
      noInterval === undefined
        ? await interval(saved, { part: 1, scale: count, shift: -unlistedUsd })
        : { value },
    savedShare:
      noInterval === undefined
        ? {
            ...(await interval(errors, {
              part: 1 - share,
              scale: 1 / perUsd,
              shift: share - meanOf(errors) / perUsd,
            })),
            value: share,
          }
        : { value: share },
    confidence,
    ...(noInterval === undefined ? {} : { noInterval }),
    extrapolatedShare,
    cache: { hitRate: habits.hitRate, measuredOn: habits.measuredOn },
    unaffected: comparison.unaffected,
    failed: comparison.failed,
    leftOut,
  };
}

function reasonAgainst(found: {
  readonly large: string;
  readonly freedom: number;
  readonly extrapolatedShare: number;
  readonly leftOutShare: number;
  readonly isCovered: boolean;
  readonly isEnough: boolean;
}): string | undefined {
  const { large, freedom, extrapolatedShare, leftOutShare, isCovered, isEnough: enough } = found;
  if (leftOutShare > mostLeftOut)
    return `${(leftOutShare * 100).toFixed(0)} % of the requests have a cost that is not known`;
  if (extrapolatedShare > mostExtrapolated)
    return `${(extrapolatedShare * 100).toFixed(0)} % of the comparison rests on requests that ${large} had no chance to answer: explore(0.02, policy) gives it one`;
  if (!isCovered) return `the lotteries of this log rarely or never send requests to ${large}`;
  if (!enough) return `too few answers of ${large} decide the comparison`;
  if (freedom < fewestFreedom)
    return `the answers of ${large} differ so much in cost that few of them carry the sum: a longer log, or more of explore(), brings enough`;
  return undefined;
}

function unitsOf(requests: readonly SpendRequest[]): Uint32Array {
  const numbers = new Map<string, number>();
  let next = 0;
  return Uint32Array.from(requests, ({ decision }) => {
    const { session, tenant } = decision.request;
    const key = session === undefined ? undefined : JSON.stringify([tenant ?? "", session]);
    const known = key === undefined ? undefined : numbers.get(key);
    if (known !== undefined) return known;
    if (key !== undefined) numbers.set(key, next);
    next += 1;
    return next - 1;
  });
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function meanOf(values: Float64Array): number {
  return sumOf(values) / values.length;
}
