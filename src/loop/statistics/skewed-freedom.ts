/** Quantile of the normal distribution at 0.95. */
const z95 = 1.6449;

/**
 * Returns the degrees of freedom of the variance of `rows` independent values, of which `sample` shows how they are spread:
 * `2 n / (kurtosis - 1)`, which is n for normal values (Satterthwaite 1946). The kurtosis is that of the log-normal
 * distribution with the spread of the sample's logarithms, the larger of their standard deviation and of
 * `(quantile at 0.95 - median) / 1.645`. The kurtosis of the rows themselves would not do: rows that by luck lack the large
 * values look the most reliable, and are the ones whose interval is too short. Values that are not above 0 are left out.
 */
export function skewedFreedom(sample: readonly number[], rows: number): number {
  const logs = sample.filter((value) => value > 0).map(Math.log);
  if (logs.length === 0) return rows;
  const spread = spreadOf(Float64Array.from(logs).sort());
  const square = spread * spread;
  const kurtosis = Math.exp(4 * square) + 2 * Math.exp(3 * square) + 3 * Math.exp(2 * square) - 3;
  return (2 * rows) / (kurtosis - 1);
}

function spreadOf(sorted: Float64Array): number {
  const count = sorted.length;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / count;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  const at = (share: number): number => sorted[Math.min(count - 1, Math.floor(share * count))] as number;
  return Math.max(Math.sqrt(variance), (at(0.95) - at(0.5)) / z95);
}
