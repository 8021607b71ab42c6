import { weightedMean } from "../../src/loop/statistics/index.ts";

/**
 * Mean over the records of oracle quality minus quality: the gain that better routing among the same models
 * could still bring. In [0, 1]; 0 is the oracle. `undefined` without records.
 */
export function regret(
  quality: ArrayLike<number>,
  oracle: ArrayLike<number>,
  weights?: ArrayLike<number>,
): number | undefined {
  const best = weightedMean(oracle, weights);
  const reached = weightedMean(quality, weights);
  return best === undefined || reached === undefined ? undefined : best - reached;
}
