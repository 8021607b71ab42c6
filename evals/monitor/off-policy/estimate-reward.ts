import {
  bootstrap,
  empiricalBernsteinBound,
  type Interval,
  meanError,
  tInterval,
  unitTotals,
  unitValues,
  weightedMean,
} from "../../../src/loop/statistics/index.ts";
import { clipWeights } from "./clip-weights.ts";
import { doublyRobustTerms, type Predictions } from "./doubly-robust.ts";
import { ipsTerms } from "./ips.ts";
import type { OffPolicyEstimate, RewardReport } from "./off-policy-report.ts";
import type { DrawnWeights } from "./redraw-weights.ts";
import { snipsTerms } from "./snips.ts";
import { type BoundedWeights, valueBounds } from "./value-bounds.ts";
import { atMostUsual, isEnough, type WeightEvidence, weightEvidence } from "./weight-evidence.ts";

/** A reward of logged rows, in columns. */
export interface RewardColumns {
  /** Weights `π_e(plan) / π_b(plan)`, divided by P(the reward is known); 0 if it is not known. */
  readonly weights: Float64Array;
  /** The same for the logged policy: 1 divided by P(known), or 0. */
  readonly loggedWeights: Float64Array;
  /** Rewards; 0 if not known. */
  readonly rewards: Float64Array;
  readonly predictions: Predictions;
  /** Independent unit of each row, dense numbers from 0. */
  readonly units: Uint32Array;
  /** Draws the weights of another log of the same requests. Default: the evidence is that of this log. */
  readonly redraw?: ((seed: number) => DrawnWeights) | undefined;
}

export interface EstimateOptions {
  /** Limit of the weights in `clippedIps`. */
  readonly clip: number;
  /** Largest weight that was possible, of the target and of the logged policy. */
  readonly largestWeight: number;
  readonly largestLoggedWeight?: number | undefined;
  /** Largest possible reward, for bounds, which are absent without it. Rewards are then at least 0. */
  readonly largestReward?: number | undefined;
  /** Share of the target's probability that the log cannot show. Default 0. */
  readonly uncovered?: number | undefined;
  /** False if the mean weight is not 1: then no interval and no bound holds. Default true. */
  readonly trusted?: boolean | undefined;
  readonly confidence: number;
  readonly resamples: number;
  readonly seed: number;
}

/** Computes all estimates of one reward. `undefined` if no plan of the target has a known reward. */
export async function estimateReward(
  columns: RewardColumns,
  options: EstimateOptions,
): Promise<Omit<RewardReport, "known"> | undefined> {
  const { weights, loggedWeights, rewards, predictions, units } = columns;
  const snipsRows = snipsTerms(weights, rewards);
  const loggedRows = snipsTerms(loggedWeights, rewards);
  if (snipsRows === undefined || loggedRows === undefined) return undefined;
  const dr = doublyRobustTerms(weights, rewards, predictions);
  const terms = {
    logged: loggedRows,
    ips: ipsTerms(weights, rewards),
    clippedIps: ipsTerms(clipWeights(weights, options.clip), rewards),
    snips: snipsRows,
    dr,
    difference: dr.map((term, row) => term - (loggedRows[row] as number)),
  };
  const resampled = await resample(columns, terms, options);
  const { largestReward, trusted = true, uncovered = 0, clip, confidence, seed } = options;
  const { largestWeight: high, largestLoggedWeight: most = 1 } = options;
  const difference = differenceOf(columns);
  const { redraw } = columns;
  const redrawn = redraw ? Array.from({ length: redraws }, (_, draw) => redraw(seed + draw)) : [];
  // The estimators of one value share the evidence, and the bounds that take the place of too little.
  const sides = {
    logged: sideOf({ weights: loggedWeights, low: 0, high: most, mean: 1 }, (drawn) => drawn.loggedWeights),
    target: sideOf({ weights, low: 0, high, mean: 1 }, (drawn) => drawn.weights),
    difference: sideOf({ weights: difference, low: -most, high, mean: 0 }, differenceOf),
  };
  function sideOf(bounded: BoundedWeights, weightsOf: (drawn: DrawnWeights) => Float64Array): Side {
    const found = weightEvidence(bounded.weights, rewards, units);
    const evidence = atMostUsual(found, redrawn.map(weightsOf), units);
    if (!trusted && bounded.weights !== loggedWeights) return { evidence };
    if (isEnough(evidence, largestReward !== undefined)) return { evidence, isEnough: true };
    // Rewards without a known range have no bounds.
    if (largestReward !== 1) return { evidence };
    return { evidence, bounds: valueBounds(bounded, { rewards, units, uncovered, confidence, seed }) };
  }
  const estimate = async (name: keyof typeof terms, side: Side): Promise<OffPolicyEstimate> => {
    const value = weightedMean(terms[name]) ?? Number.NaN;
    if (side.bounds !== undefined)
      return {
        value,
        low: Math.min(value, side.bounds.low),
        high: Math.max(value, side.bounds.high),
        holds: "always",
      };
    if (side.isEnough !== true) return { value };
    const { mean, standardError } = meanError(unitValues(terms[name], units));
    const drawn = resampled[name];
    return {
      value,
      // The error rests on the decisive rows, so they are its degrees of freedom.
      ...(await tInterval({ values: side.evidence.rows, mean, standardError }, confidence)),
      bootstrap:
        drawn?.low === undefined || drawn.high === undefined
          ? undefined
          : { low: drawn.low, high: drawn.high },
    };
  };
  return {
    logged: await estimate("logged", sides.logged),
    estimates: {
      ips: await estimate("ips", sides.target),
      clippedIps: { value: weightedMean(terms.clippedIps) ?? Number.NaN },
      snips: await estimate("snips", sides.target),
      dm: { value: weightedMean(predictions.target) ?? Number.NaN },
      dr: await estimate("dr", sides.target),
    },
    difference: await estimate("difference", sides.difference),
    evidence: sides.target.evidence,
    clip,
    lowerBound:
      largestReward === undefined || !trusted
        ? undefined
        : lowerBound(terms.clippedIps, units, Math.min(clip, high) * largestReward, confidence),
  };
}

