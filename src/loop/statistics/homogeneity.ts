import { chiSquaredTail } from "./chi-squared.ts";

/**
 * Pearson's test that two samples of `n` and `m` have the same shares of the same parts (1900), with degrees of freedom
 * for the parts that occur. 1 if less than two do.
 */
export function homogeneityPValue(
  shares: readonly number[],
  n: number,
  others: readonly number[],
  m: number,
): number {
  let sum = 0;
  let parts = 0;
  shares.forEach((share, part) => {
    const other = others[part] ?? 0;
    const expected = (n * share + m * other) / (n + m);
    if (expected <= 0) return;
    parts += 1;
    sum += (n * (share - expected) ** 2 + m * (other - expected) ** 2) / expected;
  });
  return parts < 2 ? 1 : chiSquaredTail(sum, parts - 1);
}
