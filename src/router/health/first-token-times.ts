import type { ObservedFirstToken } from "../../contracts/index.ts";

/** Latest times to first token, in order of observation and sorted. */
export interface FirstTokenTimes {
  /** Number of times that are kept. */
  readonly size: number;
  /** Times in order of observation, oldest first. */
  readonly observed: ObservedFirstToken[];
  /** Values of `ms` in `observed`, ascending. */
  readonly sorted: number[];
}

/** Below this number the nearest-rank 95th percentile is the maximum: one slow answer would decide. */
const minFirstTokens = 20;

export function createFirstTokenTimes(size: number): FirstTokenTimes {
  return { size, observed: [], sorted: [] };
}

/** Adds a time, and drops the oldest one beyond `size`. Keeps the order when the clock was set back. */
export function addFirstToken(times: FirstTokenTimes, at: number, ms: number): void {
  const { observed, sorted, size } = times;
  observed.push({ at: Math.max(at, observed.at(-1)?.at ?? at), ms });
  sorted.splice(rankOf(sorted, ms), 0, ms);
  if (observed.length > size) dropOldest(times);
}

/** Drops times that are older than `windowMs`. */
export function dropOldFirstTokens(times: FirstTokenTimes, windowMs: number, now: number): void {
  while (times.observed.length > 0 && oldestFirstTokenAt(times) + windowMs <= now) dropOldest(times);
}

/** Returns when the oldest time was observed; Infinity if there is none. */
export function oldestFirstTokenAt({ observed }: FirstTokenTimes): number {
  return observed[0]?.at ?? Number.POSITIVE_INFINITY;
}

/** Returns the nearest-rank 95th percentile; undefined for fewer than 20 times. */
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
