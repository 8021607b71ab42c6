/**
 * Weighted mean, sum(w * v) / sum(w). Weights default to 1; a bootstrap's counts are weights. `undefined`
 * without values, or if all weights are 0.
 */
export function weightedMean(values: ArrayLike<number>, weights?: ArrayLike<number>): number | undefined {
  let sum = 0;
  let total = 0;
  for (let index = 0; index < values.length; index += 1) {
    const weight = weights === undefined ? 1 : (weights[index] as number);
    sum += weight * (values[index] as number);
    total += weight;
  }
  return total === 0 ? undefined : sum / total;
}
