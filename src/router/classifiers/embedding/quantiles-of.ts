const count = 129;

/** Returns 129 quantiles, equally spaced from the minimum to the maximum, as `rank` needs them. */
export function quantilesOf(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return Array.from({ length: count }, (_, index) => {
    const at = (index / (count - 1)) * (sorted.length - 1);
    const below = sorted[Math.floor(at)] as number;
    const above = sorted[Math.ceil(at)] as number;
    return below + (above - below) * (at - Math.floor(at));
  });
}
