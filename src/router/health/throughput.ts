/** A throughput, and the mean number of calls that were under way with it. */
export interface Throughput {
  readonly tokensPerSecond: number;
  readonly calls: number;
}

/** Part of the highest throughput that counts as reached. */
const reached = 0.95;

/**
 * Returns the highest throughput, with the fewest calls under way by which 95 % of it was reached: more calls than that
 * wait for each other. Undefined for an empty list.
 */
export function highestOf(all: readonly Throughput[]): Throughput | undefined {
  if (all.length === 0) return undefined;
  const tokensPerSecond = all.reduce((most, one) => Math.max(most, one.tokensPerSecond), 0);
  const calls = all
    .filter((one) => one.tokensPerSecond >= reached * tokensPerSecond)
    .reduce((fewest, one) => Math.min(fewest, one.calls), Number.POSITIVE_INFINITY);
  return { tokensPerSecond, calls };
}
