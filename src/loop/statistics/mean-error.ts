/** Mean and standard error (`s / √n`, s with n - 1) of independent values. */
export interface MeanError {
  readonly values: number;
  readonly mean: number;
  /** Standard error of the mean. Not finite for fewer than two values. */
  readonly standardError: number;
}

export function meanError(values: Float64Array): MeanError {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    values: count,
    mean,
    standardError: count < 2 ? Number.POSITIVE_INFINITY : Math.sqrt(squares / (count - 1) / count),
  };
}

/**
 * Values of independent units (session, tenant), one each, whose mean is the mean of the terms and whose
 * variance over the number of units is the cluster-robust variance of that mean: `V + (units / n) Σ_{row in
 * unit} (term - V)` (Liang & Zeger 1986). With one row per unit these are the terms themselves. `units` holds
 * dense numbers from 0.
 */
export function unitValues(terms: Float64Array, units: Uint32Array): Float64Array {
  const mean = terms.reduce((sum, term) => sum + term, 0) / terms.length;
  const { values } = unitTotals(
    terms.map((term) => term - mean),
    units,
  );
  return values.map((value) => value + mean);
}

/** Totals `(units / n) Σ_{row in unit} term` by unit; their mean is the mean of the terms. */
export function unitTotals(
  terms: Float64Array,
  units: Uint32Array,
): { readonly values: Float64Array /** Number of rows. */; readonly largestUnit: number } {
  const count = units.reduce((most, unit) => Math.max(most, unit + 1), 0);
  const values = new Float64Array(count);
  const sizes = new Uint32Array(count);
  for (let row = 0; row < terms.length; row += 1) {
    const unit = units[row] as number;
    values[unit] = (values[unit] as number) + (terms[row] as number);
    sizes[unit] = (sizes[unit] as number) + 1;
  }
  const scale = count / terms.length;
  return { values: values.map((value) => value * scale), largestUnit: Math.max(0, ...new Set(sizes)) };
}
