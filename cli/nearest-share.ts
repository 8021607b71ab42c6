/** A threshold that sends a share of the given scores up, as nearly as their ties allow. */
export interface NearestShare {
  /** Scores of at least `at` go up. */
  readonly at: number;
  /** Share of the scores that go up, in [0, 1]. */
  readonly largeShare: number;
}

/**
 * Returns the threshold for `threshold({ at })` that sends the share nearest to `largeShare`, in (0, 1), of these
 * scores, at least one, up; the higher threshold where two are as near.
 */
export function nearestShare(scores: readonly number[], largeShare: number): NearestShare {
  const descending = [...scores].sort((a, b) => b - a);
  let best: NearestShare | undefined;
  descending.forEach((at, index) => {
    if (descending[index + 1] === at) return;
    const share = (index + 1) / scores.length;
    if (best === undefined || Math.abs(share - largeShare) < Math.abs(best.largeShare - largeShare))
      best = { at, largeShare: share };
  });
  return best as NearestShare;
}
