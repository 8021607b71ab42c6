/** Number of other units from which they say what is usual. */
export const fewestUnits = 5;
/** Smallest spread that is assumed, as a standard deviation: a few units that are alike do not bind the next one. */
const leastSpread = 0.1;
/** Standard deviations above the median that are usual. */
const deviations = 3;
/** Makes the median of absolute deviations a standard deviation (of normal values). */
const normal = 1.4826;
/** Share of the units that are usual however far they are from the median. */
const usualPart = 0.9;

/** Shares of the other units. */
export interface UnitShares {
  /** Median share. */
  readonly median: number;
  /** The largest share that is usual among them. */
  readonly most: number;
  /** Mean share, and two of its standard errors more. */
  readonly mostMean: number;
}

/**
 * Returns what is usual among units: up to the median and 3 robust standard deviations, or the share that nine in ten
 * do not exceed. Each unit counts once, however much it sends, so that a tenth of them can move neither far. Undefined
 * if there are fewer than five.
 */
export function usualShares(shares: readonly number[]): UnitShares | undefined {
  if (shares.length < fewestUnits) return undefined;
  const ascending = shares.toSorted((a, b) => a - b);
  const median = middleOf(ascending);
  const distances = ascending.map((share) => Math.abs(share - median)).sort((a, b) => a - b);
  const spread = Math.max(leastSpread, normal * middleOf(distances));
  const high = ascending[Math.floor(usualPart * (ascending.length - 1))] as number;
  const mean = ascending.reduce((sum, share) => sum + share, 0) / ascending.length;
  const squares = ascending.reduce((sum, share) => sum + (share - mean) ** 2, 0);
  const error = Math.sqrt(squares / (ascending.length - 1) / ascending.length);
  return { median, mostMean: mean + 2 * error, most: Math.max(median + deviations * spread, high) };
}

function middleOf(ascending: readonly number[]): number {
  const half = ascending.length >> 1;
  const upper = ascending[half] as number;
  return ascending.length % 2 === 1 ? upper : ((ascending[half - 1] as number) + upper) / 2;
}
