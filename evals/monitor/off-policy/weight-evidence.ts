/** Number of rows, of equal weight, that an estimate's error rests on. */
export interface WeightEvidence {
  /** Rows (units) that would make an error as uncertain as these: `(Σ w²)² / Σ w⁴`. */
  readonly rows: number;
  /** Those of them with a reward below a half, and the others. */
  readonly failures: number;
  readonly successes: number;
}

/**
 * Counts the rows that decide the error of a weighted mean. Where a few rows of large weight stand for much
 * of the target's traffic, the error is theirs alone, and Kish's `(Σ w)² / Σ w²`, which also counts the light
 * rows, is too large; so is the number of all failures if the heavy rows have none. Each row therefore counts
 * by its share of `Σ w²`. Units are counted whole, with the sum of their weights.
 */
export function weightEvidence(
  weights: ArrayLike<number>,
  rewards: ArrayLike<number>,
  units: Uint32Array,
): WeightEvidence {
  const count = units.reduce((most, unit) => Math.max(most, unit + 1), 0);
  const all = new Float64Array(count);
  const failed = new Float64Array(count);
  for (let row = 0; row < weights.length; row += 1) {
    const unit = units[row] as number;
    const weight = Math.abs(weights[row] as number);
    all[unit] = (all[unit] as number) + weight;
    if ((rewards[row] as number) < 0.5) failed[unit] = (failed[unit] as number) + weight;
  }
  let squares = 0;
  let fourths = 0;
  let failures = 0;
  for (let unit = 0; unit < count; unit += 1) {
    const square = (all[unit] as number) ** 2;
    squares += square;
    fourths += square * square;
    failures += (all[unit] as number) * (failed[unit] as number);
  }
  if (squares === 0) return { rows: 0, failures: 0, successes: 0 };
  const rows = squares ** 2 / fourths;
  const share = failures / squares;
  return { rows, failures: rows * share, successes: rows * (1 - share) };
}

/** Fewest decisive rows, failures and successes for an interval by the theory of large numbers. */
const fewestRows = 60;
const fewestEvents = 20;

/**
 * Reduces the evidence to the median of logs that were drawn again. An interval that is given only to logs
 * which by luck lack heavy rows would be too short: what such logs usually have must be enough as well.
 */
export function atMostUsual(
  evidence: WeightEvidence,
  drawn: readonly Float64Array[],
  units: Uint32Array,
): WeightEvidence {
  const counts = drawn.map((weights) => weightEvidence(weights, new Uint8Array(weights.length), units).rows);
  const usual = counts.sort((a, b) => a - b)[counts.length >> 1];
  if (usual === undefined || usual >= evidence.rows) return evidence;
  const share = usual / evidence.rows;
  return { rows: usual, failures: evidence.failures * share, successes: evidence.successes * share };
}

/** True if Student's interval can be relied on. Only rewards in [0, 1] have failures. */
export function isEnough({ rows, failures, successes }: WeightEvidence, isGraded: boolean): boolean {
  return rows >= fewestRows && (!isGraded || (failures >= fewestEvents && successes >= fewestEvents));
}
