import type { ObservedFirstToken } from "../contracts/index.ts";

/** The latest times to first token, in order of observation and sorted. */
export interface FirstTokenTimes {
  /** At most so many are kept. */
  readonly size: number;
  /** Oldest first. */
  readonly observed: ObservedFirstToken[];
  /** The `ms` of `observed`, ascending. */
  readonly sorted: number[];
}

/** Below this many the nearest-rank 95th percentile is the maximum: one slow answer would settle it. */
const minFirstTokens = 20;

export function createFirstTokenTimes(size: number): FirstTokenTimes {
  return { size, observed: [], sorted: [] };
}

/** Adds a time in order of observation, also when the clock was set back; beyond `size` the oldest one goes. */
export function addFirstToken(times: FirstTokenTimes, at: number, ms: number): void {
  const { observed, sorted, size } = times;
  observed.push({ at: Math.max(at, observed.at(-1)?.at ?? at), ms });
  sorted.splice(rankOf(sorted, ms), 0, ms);
  if (observed.length > size) dropOldest(times);
}

/** Forgets what is not within the last `windowMs`. */
export function dropOldFirstTokens(times: FirstTokenTimes, windowMs: number, now: number): void {
  while (times.observed.length > 0 && oldestFirstTokenAt(times) + windowMs <= now) dropOldest(times);
}

/** Infinity where there is none. */
export function oldestFirstTokenAt({ observed }: FirstTokenTimes): number {
  return observed[0]?.at ?? Number.POSITIVE_INFINITY;
}

/** The nearest-rank 95th percentile; undefined of fewer than 20 times. */
export function p95FirstToken({ sorted }: FirstTokenTimes): number | undefined {
  return sorted.length < minFirstTokens ? undefined : sorted[Math.ceil(0.95 * sorted.length) - 1];
}

function dropOldest({ observed, sorted }: FirstTokenTimes): void {
  const dropped = observed.shift();
  if (dropped !== undefined) sorted.splice(rankOf(sorted, dropped.ms), 1);
}

/** Index of the first value that is not below `value`. */
function rankOf(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
