/**
 * Returns the share of a reference distribution that lies below `value`, in [0, 1]. It interpolates
 * linearly between the quantiles, which are in ascending order and equally spaced from the minimum to the
 * maximum. Never falls as `value` grows.
 */
export function rank(value: number, quantiles: Float32Array): number {
  const last = quantiles.length - 1;
  if (!(value >= (quantiles[0] as number))) return 0;
  if (value >= (quantiles[last] as number)) return 1;
  // Finds the last quantile that is not above the value. The next one is above, so the two differ.
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((quantiles[middle] as number) <= value) low = middle;
    else high = middle;
  }
  const below = quantiles[low] as number;
  return (low + (value - below) / ((quantiles[high] as number) - below)) / last;
}
