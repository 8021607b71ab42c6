/**
 * Clips weights to `min(w, limit)`. With rewards of at least 0 the expected mean of clipped terms is at most
 * the target's value: a lower bound stays valid. `limit` must be set without looking at the rewards; the
 * square root of the number of rows is usual (Ionides 2008).
 */
export function clipWeights(weights: Float64Array, limit: number): Float64Array {
  return weights.map((weight) => Math.min(weight, limit));
}
