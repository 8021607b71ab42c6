/** Largest share of the p-value that is rounding: smaller ones are not told apart. */
export const LEAST_P_VALUE = 1e-9;

const precision = 1e-10;
/** Most terms of the sum: only a handful of observations take more, and prove nothing. */
const mostTerms = 50_000;

/**
 * Computes the p-value of the hypothesis that the mean of independent observations, each at most `most` (above
 * 0), is at least 0, by Gaffke's statistic: the probability that `most · E + Σ Eᵢ xᵢ >= 0`, where E and the Eᵢ
 * are independent and exponential. One imagined observation of `most` stands for all that was not seen, and
 * the weights of all are random. It depends neither on the order of the observations nor on a seed.
 *
 * That P(p <= δ) <= δ for every distribution and every number of observations was conjectured by Gaffke in
 * 2005 and proven by Vlassis & Thomas in 2026 (arXiv 2607.08415, a preprint). For observations of two values
 * it is the binomial test.
 *
 * The probability is the inversion of a characteristic function by Davies' sum (1980).
 */
export function gaffkePValue(observations: Float64Array, most: number): number {
  const { values, counts, lowest, sum, squares } = summarised(observations);
  if (lowest >= 0) return 1;
  if (!(most > 0)) return LEAST_P_VALUE;
  const scale = Math.max(most, -lowest);
  const step = (2 * Math.PI) / (Math.abs(sum) + 8 * Math.sqrt(squares + most ** 2) + 20 * scale);
  let total = 0.5;
  for (let term = 0; term < mostTerms; term += 1) {
    const at = (term + 0.5) * step;
    let logSize = Math.log1p((at * most) ** 2);
    let angle = Math.atan(at * most);
    // Product of those that occur once: far cheaper than logarithm and angle of each.
    let [real, imaginary] = [1, 0];
    for (let index = 0; index < values.length; index += 1) {
      const product = at * (values[index] as number);
      const count = counts[index] as number;
      if (count > 1) {
        logSize += count * Math.log1p(product * product);
        angle += count * Math.atan(product);
        continue;
      }
      const before = real;
      real -= imaginary * product;
      imaginary += before * product;
      if (Math.abs(real) + Math.abs(imaginary) < huge) continue;
      logSize += Math.log(real * real + imaginary * imaginary);
      angle += Math.atan2(imaginary, real);
      [real, imaginary] = [1, 0];
    }
    logSize += Math.log(real * real + imaginary * imaginary);
    angle += Math.atan2(imaginary, real);
    const size = Math.exp(-logSize / 2) / (Math.PI * (term + 0.5));
    total += size * Math.sin(angle);
    if (size < precision) return Math.min(1, Math.max(LEAST_P_VALUE, total));
  }
  return 1;
}

const huge = 1e100;

/** Different values with their counts, and what the step depends on. */
function summarised(observations: Float64Array) {
  const counts = new Map<number, number>();
  let [lowest, sum, squares] = [0, 0, 0];
  let [last, times] = [Number.NaN, 0];
  for (const one of observations) {
    sum += one;
    squares += one * one;
    if (one < lowest) lowest = one;
    // Most are alike, so that runs of them are counted without a look-up.
    if (one === last) {
      times += 1;
      continue;
    }
    if (times > 0) counts.set(last, (counts.get(last) ?? 0) + times);
    [last, times] = [one, 1];
  }
  if (times > 0) counts.set(last, (counts.get(last) ?? 0) + times);
  counts.delete(0);
  return {
    values: Float64Array.from(counts.keys()),
    counts: Float64Array.from(counts.values()),
    lowest,
    sum,
    squares,
  };
}
