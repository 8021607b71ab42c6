import { meanError } from "./mean-error.ts";

/**
 * Lower bound of the mean of independent values in [0, range] that holds at every n with the given
 * probability (Maurer & Pontil 2009, theorem 4):
 *
 *     mean - √(2 s² ln(2/δ) / n) - 7 range ln(2/δ) / (3 (n - 1)),  δ = 1 - confidence
 *
 * For terms `w r` the range is the largest possible weight times the largest reward.
 */
export function empiricalBernsteinBound(values: Float64Array, range: number, confidence: number): number {
  const { values: count, mean, standardError } = meanError(values);
  if (count < 2) return Number.NEGATIVE_INFINITY;
  const log = Math.log(2 / (1 - confidence));
  return mean - standardError * Math.sqrt(2 * log) - (7 * range * log) / (3 * (count - 1));
}
