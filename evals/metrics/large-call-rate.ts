import { weightedMean } from "../../src/loop/statistics/index.ts";

/**
 * Share of requests on which the large model is called, in [0, 1] (RouteLLM: "% strong calls").
 * `toLarge[i]` is the probability that record i calls it. `undefined` without records.
 */
export function largeCallRate(toLarge: ArrayLike<number>, weights?: ArrayLike<number>): number | undefined {
  return weightedMean(toLarge, weights);
}
