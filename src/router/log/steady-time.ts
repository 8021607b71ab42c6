/** Difference to the monotonic clock from which the clock has jumped, in milliseconds. */
const jumpMs = 60_000;
/** Time for which a clock that has jumped is not believed. */
const settleMs = 600_000;

export interface TimeSources {
  /** Milliseconds since the epoch. */
  readonly wall: () => number;
  readonly monotonic: () => number;
}

/**
 * Returns a function that returns the time of day; undefined for ten minutes after it has jumped by more than a minute,
 * so that a clock that is wrong for a moment removes nothing by its age.
 */
export function steadyTime({ wall, monotonic }: TimeSources): () => number | undefined {
  let offset = wall() - monotonic();
  let jumpedAt: number | undefined;
  return () => {
    const [now, at] = [wall(), monotonic()];
    if (Math.abs(now - at - offset) > jumpMs) {
      offset = now - at;
      jumpedAt = at;
    }
    if (jumpedAt !== undefined && at - jumpedAt < settleMs) return undefined;
    jumpedAt = undefined;
    return now;
  };
}
