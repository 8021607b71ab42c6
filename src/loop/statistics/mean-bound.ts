import { bettingPValue } from "./betting-p-value.ts";

/** An observation in [-1, 1] and its weight relative to the largest, in (0, 1]. */
export interface WeightedObservation {
  readonly value: number;
  readonly weight: number;
}

/** Ratio of a limit of the grid to the one above it. */
const step = 0.95;
/** Smallest limit that is tried: a bound is not below it. */
const least = 0.001;
/** Number of observations that bets aim at from the beginning. */
const first = 64;

/**
 * Returns an upper bound on the weighted mean of observations, in [0.001, 1], that is above the mean at all times, while
 * observations are added at the end, with probability `1 - delta`, if their law does not change. It is the smallest
 * limit of a grid at which, as at all larger ones, bets against a mean of at least the limit have reached `1 / delta`
 * (Ville's inequality; Waudby-Smith & Ramdas 2024). Bets aim at about twice the number of observations so far, at most
 * `planned`, so that no bet depends on how many will come. Time is linear in observations and in the 135 limits, of which
 * most end early.
 */
export function meanUpperBound(
  observations: readonly WeightedObservation[],
  { delta, planned }: { readonly delta: number; readonly planned: number },
): number {
  const horizon = (index: number) => Math.max(index + 1, Math.min(planned, 2 * index + first));
  const excess = new Float64Array(observations.length);
  let bound = 1;
  for (let limit = step; limit >= least; limit *= step) {
    observations.forEach(({ value, weight }, at) => {
      excess[at] = weight * (value - limit);
    });
    if (bettingPValue(excess, { most: 1 - limit, delta, limit, enough: delta, horizon }) > delta)
      return bound;
    bound = limit;
  }
  return bound;
}
