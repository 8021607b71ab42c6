/**
 * Reward of logged rows, weighted so that rows without it cause no bias as long as it is missing at random
 * given the plan.
 */
export interface KnownRewards {
  /** Rewards; 0 if not known. */
  readonly rewards: Float64Array;
  /** Factor of the row's weight: `1 / P(known | plan)` if the reward is known, else 0. */
  readonly factors: Float64Array;
  readonly known: number;
  /** Share of the rows of each plan whose reward is known, in [0, 1]. */
  readonly shares: ReadonlyMap<string, number>;
}

/**
 * Weights the known rewards of a plan up to all of its rows (inverse probability of being observed): people
 * may rate one model's answers more often than another's. Which answers of a plan are rated must not depend
 * on their quality; that cannot be checked. `rewards` has NaN where one is not known; `always` is true for
 * rows whose reward could not have been missing, such as failures.
 */
export function knownRewards(
  plans: readonly string[],
  rewards: ArrayLike<number>,
  always: (row: number) => boolean = () => false,
): KnownRewards {
  const counts = new Map<string, { rows: number; known: number; chosen: number; told: number }>();
  plans.forEach((plan, row) => {
    const count = counts.get(plan) ?? { rows: 0, known: 0, chosen: 0, told: 0 };
    counts.set(plan, count);
    const isKnown = Number(!Number.isNaN(rewards[row]));
    count.rows += 1;
    count.known += isKnown;
    if (always(row)) return;
    count.chosen += 1;
    count.told += isKnown;
  });
  let known = 0;
  const factors = Float64Array.from(plans, (plan, row) => {
    if (Number.isNaN(rewards[row])) return 0;
    known += 1;
    const { chosen, told } = counts.get(plan) ?? { chosen: 1, told: 1 };
    return always(row) ? 1 : chosen / told;
  });
  return {
    rewards: Float64Array.from(plans, (_, row) => (factors[row] === 0 ? 0 : (rewards[row] as number))),
    factors,
    known,
    shares: new Map([...counts].map(([plan, count]) => [plan, count.known / count.rows])),
  };
}
