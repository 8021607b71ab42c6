/** How many calls beyond the first of each request a router may still make. */
export interface LoadBudget {
  /** Notes a first call. `now` is in milliseconds since the epoch. */
  deposit(now: number): void;
  /**
   * Takes one further call, or says that there is none left. `sparing`: leaves a quarter of what can be
   * saved up to those who have no other way.
   */
  withdraw(now: number, sparing?: boolean): boolean;
}

/** Seconds of the floor, and first calls' worth of the ratio, that can be saved up. */
const savedSeconds = 10;
const savedCalls = 100;

/**
 * A token bucket as in Finagle: each first call adds `ratio`, each second adds `minPerSecond`, a
 * further call takes 1. What is saved up is bounded by 10 seconds of the floor and 100 first calls.
 */
export function createLoadBudget(ratio: number, minPerSecond: number): LoadBudget {
  const mostFloor = minPerSecond * savedSeconds;
  const mostEarned = Math.max(ratio * savedCalls, ratio > 0 ? 1 : 0);
  let floor = mostFloor;
  let earned = 0;
  let last = Number.NaN;

  const refill = (now: number) => {
    if (now > last) floor = Math.min(mostFloor, floor + ((now - last) / 1_000) * minPerSecond);
    // Also when the clock was set back: time then counts from there.
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
      // A sum of ratios falls short of 1 by rounding.
      if (earned >= 1 - 1e-9) earned = Math.max(0, earned - 1);
      else if (floor >= 1) floor -= 1;
      else return false;
      return true;
    },
  };
}
