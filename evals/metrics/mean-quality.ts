import { weightedMean } from "../../src/loop/statistics/index.ts";

/**
 * Mean quality of the answers, in [0, 1]. `quality[i]` is the (expected) quality on record i, in
 * [0, 1]. `undefined` without records.
 */
export function meanQuality(quality: ArrayLike<number>, weights?: ArrayLike<number>): number | undefined {
  return weightedMean(quality, weights);
}
