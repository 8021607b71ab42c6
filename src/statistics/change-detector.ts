import { type Bets, bet, noBets, wealthOf } from "./sequential-bets.ts";

/** Bets that were begun one after the other on a fixed grid of observations. Plain JSON. */
export interface ChangeBets {
  /** The oldest first. */
  readonly begun: readonly Bets[];
  /** Number of observations since the last ones were begun. */
  readonly since: number;
}

export interface ChangeGrid {
  /** Number of observations after which new bets begin, at least 1. */
  readonly every: number;
  /** Number of begun bets that are kept; the oldest are dropped. A window has `every · kept` observations. */
  readonly kept: number;
}

export const noChange: ChangeBets = Object.freeze({ begun: Object.freeze([noBets]), since: 0 });

/**
 * Returns the bets after one more observation, as in `bet`. Bets that began before a change have lost by it; those that
 * begin after it find it as fast as if nothing had been before.
 */
export function betOnChange(bets: ChangeBets, gain: number, { every, kept }: ChangeGrid): ChangeBets {
  const begins = bets.since >= every;
  const begun = begins ? [...bets.begun, noBets].slice(-kept) : bets.begun;
  return { begun: begun.map((logs) => bet(logs, gain)), since: begins ? 1 : bets.since + 1 };
}

/**
 * Returns the evidence of a change: the sum of the wealth of all bets (an e-detector of Shiryaev-Roberts' kind, Shin,
 * Ramdas & Rinaldo 2024). As long as the hypothesis is true its expectation is at most the number of bets begun so far.
 * So an alarm at `windows · kept` is false at most once in `windows` windows on average, and within the first window
 * with probability at most `1 / windows`.
 */
export function evidenceOf({ begun }: ChangeBets): number {
  let sum = 0;
  for (const logs of begun) sum += wealthOf(logs);
  return sum;
}
