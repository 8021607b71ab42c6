/** A cut that sends a share of scores up. */
export interface ShareCut {
  /** Scores above it go up. */
  readonly at: number;
  /** Part of the scores exactly at `at` that goes up, in [0, 1]. Scores have ties, and a lottery makes the share exact. */
  readonly tieShare: number;
}

/** Scores in ascending order that weigh the same, with their common weight. */
export interface WeightedScores {
  readonly ascending: readonly number[];
  /** Weight of all of them together, at least 0. */
  readonly weight: number;
}

/** Returns the cut above which `share` of the weight lies, in (0, 1). The total weight must be above 0. */
export function shareCut(groups: readonly WeightedScores[], share: number): ShareCut {
  const present = groups.filter(({ ascending, weight }) => weight > 0 && ascending.length > 0);
  const total = present.reduce((sum, { weight }) => sum + weight, 0);
  const wanted = share * total;
  const left = present.map(({ ascending }) => ascending.length);
  const highest = () =>
    present.reduce((most, { ascending }, group) => {
      const score = ascending[(left[group] as number) - 1];
      return score === undefined ? most : Math.max(most, score);
    }, Number.NEGATIVE_INFINITY);
  let above = 0;
  for (;;) {
    const at = highest();
    let equal = 0;
    present.forEach(({ ascending, weight }, group) => {
      let count = left[group] as number;
      while (count > 0 && ascending[count - 1] === at) count -= 1;
      equal += ((left[group] as number) - count) * (weight / ascending.length);
      left[group] = count;
    });
    // The last group of equal scores ends the search, also where sums are rounded.
    if (above + equal >= wanted || left.every((count) => count === 0))
      return { at, tieShare: Math.min(1, Math.max(0, (wanted - above) / equal)) };
    above += equal;
  }
}
