import { InsufficientEvidenceError, InvalidOptionError, type Price } from "../../../src/contracts/index.ts";
import { costOf } from "../../../src/cost/cost-of.ts";
import { priceAt } from "../../../src/cost/price-at.ts";
import { fitRidge } from "../../../src/statistics/fit-ridge.ts";
import { meanError } from "../../../src/statistics/mean-error.ts";
import { seededRandom } from "../../../src/statistics/seeded-random.ts";
import { tInterval } from "../../../src/statistics/t-interval.ts";
import { unitValues } from "../../../src/statistics/unit-values.ts";
import { rowFeatures } from "../off-policy/row-features.ts";
import { isEnough, weightEvidence } from "../off-policy/weight-evidence.ts";
import { type CacheRules, cachedPrefixes } from "./cached-prefixes.ts";
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

const usualCache: CacheRules = { ttlMs: 300_000, smallestTokens: 1_024 };
/** Fewest answers of the large model from which its output can be learnt, and fewest turns for its hit rate. */
const fewestAnswers = 30;
const folds = 5;
/** Largest part of the sum that may rest on mere extrapolation if an interval is to hold. */
const mostExtrapolated = 0.01;
const mostLeftOut = 0.05;

/**
 * Estimates what routing saved against sending each request to the large model. The cost of a request there is
 * known where that model answered it. Elsewhere its output is predicted by a regression on complexity, lengths and
 * category over the requests that it did answer, cross-fitted; where a lottery decides, the difference of its
 * answers to the prediction is added, weighted by 1 / propensity, so the sum is right however poor the prediction.
 * The interval is Student's over conversations. Throws `InvalidOptionError` for a model that is paid by GPU time, and
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

  const counterfactual = new Float64Array(count);
  const uncached = new Float64Array(count);
  const weights = new Float64Array(count);
  let extrapolatedUsd = 0;
  let unaffected = 0;
  let failed = 0;
  /** Requests decided by lottery, and the sum of their weights and of its squares. */
  let drawn = 0;
  let weightSum = 0;
  let squareSum = 0;
  requests.forEach((one, index) => {
    if (one.forced || one.refused.some((id) => ids.has(id))) {
      unaffected += 1;
      counterfactual[index] = one.spentUsd;
      uncached[index] = one.spentUsd;
      return;
    }
    if (one.failed) {
      failed += 1;
      return;
    }
    const prefix = (prefixes.tokens[index] as number) * habits.hitRate;
    const cachedOf = (inputTokens: number): number =>
      prefix > 0 ? Math.min(prefix, inputTokens) : inputTokens * habits.otherRate;
    const terms = priceAt(price, one.at);
    const costWith = (inputTokens: number, outputTokens: number, cachedInputTokens: number): number => {
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
    };
    const at = input[index] as number;
    const guess = costWith(at, predicted[index] as number, cachedOf(at));
    const isCertain = one.propensity > 1 - 1e-9;
    let [term, plain] = [guess, costWith(at, predicted[index] as number, 0)];
    if (!isCertain) drawn += 1;
    if (one.large !== undefined && (isCertain || ids.has(one.first))) {
      const weight = isCertain ? 1 : 1 / one.propensity;
      if (!isCertain) {
        weightSum += weight;
        squareSum += weight * weight;
      }
      weights[index] = weight;
      const { inputTokens, outputTokens, cachedInputTokens = 0 } = one.large;
      // Where the turn before went elsewhere, less was cached than if it had not.
      const isTold = prefixes.followsLarge[index] === 1 || prefix === 0;
      const read = isTold ? cachedInputTokens : Math.max(cachedOf(inputTokens), cachedInputTokens);
      term += weight * (costWith(inputTokens, outputTokens, read) - guess);
      plain += weight * (costWith(inputTokens, outputTokens, 0) - plain);
    } else if (isCertain) extrapolatedUsd += guess;
    counterfactual[index] = term;
    uncached[index] = plain;
  });

  const alwaysLargeUsd = sumOf(counterfactual);
  const spentUsd = requests.reduce((sum, one) => sum + one.spentUsd, 0) + unlistedUsd;
  const saved = counterfactual.map((usd, index) => usd - (requests[index] as SpendRequest).spentUsd);
  const extrapolatedShare = alwaysLargeUsd > 0 ? extrapolatedUsd / alwaysLargeUsd : 0;
  const value = alwaysLargeUsd - spentUsd;
  const share = alwaysLargeUsd > 0 ? value / alwaysLargeUsd : Number.NaN;
  const evidence = weightEvidence(weights, weights, units);
  const noInterval = reasonAgainst({
    large,
    extrapolatedShare,
    leftOutShare: leftOut / Math.max(1, given.length),
    isCovered: drawn === 0 || weightSum + 3 * Math.sqrt(squareSum) >= drawn,
    isEnough: isEnough(evidence, false),
  });
  const interval = async (terms: Float64Array, scale: number, shift: number): Promise<SavingEstimate> => {
    const { mean, standardError } = meanError(unitValues(terms, units));
    // The error rests on the decisive rows, so they are its degrees of freedom.
    const { low, high } = await tInterval({ values: evidence.rows, mean, standardError }, confidence);
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
    savedUsd: noInterval === undefined ? await interval(saved, count, -unlistedUsd) : { value },
    savedShare:
      noInterval === undefined
        ? { ...(await interval(errors, 1 / perUsd, share - meanOf(errors) / perUsd)), value: share }
        : { value: share },
    confidence,
    ...(noInterval === undefined ? {} : { noInterval }),
    extrapolatedShare,
    cache: { hitRate: habits.hitRate, measuredOn: habits.measuredOn },
    unaffected,
    failed,
    leftOut,
  };
}

