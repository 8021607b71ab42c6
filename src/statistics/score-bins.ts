/** Scores from `from` up to the next bin's; the first bin also holds those below. */
export interface ScoreBin {
  readonly from: number;
  /** Of the reference distribution, in (0, 1]. */
  readonly share: number;
}

/**
 * Bins of about equal share of a reference distribution, which is given as equally spaced quantiles
 * from the minimum to the maximum. Scores that are equal are never split: a reference with ties has
 * fewer bins, of unequal shares, and a constant one a single bin.
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
