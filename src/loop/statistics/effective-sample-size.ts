/**
 * Effective sample size, `(Σ w)² / Σ w²` (Kish 1965): the number of rows of equal weight that would carry as
 * much information. Between 0 and the number of rows.
 */
export function effectiveSampleSize(weights: ArrayLike<number>): number {
  let sum = 0;
  let squares = 0;
  for (let row = 0; row < weights.length; row += 1) {
    const weight = weights[row] as number;
    sum += weight;
    squares += weight * weight;
  }
  return squares === 0 ? 0 : (sum * sum) / squares;
}
