import { weightedMean } from "../../src/loop/statistics/index.ts";

/**
 * Mean cost of a request, in US dollars. `costUsd[i]` is the (expected) cost of record i; pass no costs if
 * that of one record is not known, since a mean over the others would be of different requests. `undefined`
 * (not applicable) without costs or records.
 */
export function meanCost(
  costUsd: ArrayLike<number> | undefined,
  weights?: ArrayLike<number>,
): number | undefined {
  return costUsd === undefined ? undefined : weightedMean(costUsd, weights);
}
