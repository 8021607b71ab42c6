/** A share of 1 as `41.0 %`, with so many decimals. */
export function showPercent(share: number, decimals = 1): string {
  return `${(100 * share).toFixed(decimals)} %`;
}

/** The same with no more decimals than it takes, at most so many: `41 %`. */
export function showPercentUpTo(share: number, decimals: number): string {
  return `${Number((100 * share).toFixed(decimals))} %`;
}