/** Number of logs drawn again. Their median is compared to a number of rows, so a few will do. */
const redraws = 9;

function differenceOf({ weights, loggedWeights }: DrawnWeights): Float64Array {
  return weights.map((weight, row) => weight - (loggedWeights[row] as number));
}

/** Statement about one value: Student's interval if the evidence is enough, else bounds, else nothing. */
interface Side {
  readonly evidence: WeightEvidence;
  readonly isEnough?: true | undefined;
  readonly bounds?: Interval | undefined;
}

/** Draws units whole. All estimates are ratios of sums: those of the units are enough. */
function resample(
  { weights, loggedWeights, rewards, units }: RewardColumns,
  terms: Readonly<Record<"ips" | "dr", Float64Array>>,
  { resamples, seed, confidence }: EstimateOptions,
) {
  const sumsOf = (column: Float64Array): Float64Array => unitTotals(column, units).values;
  const rows = sumsOf(new Float64Array(rewards.length).fill(1));
  const ips = sumsOf(terms.ips);
  const drSums = sumsOf(terms.dr);
  const weightSums = sumsOf(weights);
  const loggedRewards = sumsOf(ipsTerms(loggedWeights, rewards));
  const loggedSums = sumsOf(loggedWeights);
  return bootstrap<string>(
    rows.length,
    (counts) => {
      const size = dot(rows, counts);
      const reward = dot(ips, counts);
      const logged = ratio(dot(loggedRewards, counts), dot(loggedSums, counts));
      const target = ratio(dot(drSums, counts), size);
      return {
        logged,
        ips: ratio(reward, size),
        snips: ratio(reward, dot(weightSums, counts)),
        dr: target,
        difference: logged === undefined || target === undefined ? undefined : target - logged,
      };
    },
    { resamples, seed, confidence },
  );
}

function dot(values: Float64Array, counts: Float64Array): number {
  let sum = 0;
  for (let unit = 0; unit < values.length; unit += 1)
    sum += (values[unit] as number) * (counts[unit] as number);
  return sum;
}

function ratio(sum: number, total: number): number | undefined {
  return total === 0 ? undefined : sum / total;
}

/** Lower bound of a mean of terms in [0, largestTerm]. The sizes of units are treated as fixed. */
function lowerBound(
  terms: Float64Array,
  units: Uint32Array,
  largestTerm: number,
  confidence: number,
): number {
  const { values, largestUnit } = unitTotals(terms, units);
  const range = (largestTerm * largestUnit * values.length) / terms.length;
  return Math.max(0, empiricalBernsteinBound(values, range, confidence));
}
