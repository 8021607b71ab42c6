/** Longest pause that a Retry-After can set. */
const longestCoolDownMs = 600_000;

/** Returns when an endpoint's pause ends after a rate limit asked for `pauseMs`. Never shortens it. */
export function extendCoolDown(until: number, pauseMs: number, now: number): number {
  return Math.max(until, now + Math.min(pauseMs, longestCoolDownMs));
}

/** Returns when a restored pause ends. Its clock may have been ahead: no later than it could from now on. */
export function restoreCoolDown(until: number, now: number): number {
  return Math.min(until, now + longestCoolDownMs);
}
