/**
 * Returns `count` quantiles of weighted values, equally spaced from the minimum to the maximum: each is the
 * first value at which the weight so far reaches its share of the total.
 */
export function weightedQuantiles(
  values: readonly { readonly value: number; readonly weight: number }[],
  count: number,
): Float32Array {
  const sorted = [...values].sort((a, b) => a.value - b.value);
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  const quantiles = new Float32Array(count);
  let position = 0;
  let reached = sorted[0]?.weight ?? 0;
  for (let index = 0; index < count; index += 1) {
    const share = (index / (count - 1)) * total;
    while (reached < share && position < sorted.length - 1) {
      position += 1;
      reached += sorted[position]?.weight ?? 0;
    }
    quantiles[index] = sorted[position]?.value ?? 0;
  }
  quantiles[count - 1] = sorted.at(-1)?.value ?? 0;
  return quantiles;
}
