import type { FailureClass } from "../../contracts/index.ts";

/** Number of steps in which a window slides. */
export const bucketCount = 10;

/**
 * Counts the latest calls and their failures by class. The sums are those at the time of the latest
 * count. Counting allocates nothing: the buckets form a ring.
 */
export interface SlidingWindow {
  readonly calls: Counter;
  readonly failed: Readonly<Record<FailureClass, Counter>>;
  readonly stepMs: number;
  /** Number of the newest bucket since its origin; -Infinity while there is none. */
  newest: number;
  /** Place of the newest bucket in the ring. */
  slot: number;
}

export interface Counter {
  /** Sum of all buckets. */
  sum: number;
  readonly buckets: number[];
}

export function createSlidingWindow(windowMs: number): SlidingWindow {
  return {
    calls: createCounter(),
    failed: { connection: createCounter(), timeout: createCounter(), server: createCounter() },
    stepMs: windowMs / bucketCount,
    newest: Number.NEGATIVE_INFINITY,
    slot: 0,
  };
}

/** Counts one call, and its failure if it has one. `now` is a time on the monotonic clock in milliseconds. */
export function count(window: SlidingWindow, failureClass: FailureClass | undefined, now: number): void {
  slide(window, Math.floor(now / window.stepMs));
  add(window.calls, window.slot);
  if (failureClass !== undefined) add(window.failed[failureClass], window.slot);
}

/** Returns the number of calls that are in the window now. */
export function callsIn(window: SlidingWindow, now: number): number {
  slide(window, Math.floor(now / window.stepMs));
  return window.calls.sum;
}

/** Empties the buckets that have left the window. If the clock was set back, the newest one stays. */
function slide(window: SlidingWindow, bucket: number): void {
  const { calls, failed } = window;
  const steps = Math.min(bucketCount, bucket - window.newest);
  if (steps <= 0) return;
  for (let step = 0; step < steps; step += 1) {
    window.slot = (window.slot + 1) % bucketCount;
    clear(calls, window.slot);
    clear(failed.connection, window.slot);
    clear(failed.timeout, window.slot);
    clear(failed.server, window.slot);
  }
  window.newest = bucket;
}

function createCounter(): Counter {
  return { sum: 0, buckets: new Array<number>(bucketCount).fill(0) };
}

function add(counter: Counter, slot: number): void {
  counter.sum += 1;
  counter.buckets[slot] = (counter.buckets[slot] as number) + 1;
}

function clear(counter: Counter, slot: number): void {
  counter.sum -= counter.buckets[slot] as number;
  counter.buckets[slot] = 0;
}
