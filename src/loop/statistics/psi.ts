import { InvalidOptionError } from "../../contracts/index.ts";
import type { ScoreBin } from "./score-bins.ts";

/** Least share of a bin, so that the index stays finite for an empty one. */
const least = 1e-4;

/**
 * Population stability index of two distributions over the same bins: Σ (p − q) ln(p / q), at least 0. By
 * convention below 0.1 is stable, up to 0.25 a moderate shift, above it a major one. Shares are in [0, 1] and
 * those below 0.0001 count as 0.0001. Throws `InvalidOptionError` if the numbers of bins differ or there are
 * none.
 */
export function psi(expected: readonly number[], actual: readonly number[]): number {
  if (expected.length === 0 || expected.length !== actual.length) {
    throw new InvalidOptionError("psi.actual", actual, `one share for each of the ${expected.length} bins`);
  }
  return expected.reduce((sum, share, bin) => {
    const p = Math.max(least, share);
    const q = Math.max(least, actual[bin] as number);
    return sum + (p - q) * Math.log(p / q);
  }, 0);
}

/**
 * Distribution of the index if nothing has shifted: between samples of n and m it is about χ² with bins − 1
 * degrees of freedom, times 1/n + 1/m (Yurdakul & Naranjo 2020).
 */
export function nullPsi(bins: number, n: number, m: number): { readonly mean: number; readonly sd: number } {
  const scale = 1 / n + 1 / m;
  return { mean: (bins - 1) * scale, sd: Math.sqrt(2 * (bins - 1)) * scale };
}

/** Share of the scores in each bin. */
export function sharesIn(bins: readonly ScoreBin[], scores: ArrayLike<number>): readonly number[] {
  const counts = bins.map(() => 0);
  for (let index = 0; index < scores.length; index += 1) {
    const score = scores[index] as number;
    // A score below the lowest bin belongs to it.
    const bin = Math.max(
      0,
      bins.findLastIndex(({ from }) => score >= from),
    );
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts.map((count) => count / scores.length);
}
