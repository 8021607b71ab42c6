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
