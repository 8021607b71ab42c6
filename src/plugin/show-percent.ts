/** Formats a share of 1 in percent with this number of decimals: `41.0 %`. */
export function showPercent(share: number, decimals = 1): string {
  return `${(100 * share).toFixed(decimals)} %`;
}

/** Formats a share of 1 in percent with at most this number of decimals, without trailing zeros: `41 %`. */
export function showPercentUpTo(share: number, decimals: number): string {
  return `${Number((100 * share).toFixed(decimals))} %`;
}
