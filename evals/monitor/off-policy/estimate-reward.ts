import { bootstrap } from "../../../src/statistics/bootstrap.ts";
import { empiricalBernsteinBound } from "../../../src/statistics/empirical-bernstein.ts";
import { meanError } from "../../../src/statistics/mean-error.ts";
import { normalInterval } from "../../../src/statistics/normal-interval.ts";
import { tInterval } from "../../../src/statistics/t-interval.ts";
import { unitTotals, unitValues } from "../../../src/statistics/unit-values.ts";
import { weightedMean } from "../../../src/statistics/weighted-mean.ts";
import { clipWeights } from "./clip-weights.ts";
import { doublyRobustTerms, type Predictions } from "./doubly-robust.ts";
import { ipsTerms } from "./ips.ts";
import type { OffPolicyEstimate, RewardReport } from "./off-policy-report.ts";
import { snipsTerms } from "./snips.ts";

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
}

export interface EstimateOptions {
  /** Limit of the weights in `clippedIps`. */
  readonly clip: number;
  /** Largest weight that was possible. */
  readonly largestWeight: number;
  /** Largest possible reward, for a lower bound, which is absent without it. Rewards are then at least 0. */
  readonly largestReward?: number | undefined;
  readonly confidence: number;
  readonly resamples: number;
  readonly seed: number;
}

/** Computes all estimates of one reward. `undefined` if no plan of the target has a known reward. */
export async function estimateReward(
  { weights, loggedWeights, rewards, predictions, units }: RewardColumns,
  options: EstimateOptions,
): Promise<Omit<RewardReport, "known"> | undefined> {
  const { clip, largestWeight, largestReward, confidence, resamples, seed } = options;
  const clipped = clipWeights(weights, clip);
  const snipsRows = snipsTerms(weights, rewards);
  const loggedRows = snipsTerms(loggedWeights, rewards);
  if (snipsRows === undefined || loggedRows === undefined) return undefined;
  const dr = doublyRobustTerms(weights, rewards, predictions);
  const terms = {
    logged: loggedRows,
    ips: ipsTerms(weights, rewards),
    clippedIps: ipsTerms(clipped, rewards),
    snips: snipsRows,
    dr,
    difference: dr.map((term, row) => term - (loggedRows[row] as number)),
  };

  // Units are drawn whole, and all estimates are ratios of sums: those of the units are enough.
  const sumsOf = (column: Float64Array): Float64Array => unitTotals(column, units).values;
  const rows = sumsOf(new Float64Array(rewards.length).fill(1));
  const ips = sumsOf(terms.ips);
  const clippedIps = sumsOf(terms.clippedIps);
  const drSums = sumsOf(dr);
  const weightSums = sumsOf(weights);
  const loggedRewards = sumsOf(ipsTerms(loggedWeights, rewards));
  const loggedSums = sumsOf(loggedWeights);
  const resampled = await bootstrap(
    rows.length,
    (counts) => {
      const size = dot(rows, counts);
      const reward = dot(ips, counts);
      const logged = ratio(dot(loggedRewards, counts), dot(loggedSums, counts));
      const target = ratio(dot(drSums, counts), size);
      return {
        logged,
        ips: ratio(reward, size),
        clippedIps: ratio(dot(clippedIps, counts), size),
        snips: ratio(reward, dot(weightSums, counts)),
        dr: target,
        difference: logged === undefined || target === undefined ? undefined : target - logged,
      };
    },
    { resamples, seed, confidence },
  );
  const estimate = async (name: keyof typeof terms): Promise<OffPolicyEstimate> => {
    const error = meanError(unitValues(terms[name], units));
    const drawn = resampled[name];
    return {
      value: weightedMean(terms[name]) ?? Number.NaN,
      ...(await tInterval(error, confidence)),
      normal: await normalInterval(error, confidence),
      bootstrap:
        drawn?.low === undefined || drawn.high === undefined
          ? undefined
          : { low: drawn.low, high: drawn.high },
    };
  };
  return {
    logged: await estimate("logged"),
    estimates: {
      ips: await estimate("ips"),
      clippedIps: await estimate("clippedIps"),
      snips: await estimate("snips"),
      dm: { value: weightedMean(predictions.target) ?? Number.NaN },
      dr: await estimate("dr"),
    },
    difference: await estimate("difference"),
    clip,
    lowerBound:
      largestReward === undefined
        ? undefined
        : lowerBound(terms.clippedIps, units, Math.min(clip, largestWeight) * largestReward, confidence),
  };
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
