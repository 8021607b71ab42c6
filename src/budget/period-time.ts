/** Time that decides in which period of a budget a request lies. It never goes back. */
export interface PeriodTime {
  /** Returns the time in milliseconds since the epoch; `wall` is the time of day. */
  at(wall: number): number;
  /** Sets the time to what a restored state shows, if that is ahead by less than a period. */
  advance(to: number, wall: number): void;
}

/**
 * Creates the time of a budget whose periods last at most `lengthMs`. It is the time of day. Where that was
 * set back, it goes on by the monotonic clock, so that neither a period comes twice (a second budget) nor
 * one lasts until the clock has caught up: at half the pace until then, so that both meet again; at full pace
 * if the clock is a period or more behind, since it had jumped ahead and will not catch up.
 */
export function createPeriodTime(lengthMs: number, monotonic: () => number): PeriodTime {
  let time = Number.NEGATIVE_INFINITY;
  let readAt = 0;

  return {
    at(wall) {
      if (wall >= time) {
        time = wall;
        readAt = monotonic();
        return wall;
      }
      const now = monotonic();
      const pace = time - wall < lengthMs ? 0.5 : 1;
      time += Math.max(0, now - readAt) * pace;
      readAt = now;
      return time;
    },
    advance(to, wall) {
      // A period without end has no start that could be ahead.
      if (to <= time || to - wall >= lengthMs || lengthMs === Number.POSITIVE_INFINITY) return;
      time = to;
      readAt = monotonic();
    },
  };
}
