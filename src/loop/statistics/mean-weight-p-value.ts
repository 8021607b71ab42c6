import { meanError, unitValues } from "./mean-error.ts";

/**
 * Two-sided p-value of "the mean weight is 1", by normal theory. The mean is 1 if the propensities are right
 * and the log covers the target. Returns 1 if all weights are 1.
 */
export async function meanWeightPValue(weights: Float64Array, units: Uint32Array): Promise<number> {
  const { mean, standardError } = meanError(unitValues(weights, units));
  if (Math.abs(mean - 1) < 1e-12) return 1;
  if (standardError === 0) return 0;
  const { default: cdf } = await import("@stdlib/stats-base-dists-normal-cdf");
  return 2 * cdf(-Math.abs(mean - 1) / standardError, 0, 1);
}
