/**
 * `min(w, limit)`. With rewards of at least 0 the mean of clipped terms is, in expectation, at most the
 * target's value: a lower bound stays one. `limit` has to be set without a look at the rewards; the square
 * root of the number of rows is usual (Ionides 2008).
 */
export function clipWeights(weights: Float64Array, limit: number): Float64Array {
  return weights.map((weight) => Math.min(weight, limit));
}
