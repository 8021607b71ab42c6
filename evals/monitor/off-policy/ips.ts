/**
 * Inverse propensity scoring: `V = (1/n) Σ w r` (Horvitz & Thompson 1952). Returns the terms `w r`, whose
 * mean is the estimate. Unbiased if the propensities are right and cover the target; its variance grows with
 * the weights. A row whose reward is not known has weight 0.
 */
export function ipsTerms(weights: ArrayLike<number>, rewards: ArrayLike<number>): Float64Array {
  return Float64Array.from(
    { length: weights.length },
    (_, row) => (weights[row] as number) * (rewards[row] as number),
  );
}
