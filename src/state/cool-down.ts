/** Longest pause that a Retry-After can set. */
const longestCoolDownMs = 600_000;

/** End of an endpoint's pause once a rate limit has asked for `pauseMs` from now. It is never shortened. */
export function extendCoolDown(until: number, pauseMs: number, now: number): number {
  return Math.max(until, now + Math.min(pauseMs, longestCoolDownMs));
}

/** End of a restored pause, no later than it could be from now: the clock that wrote it may have been ahead. */
export function restoreCoolDown(until: number, now: number): number {
  return Math.min(until, now + longestCoolDownMs);
}
