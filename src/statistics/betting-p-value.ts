/** What the bets need to know besides the observations. */
export interface BettingOptions {
  /** No observation can be larger: above 0. */
  readonly most: number;
  /** Level that the bets aim at, in (0, 1): power is greatest for a test at this level, and any level is valid. */
  readonly delta: number;
  /** A p-value that is no higher will do: the bets end there. Default 0: all observations are bet on. */
  readonly enough?: number | undefined;
}

/**
 * Wealth at the start, a fifth below the 1 that would do. Bets this close to the aim use all of `delta`,
 * and records are never quite as independent as theory has them. It takes 5 to 10 % more of them.
 */
const startWealth = 0.8;
/** Share of the wealth that one observation may cost: below 1, so that a bet never ends in ruin. */
const maxStake = 0.9;
/** Once the aim is reached, the next one is so many times higher: the p-value goes on falling. */
const nextAim = 10;

/**
 * P-value of the hypothesis that the mean of independent, identically distributed observations is at
 * least 0, by betting against it: wealth starts at 0.8, and each observation x multiplies it by
 * `1 - stake · x`. If the hypothesis is true no stakes make it grow in expectation, so that it ever
 * reaches `1 / p` with probability at most p (Ville's inequality): `p = 1 / max wealth`, valid at any
 * number of observations and without any assumption but `x <= most` (Waudby-Smith & Ramdas 2024).
 *
 * The stake is theirs for a fixed number of observations, `sqrt(2 ln(1 / delta) / (n · variance))`, with
 * what is still to be gained in place of `1 / delta` and the observations that are left in place of n
 * (Voráček & Orabona 2025): it is computed again before each observation, from those before it alone.
 * The variance is theirs, around 0, after one imagined observation of `most / 2`. Where large losses are
 * rare, bets by variance alone are too high: they are lowered as Bernstein's inequality does, by
 * `1 + stake · most / 3`.
 */
export function bettingPValue(
  observations: Float64Array,
  { most, delta, enough = 0 }: BettingOptions,
): number {
  const count = observations.length;
  const maxRate = maxStake / most;
  let aim = -Math.log(delta);
  let logWealth = Math.log(startWealth);
  let best = logWealth;
  let squares = (most / 2) ** 2;
  const end = enough > 0 ? -Math.log(enough) : Number.POSITIVE_INFINITY;
  for (let index = 0; index < count; index += 1) {
    if (logWealth >= aim) aim = logWealth + Math.log(nextAim);
    const variance = squares / (index + 1);
    const normal = Math.sqrt((2 * (aim - logWealth)) / ((count - index) * variance));
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
