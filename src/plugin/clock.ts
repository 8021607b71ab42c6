import type { Clock } from "../contracts/ports/index.ts";
import { longestTimerMs } from "./longest-timer.ts";

/**
 * A clock for a router. Without `now`, the time of day is the system's, and durations are measured by
 * `performance.now()`, which no correction of the system's time moves. With `now` (milliseconds since the
 * epoch) a single function serves both: its largest value so far is the monotonic time.
 */
export function createClock(now?: () => number): Clock {
  return { wall: now ?? Date.now, monotonic: now === undefined ? monotonicNow : largestOf(now), after };
}

/** The clock of what is made without a router. */
export const systemClock: Clock = createClock();

function monotonicNow(): number {
  return performance.now();
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
