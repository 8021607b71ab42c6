/** A row, as far as it tells what the log could have taken. */
export interface CoverageRow {
  readonly logged: string;
  readonly propensity: number;
  /** `π_e(plan | x)` by key. */
  readonly target: ReadonlyMap<string, number>;
}

/** Rounding that a propensity is allowed. */
const tolerance = 1e-9;

/**
 * By row: the least share of the target's probability that lies on plans which the log could not have
 * taken there. Where a plan was certain, all others; elsewhere those that no row took (`taken`: the others).
 * What it cannot see shows in the mean weight, which is then below 1.
 */
export function uncoveredShares(
  rows: readonly CoverageRow[],
  taken: (plan: string) => boolean = takenIn(rows),
): Float64Array {
  return Float64Array.from(rows, ({ logged, propensity, target }) => {
    let share = 0;
    const isCertain = propensity >= 1 - tolerance;
    for (const [plan, probability] of target)
      if (isCertain ? plan !== logged : !taken(plan)) share += probability;
    return share;
  });
}

function takenIn(rows: readonly CoverageRow[]): (plan: string) => boolean {
  const plans = new Set(rows.map(({ logged }) => logged));
  return (plan) => plans.has(plan);
}
