/** Settings of the bets besides the observations. */
export interface BettingOptions {
  /** Upper limit of an observation, above 0. */
  readonly most: number;
  /**
   * Level that the bets aim at, in (0, 1). Power is greatest for a test at this level; any level is valid.
   */
  readonly delta: number;
  /** Loss limit that observations are measured against, for a guess at their variance. Any value is valid. */
  readonly limit: number;
  /** P-value that is low enough: the bets end there. Default 0: all observations are bet on. */
  readonly enough?: number | undefined;
  /**
   * Returns the number of observations that bets aim at, by that of those before the bet, above it. A p-value that is
   * looked at as observations come needs one that does not depend on how many there are. Default: their number.
   */
  readonly horizon?: ((index: number) => number) | undefined;
}

/** Number of observations that the guess at the variance counts as. */
const guessed = 20;
/** Smallest limit for the guess, so that the variance is never guessed as 0. */
const leastLimit = 0.005;
/** Largest share of the wealth that one observation may cost: below 1, so that a bet never ends in ruin. */
const maxStake = 0.98;
/** Factor from an aim that was reached to the next one, so that the p-value goes on falling. */
const nextAim = 10;

/**
 * Computes the p-value of the hypothesis that the mean of independent, identically distributed observations
 * is at least 0, by betting against it: wealth starts at 1, and each observation x multiplies it by `1 -
 * stake · x`. If the hypothesis is true, no stakes make the wealth grow in expectation, so it reaches `1 / p`
 * with probability at most p (Ville's inequality). `p = 1 / max wealth` is therefore valid at any number of
 * observations and assumes nothing but `x <= most` (Waudby-Smith & Ramdas 2024).
 *
 * The stake is theirs for a fixed number of observations, `sqrt(2 ln(1 / delta) / (n · variance))`, with the
 * wealth that is still to be gained instead of `1 / delta` and the number of observations left instead of n
 * (Voráček & Orabona 2025). It is computed again before each observation, from the earlier ones only. The
 * variance is around 0, after twenty imagined observations with that of losses and gains of which each makes
 * up the limit. Where large losses are rare, bets by variance alone are too high; as in Bernstein's
 * inequality they are lowered by the factor `1 + stake · most / 3`.
 */
export function bettingPValue(
  observations: Float64Array,
  { most, delta, limit, enough = 0, horizon }: BettingOptions,
): number {
  const count = observations.length;
  const maxRate = maxStake / most;
  let aim = -Math.log(delta);
  let logWealth = 0;
  let best = logWealth;
  let squares = guessed * 2 * Math.max(leastLimit, limit) * most ** 2;
  const end = enough > 0 ? -Math.log(enough) : Number.POSITIVE_INFINITY;
  for (let index = 0; index < count; index += 1) {
    if (logWealth >= aim) aim = logWealth + Math.log(nextAim);
    const variance = squares / (index + guessed);
    const left = horizon === undefined ? count - index : horizon(index) - index;
    const normal = Math.sqrt((2 * (aim - logWealth)) / (left * variance));
    const rate = Math.min(normal / (1 + (normal * most) / 3), maxRate);
    const observation = observations[index] as number;
    logWealth += Math.log1p(-rate * observation);
    if (logWealth > best) {
      best = logWealth;
      if (best >= end) break;
    }
    squares += observation * observation;
  }
  return Math.min(1, Math.exp(-best));
}
