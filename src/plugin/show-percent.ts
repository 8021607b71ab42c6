/** Formats a share of 1 as `41.0 %`, with this number of decimals. */
export function showPercent(share: number, decimals = 1): string {
  return `${(100 * share).toFixed(decimals)} %`;
}

/** Formats a share of 1 with as few decimals as it takes, at most this number: `41 %`. */
export function showPercentUpTo(share: number, decimals: number): string {
  return `${Number((100 * share).toFixed(decimals))} %`;
}
