import { estimateReward } from "./estimate-reward.ts";
import { knownRewards } from "./known-rewards.ts";
import type { RewardReport } from "./off-policy-report.ts";
import { type ModelledRow, predictRewards } from "./predict-rewards.ts";
import type { LoggedRow } from "./read-rows.ts";
import { redrawWeights } from "./redraw-weights.ts";
import { planFeatures, rowFeatures } from "./row-features.ts";

export interface RewardOptions {
  readonly clip: number;
  readonly folds: number;
  readonly maxUncovered: number;
  /** Share of the target's probability that the log cannot show. */
  readonly uncovered: number;
  /** False if the mean weight is not 1. */
  readonly trusted: boolean;
  readonly confidence: number;
  readonly resamples: number;
  readonly seed: number;
}

export interface Reward {
  /** Values by row; NaN if not known. */
  readonly values: readonly number[];
  /** Returns true if a row's reward could not have been missing. Default: false for all rows. */
  readonly isCertain?: ((row: number) => boolean) | undefined;
  /** Largest reward; rewards are in [0, largest]. Without it there is no lower bound. */
  readonly largest?: number | undefined;
}

/**
 * Returns a function that estimates one reward of the target. `undefined` if more than `maxUncovered` of the
 * target's probability is on plans without a known reward.
 */
export function rewardReporter(
  rows: readonly LoggedRow[],
  weights: Float64Array,
  units: Uint32Array,
  { clip, maxUncovered, folds, ...options }: RewardOptions,
): (reward: Reward) => Promise<RewardReport | undefined> {
  const plans = rows.map(({ logged }) => logged);
  const features = rowFeatures(rows.map(({ decision }) => decision));
  const ofPlan = new Map<string, ReturnType<typeof planFeatures>>();
  const featuresOfPlan = (plan: string) => {
    const known = ofPlan.get(plan) ?? planFeatures(plan);
    ofPlan.set(plan, known);
    return known;
  };
  const modelled = rows.map(({ decision, logged, target }): ModelledRow => {
    const own = features(decision);
    const featuresOf = (plan: string): Float64Array =>
      Float64Array.from([...own, ...featuresOfPlan(plan)(decision)]);
    // Each is read once for every fold of every reward.
    return {
      logged,
      target,
      features: new Map([logged, ...target.keys()].map((plan) => [plan, featuresOf(plan)])),
    };
  });
  const most = largestWeightOf(rows);

  return async ({ values, isCertain, largest }) => {
    const { rewards, factors, known, shares } = knownRewards(plans, values, isCertain);
    if (known === 0 || unknownShare(rows, shares) > maxUncovered) return undefined;
    const predictions = predictRewards(modelled, Float64Array.from(values), {
      units,
      folds,
      seed: options.seed,
    });
    const largestFactor = factors.reduce((largest, factor) => Math.max(largest, factor), 1);
    const estimated = await estimateReward(
      {
        weights: weights.map((weight, row) => weight * (factors[row] as number)),
        loggedWeights: factors,
        rewards,
        predictions,
        units,
        redraw: (seed) => redrawWeights(rows, shares, seed),
      },
      {
        ...options,
        clip,
        largestWeight: most * largestFactor,
        largestLoggedWeight: largestFactor,
        largestReward: largest,
      },
    );
    return estimated && { known, ...estimated };
  };
}

/**
 * Largest weight that the target's plans could have had. Where the logged plan is not one of them, theirs had
 * at most what was left of the probability: a weight that was never drawn counts too.
 */
function largestWeightOf(rows: readonly LoggedRow[]): number {
  return rows.reduce((most, { propensity }) => {
    const left = 1 - propensity;
    return Math.max(most, 1 / propensity, left > 1e-9 ? 1 / left : 1);
  }, 1);
}

/** Share of the target's probability on plans without a known reward. */
function unknownShare(rows: readonly LoggedRow[], shares: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const { target } of rows)
    for (const [plan, probability] of target) if (shares.get(plan) === 0) sum += probability;
  return sum / rows.length;
}
