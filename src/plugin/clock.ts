import type { Clock } from "../contracts/ports/index.ts";
import { longestTimerMs } from "./longest-timer.ts";

/**
 * Creates the clock of a router. Without `now`, the time of day is the system's, and durations are measured
 * by `performance.now()`, which corrections of the system's time do not move. With `now` (milliseconds since
 * the epoch) a single function serves both: its largest value so far is the monotonic time.
 */
export function createClock(now?: () => number): Clock {
  return { wall: now ?? Date.now, monotonic: now === undefined ? monotonicNow : largestOf(now), after };
}

/** Clock for code that runs without a router. */
export const systemClock: Clock = createClock();

/** Whole milliseconds, like the time of day: records of durations stay readable. */
function monotonicNow(): number {
  return Math.floor(performance.now());
}

function largestOf(now: () => number): () => number {
  let largest = Number.NEGATIVE_INFINITY;
  return () => {
    const value = now();
    if (value > largest) largest = value;
    return largest;
  };
}

function after(ms: number, run: () => void): ReturnType<Clock["after"]> {
  const timer = setTimeout(run, Math.max(0, Math.min(ms, longestTimerMs)));
  return { cancel: () => clearTimeout(timer), restart: () => void timer.refresh() };
}
