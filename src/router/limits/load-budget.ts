/** Budget of calls beyond the first one of each request. */
export interface LoadBudget {
  /** Notes a first call. `now` is a time on the monotonic clock in milliseconds. */
  deposit(now: number): void;
  /**
   * Takes one further call; false if there is none left. With `sparing`, a quarter of what can be saved
   * up is left to requests that have no other way.
   */
  withdraw(now: number, sparing?: boolean): boolean;
  /** Gives a further call back, as far as it can be saved up: it was not made, or was of use. */
  giveBack(): void;
}

/** Bounds of what can be saved up: seconds of the floor, and first calls of the ratio. */
const savedSeconds = 10;
const savedCalls = 100;

/**
 * Creates a token bucket as in Finagle: each first call adds `ratio`, each second adds `minPerSecond`,
 * and a further call takes 1. At most 10 seconds of the floor and 100 first calls can be saved up. It begins
 * with the floor, and with `begun` further calls.
 */
export function createLoadBudget(ratio: number, minPerSecond: number, begun = 0): LoadBudget {
  const mostFloor = minPerSecond * savedSeconds;
  const mostEarned = Math.max(ratio * savedCalls, ratio > 0 ? 1 : 0);
  let floor = mostFloor;
  let earned = Math.min(mostEarned, begun);
  let last = Number.NaN;

  const refill = (now: number) => {
    if (now > last) floor = Math.min(mostFloor, floor + ((now - last) / 1_000) * minPerSecond);
    // If the clock was set back, time counts from there.
    if (now !== last) last = now;
  };

  return {
    deposit(now) {
      refill(now);
      earned = Math.min(mostEarned, earned + ratio);
    },
    withdraw(now, sparing = false) {
      refill(now);
      if (sparing && earned + floor - 1 < (mostEarned + mostFloor) / 4) return false;
      // Because of rounding, a sum of ratios may fall just short of 1.
      if (earned >= 1 - 1e-9) earned = Math.max(0, earned - 1);
      else if (floor >= 1) floor -= 1;
      else return false;
      return true;
    },
    giveBack() {
      const room = Math.min(1, mostEarned - earned);
      earned += room;
      floor = Math.min(mostFloor, floor + 1 - room);
    },
  };
}
