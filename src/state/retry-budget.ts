import { checkKeys, checkNumber, type RetryBudgetOptions } from "../contracts/index.ts";

/** How many retries a router may still make, so that an outage is not multiplied. */
export interface RetryBudget {
  /** Notes a first call. `now` is in milliseconds since the epoch. */
  deposit(now: number): void;
  /** Takes one retry, or says that there is none left. */
  withdraw(now: number): boolean;
}

/** Seconds of the floor, and first calls' worth of the ratio, that can be saved up. */
const savedSeconds = 10;
const savedCalls = 100;

/**
 * A token bucket as in Finagle: each first call adds `ratio`, each second adds `minPerSecond`, a
 * retry takes 1. What is saved up is bounded by 10 seconds of the floor and 100 first calls.
 */
export function createRetryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  checkKeys("execution.retryBudget", options, ["ratio", "minPerSecond"]);
  const { ratio = 0.2, minPerSecond = 1 } = options;
  checkNumber("execution.retryBudget.ratio", ratio, { min: 0, max: 10 });
  checkNumber("execution.retryBudget.minPerSecond", minPerSecond, { min: 0, max: 1_000 });
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
    withdraw(now) {
      refill(now);
      // A sum of ratios falls short of 1 by rounding.
      if (earned >= 1 - 1e-9) earned = Math.max(0, earned - 1);
      else if (floor >= 1) floor -= 1;
      else return false;
      return true;
    },
  };
}
