/** Calls of an endpoint since the start of the present window. Counting allocates nothing. */
export interface RateWindow {
  startedAt: number;
  lastBegunAt: number;
  begun: number;
  /** Calls that began in the window and have ended. */
  ended: number;
  /** Those of them that met a rate limit. */
  limited: number;
}

/** Shortest time over which a rate is measured. After an idle time as long, a new window starts. */
const shortestMs = 10_000;
/** Number of calls below which a share says nothing. */
const fewestEnded = 20;

export function createRateWindow(): RateWindow {
  const never = Number.NEGATIVE_INFINITY;
  return { startedAt: never, lastBegunAt: never, begun: 0, ended: 0, limited: 0 };
}

export function restartWindow(window: RateWindow, now: number): void {
  window.startedAt = now;
  window.lastBegunAt = now;
  window.begun = 0;
  window.ended = 0;
  window.limited = 0;
}

export function countBegun(window: RateWindow, now: number): void {
  // Idle time is not observed time: counted as such, it would make any rate look low.
  if (now - window.lastBegunAt > shortestMs) restartWindow(window, now);
  window.lastBegunAt = now;
  window.begun += 1;
}

/** Counts the end of a call. One that began before the window tells of the time before it. */
export function countEnded(window: RateWindow, begunAt: number, isLimited: boolean): void {
  if (begunAt < window.startedAt) return;
  window.ended += 1;
  if (isLimited) window.limited += 1;
}

/** True if the window is long enough to say what the endpoint makes of its calls. */
export function isWhole({ startedAt, ended }: RateWindow, now: number): boolean {
  return ended >= fewestEnded && now - startedAt >= shortestMs;
}

/** Returns the calls per minute over the observed time. */
export function windowPerMinute({ begun, startedAt }: RateWindow, now: number): number {
  return (begun * 60_000) / Math.max(shortestMs, now - startedAt);
}
