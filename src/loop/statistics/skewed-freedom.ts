/**
 * Returns the degrees of freedom of the variance of `rows` independent values, of which `sample` shows how they are spread:
 * `2 n / (kurtosis - 1)`, which is n for normal values (Satterthwaite 1946). The kurtosis is that of the log-normal
 * distribution whose logarithms lie as far above their median as those of the sample (root mean square). The kurtosis of the
 * rows themselves would not do: rows that by luck lack the large values look the most reliable, and are the ones whose
 * interval is too short. Values that are not above 0 are left out.
 */
export function skewedFreedom(sample: readonly number[], rows: number): number {
  const logs = Float64Array.from(sample.filter((value) => value > 0).map(Math.log)).sort();
  const upper = logs.subarray(logs.length >> 1);
  const median = upper[0] ?? 0;
  const square = upper.reduce((sum, log) => sum + (log - median) ** 2, 0) / Math.max(1, upper.length);
  const kurtosis = Math.exp(4 * square) + 2 * Math.exp(3 * square) + 3 * Math.exp(2 * square) - 3;
  return (2 * rows) / (kurtosis - 1);
}
