/** Predictions of a reward model for each row, made without the row and its unit (cross-fitting). */
export interface Predictions {
  /** Reward of the target: `Σ_a π_e(a|x) q̂(x, a)`. Its mean is the direct method's estimate. */
  readonly target: Float64Array;
  /** Reward of the plan that was logged: `q̂(x, a)`. */
  readonly logged: Float64Array;
}

/**
 * Doubly robust: `V = (1/n) Σ [ Σ_a π_e(a|x) q̂(x, a) + w (r - q̂(x, a_logged)) ]` (Dudík, Langford & Li
 * 2011). Returns the terms in brackets. Unbiased if either propensities or model are right; with cross-fitted
 * predictions the usual interval of a mean holds, however poor the model.
 */
export function doublyRobustTerms(
  weights: ArrayLike<number>,
  rewards: ArrayLike<number>,
  { target, logged }: Predictions,
): Float64Array {
  return target.map(
    (expected, row) =>
      expected + (weights[row] as number) * ((rewards[row] as number) - (logged[row] as number)),
  );
}
