import { weightedMean } from "../../../src/loop/statistics/index.ts";

/**
 * Self-normalised inverse propensity scoring: `V = Σ w r / Σ w` (Swaminathan & Joachims 2015). Slightly
 * biased, of order 1/n; stays within the range of the rewards. `undefined` if all weights are 0.
 */
export function snips(weights: ArrayLike<number>, rewards: ArrayLike<number>): number | undefined {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < weights.length; row += 1) {
    const weight = weights[row] as number;
    sum += weight * (rewards[row] as number);
    total += weight;
  }
  return total === 0 ? undefined : sum / total;
}

/**
 * Linearised terms of the estimate: `V + w (r - V) / mean(w)`. Their mean is V, and their variance over n is
 * the usual `Σ w² (r - V)² / (Σ w)²`, up to n / (n - 1).
 */
export function snipsTerms(weights: ArrayLike<number>, rewards: ArrayLike<number>): Float64Array | undefined {
  const value = snips(weights, rewards);
  const mean = weightedMean(weights);
  if (value === undefined || mean === undefined) return undefined;
  return Float64Array.from(
    { length: weights.length },
    (_, row) => value + ((weights[row] as number) * ((rewards[row] as number) - value)) / mean,
  );
}
