/** Time that decides in which period of a budget a request lies. */
export interface PeriodTime {
  /** Returns the time in milliseconds since the epoch; `wall` is the time of day. */
  at(wall: number): number;
}

/** Share of the true pace at which time goes on while the time of day does not move, so that both meet again. */
const paceOfStopped = 0.5;

/**
 * Creates the time of budgets. It is the time of day, also where that was set forward or back: accounts of several
 * periods see to it that none is granted twice. While the time of day does not move it goes on by the monotonic clock,
 * so that periods end anyway.
 */
export function createPeriodTime(monotonic: () => number): PeriodTime {
  let time = Number.NEGATIVE_INFINITY;
  let lastWall = Number.NEGATIVE_INFINITY;
  let readAt = 0;

  return {
    at(wall) {
      const now = monotonic();
      if (wall > time || wall < lastWall) time = wall;
      else time += Math.max(0, now - readAt) * paceOfStopped;
      lastWall = wall;
      readAt = now;
      return time;
    },
  };
}
