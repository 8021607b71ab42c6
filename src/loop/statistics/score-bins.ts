/** Bin of the scores from `from` up to the next bin; the first bin also holds those below. */
export interface ScoreBin {
  readonly from: number;
  /** Share of the reference distribution in the bin, in (0, 1]. */
  readonly share: number;
}

/**
 * Splits a reference distribution into bins of about equal share. It is given as equally spaced quantiles
 * from the minimum to the maximum. Equal scores stay in one bin: a reference with ties has fewer bins, of
 * unequal shares, and a constant one has a single bin.
 */
export function scoreBins(quantiles: readonly number[], count = 10): readonly ScoreBin[] {
  const last = quantiles.length - 1;
  const starts: { from: number; below: number }[] = [];
  for (let bin = 0; bin < count; bin += 1) {
    const from = quantiles[Math.round((bin * last) / count)] as number;
    const below = bin === 0 ? 0 : shareBelow(quantiles, from);
    const previous = starts.at(-1);
    if (previous === undefined || (below > previous.below && below < 1)) starts.push({ from, below });
  }
  return starts.map(({ from, below }, bin) => ({ from, share: (starts[bin + 1]?.below ?? 1) - below }));
}

/** Share of the reference strictly below one of its quantiles. */
function shareBelow(quantiles: readonly number[], value: number): number {
  const first = quantiles.indexOf(value);
  const last = quantiles.lastIndexOf(value);
  // An atom begins somewhere between the quantile before it and its own first one.
  const position = first === last ? first : Math.max(0, first - 0.5);
  return position / (quantiles.length - 1);
}