function reasonAgainst(found: {
  readonly large: string;
  readonly extrapolatedShare: number;
  readonly leftOutShare: number;
  readonly isCovered: boolean;
  readonly isEnough: boolean;
}): string | undefined {
  const { large, extrapolatedShare, leftOutShare, isCovered, isEnough: enough } = found;
  if (leftOutShare > mostLeftOut)
    return `${(leftOutShare * 100).toFixed(0)} % of the requests have a cost that is not known`;
  if (extrapolatedShare > mostExtrapolated)
    return `${(extrapolatedShare * 100).toFixed(0)} % of the comparison rests on requests that ${large} had no chance to answer: explore(0.02, policy) gives it one`;
  if (!isCovered) return `the lotteries of this log rarely or never send requests to ${large}`;
  if (!enough) return `too few answers of ${large} decide the comparison`;
  return undefined;
}

/** Habits of the large model's cache, measured on its answers. */
function cacheHabits(
  requests: readonly SpendRequest[],
  { tokens, followsLarge }: ReturnType<typeof cachedPrefixes>,
) {
  let [read, cacheable, measuredOn, otherRead, otherInput, written, fresh] = [0, 0, 0, 0, 0, 0, 0];
  requests.forEach(({ large }, index) => {
    if (large === undefined) return;
    const cached = large.cachedInputTokens ?? 0;
    const prefix = tokens[index] as number;
    if (prefix > 0 && followsLarge[index] === 1) {
      const most = Math.min(prefix, large.inputTokens);
      read += Math.min(cached, most);
      cacheable += most;
      measuredOn += 1;
    } else if (prefix === 0) {
      otherRead += cached;
      otherInput += large.inputTokens;
    }
    written += large.cacheWriteTokens ?? 0;
    fresh += Math.max(0, large.inputTokens - cached);
  });
  const isMeasured = measuredOn >= fewestAnswers;
  return {
    // Not measured: a full hit, which is the least favourable to routing.
    hitRate: isMeasured ? read / cacheable : 1,
    measuredOn: isMeasured ? measuredOn : 0,
    /** Part of other inputs that is read from the cache: a system prompt that requests share. */
    otherRate: otherInput > 0 ? otherRead / otherInput : 0,
    writeRate: fresh > 0 ? Math.min(1, written / fresh) : 0,
  };
}

/** Predicts the large model's output tokens, each without the conversation that it belongs to. */
function predictOutput(requests: readonly SpendRequest[], units: Uint32Array, seed: number): Float64Array {
  const features = featuresOf(requests);
  const random = seededRandom(seed);
  const foldOf: number[] = [];
  for (const unit of units) foldOf[unit] ??= Math.floor(random() * folds);
  const predicted = new Float64Array(requests.length);
  for (let fold = 0; fold < folds; fold += 1) {
    const isIn = (index: number): boolean => foldOf[units[index] as number] === fold;
    const rows: Float64Array[] = [];
    const outputs: number[] = [];
    requests.forEach(({ large }, index) => {
      if (large === undefined || isIn(index)) return;
      rows.push(features[index] as Float64Array);
      outputs.push(large.outputTokens);
    });
    const predict = rows.length === 0 ? () => 0 : fitRidge(rows, outputs);
    requests.forEach((_, index) => {
      if (isIn(index)) predicted[index] = predict(features[index] as Float64Array);
    });
  }
  return predicted;
}

function featuresOf(requests: readonly SpendRequest[]): readonly Float64Array[] {
  const of = rowFeatures(requests.map(({ decision }) => decision));
  return requests.map(({ decision }) => Float64Array.from(of(decision)));
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
