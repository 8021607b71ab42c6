/** Upper bounds of the bins of times grow by this factor from 1 ms on. A quantile is the middle of a bin: at most 6.2 % off. */
const factor = 1.13;
/** The last bin holds all that took longer than about 20 minutes. */
export const timeBins = 116;
const perLog = 1 / Math.log(factor);

/** Returns the bin of a time in milliseconds. */
export function binOf(ms: number): number {
  if (!(ms > 1)) return 0;
  return Math.min(timeBins - 1, Math.ceil(Math.log(ms) * perLog));
}

/** Returns a quantile of binned times in milliseconds. Undefined without one. `share` is in (0, 1). */
export function quantileOf(bins: ArrayLike<number>, share: number): number | undefined {
  let count = 0;
  for (let at = 0; at < bins.length; at += 1) count += bins[at] as number;
  if (count === 0) return undefined;
  const rank = Math.max(1, Math.ceil(share * count));
  let seen = 0;
  for (let at = 0; at < bins.length; at += 1) {
    seen += bins[at] as number;
    // The geometric middle of the bin.
    if (seen >= rank) return at === 0 ? 1 : factor ** (at - 0.5);
  }
  return undefined;
}
