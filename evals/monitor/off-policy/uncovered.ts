/** Fields of a row that show which plans the log could have taken. */
export interface CoverageRow {
  readonly logged: string;
  readonly propensity: number;
  /** Probabilities `π_e(plan | x)` by key. */
  readonly target: ReadonlyMap<string, number>;
}

/** Rounding error that a propensity may have. */
const tolerance = 1e-9;

/**
 * Computes by row the least share of the target's probability on plans that the log could not have taken
 * there: if the logged plan was certain, all others; otherwise those that no row took (`taken` is false for
 * them). Gaps that it cannot see show in the mean weight, which is then below 1.
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
