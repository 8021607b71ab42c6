import type { Clock } from "../contracts/ports/index.ts";
import { longestTimerMs } from "./longest-timer.ts";

/**
 * Creates the clock of a router. Without `now`, the time of day is the system's, and durations are measured
 * by `performance.now()`, which corrections of the system's time do not move. With `now` (milliseconds since
 * the epoch) and without `monotonic`, a single function serves both: monotonic time takes its steps forward
 * and leaves out those back.
 */
export function createClock(now?: () => number, monotonic?: () => number): Clock {
  const durations = monotonic ?? now;
  return {
    wall: now ?? Date.now,
    monotonic: durations === undefined ? monotonicNow : forwardOf(durations),
    after,
  };
}

/** Clock for code that runs without a router. */
export const systemClock: Clock = createClock();

/** Whole milliseconds, like the time of day: records of durations stay readable. */
function monotonicNow(): number {
  return Math.floor(performance.now());
}

/** Goes on from where it was when the clock is set back, so that no duration waits until the clock has caught up. */
function forwardOf(now: () => number): () => number {
  let last = Number.NaN;
  let behindMs = 0;
  return () => {
    const value = now();
    if (value < last) behindMs += last - value;
    if (Number.isFinite(value)) last = value;
    return last + behindMs;
  };
}

function after(ms: number, run: () => void): ReturnType<Clock["after"]> {
  const timer = setTimeout(run, Math.max(0, Math.min(ms, longestTimerMs)));
  return { cancel: () => clearTimeout(timer), restart: () => void timer.refresh() };
}
