import { type BoundedTerms, bettingBounds, type Interval } from "../../../src/loop/statistics/index.ts";

/** Weights of rows with the range that none of them can leave. */
export interface BoundedWeights {
  readonly weights: Float64Array;
  readonly low: number;
  readonly high: number;
  /** Expected mean: 1, or 0 for a difference of weights. */
  readonly mean: 0 | 1;
}

export interface ValueBoundsOptions {
  /** Rewards in [0, 1]; 0 where the weight is 0 since the reward is not known. */
  readonly rewards: Float64Array;
  readonly units: Uint32Array;
  /** Share of the target's probability that the log cannot show: its reward may be anything. */
  readonly uncovered: number;
  readonly confidence: number;
  readonly seed: number;
}

/**
 * Rewards that the terms are measured from. From 1 only failures count, from 0 only successes: where one of
 * them is rare, its terms are nearly constant, and the bound is close. All have the same mean.
 */
const origins = [0, 0.5, 1] as const;

/**
 * Bounds the value `E[w r]` by betting on `c E[w] + w (r - c)` for several c. They hold at every n, however
 * few rows have weight and however rare failures are, if the propensities are right. `undefined` if they say
 * nothing.
 */
export function valueBounds(
  { weights, low, high, mean }: BoundedWeights,
  { rewards, units, uncovered, confidence, seed }: ValueBoundsOptions,
): Interval | undefined {
  const columns = origins.map((origin): BoundedTerms => {
    const ends = [low, high].flatMap((end) => [end * -origin, end * (1 - origin)]);
    return {
      terms: weights.map((weight, row) => origin * mean + weight * ((rewards[row] as number) - origin)),
      low: origin * mean + Math.min(...ends),
      high: origin * mean + Math.max(...ends),
    };
  });
  const least = mean - 1;
  const bounds = bettingBounds(columns, { units, least, most: 1, confidence, seed });
  const found = { low: Math.max(least, bounds.low - uncovered), high: Math.min(1, bounds.high + uncovered) };
  return found.low > least || found.high < 1 ? found : undefined;
}
