import { InvalidOptionError } from "../../src/contracts/index.ts";
import { checkNumber } from "../../src/plugin/index.ts";

/** A threshold that sends a share of the given scores up, as nearly as their ties allow. */
export interface CalibratedShare {
  /** Scores of at least `at` go up. */
  readonly at: number;
  /** Share of the scores that go up, in [0, 1]. */
  readonly largeShare: number;
  /** Number of scores. */
  readonly scores: number;
}

/**
 * Returns the threshold for `threshold({ at })` that sends the share nearest to `largeShare`, in (0, 1), of these
 * scores up; the higher threshold where two are as near. No label is needed, and nothing is said about quality.
 * Throws `InvalidOptionError` without scores.
 */
export function calibrateShare(scores: readonly number[], largeShare: number): CalibratedShare {
  checkNumber("largeShare", largeShare, { min: 0, max: 1 });
  if (scores.length === 0) throw new InvalidOptionError("scores", "none", "at least one");
  for (const score of scores) checkNumber("scores", score, { min: 0, max: 1 });
  const descending = [...scores].sort((a, b) => b - a);
  let best: CalibratedShare | undefined;
  descending.forEach((at, index) => {
    if (descending[index + 1] === at) return;
    const share = (index + 1) / scores.length;
    if (best === undefined || Math.abs(share - largeShare) < Math.abs(best.largeShare - largeShare))
      best = { at, largeShare: share, scores: scores.length };
  });
  return best as CalibratedShare;
}
