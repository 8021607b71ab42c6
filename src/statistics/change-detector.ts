import { type Bets, bet, isBets, mergeBets, noBets, wealthOf } from "./sequential-bets.ts";

/** Bets that were begun one after the other on a fixed grid of observations, or of times. Plain JSON. */
export interface ChangeBets {
  /** The oldest first. */
  readonly begun: readonly Bets[];
  /** Number of the interval of the grid in which each of them was begun. */
  readonly starts: readonly number[];
  /** Number of observations so far. */
  readonly count: number;
}

export interface ChangeGrid {
  /** Number of observations in an interval, at least 1. Not used where the interval is given. */
  readonly every: number;
  /** Number of begun bets that are kept; the oldest are dropped. A window has as many intervals. */
  readonly kept: number;
}

export const noChange: ChangeBets = Object.freeze({
  begun: Object.freeze([]),
  starts: Object.freeze([]),
  count: 0,
});

/**
 * Returns the bets after one more observation, as in `bet`. Bets that began before a change have lost by it; those that
 * begin after it find it as fast as if nothing had been before. New ones begin with the first observation of each
 * interval: by default of each `every` observations, else of the given one, for instance an hour since the epoch, so
 * that the bets of several processes begin at the same times. Where intervals jump back by more than a window, because
 * a clock was corrected, all bets are begun again.
 */
export function betOnChange(
  { begun, starts, count }: ChangeBets,
  gain: number,
  { every, kept }: ChangeGrid,
  interval: number = Math.floor(count / every),
): ChangeBets {
  const last = starts.at(-1);
  let held = begun;
  let at = starts;
  if (last !== undefined && interval < last - kept) [held, at] = [[noBets], [interval]];
  else if (last === undefined || interval > last) {
    held = [...begun, noBets].slice(-kept);
    at = [...starts, interval].slice(-kept);
  }
  return { begun: held.map((bets) => bet(bets, gain)), starts: at, count: count + 1 };
}

/**
 * Returns the evidence of a change: the sum of the wealth of all bets (an e-detector of Shiryaev-Roberts' kind, Shin,
 * Ramdas & Rinaldo 2024). As long as the hypothesis is true its expectation is at most the number of bets begun so far.
 * So an alarm at `windows · kept` is false at most once in `windows` windows on average, and within the first window
 * with probability at most `1 / windows`.
 */
export function evidenceOf({ begun }: ChangeBets): number {
  let sum = 0;
  for (const bets of begun) sum += wealthOf(bets);
  return sum;
}

/**
 * Puts bets of several processes together: the product of those that were begun in one interval, which is as valid as
 * one of them. Processes of one grid only, each with its own observations.
 */
export function mergeChanges(all: readonly ChangeBets[], kept: number): ChangeBets {
  const byStart = new Map<number, Bets[]>();
  for (const { begun, starts } of all)
    starts.forEach((start, at) => {
      const bets = begun[at];
      if (bets !== undefined) byStart.set(start, [...(byStart.get(start) ?? []), bets]);
    });
  const last = [...byStart].sort(([a], [b]) => a - b).slice(-kept);
  return {
    begun: last.map(([, bets]) => mergeBets(bets)),
    starts: last.map(([start]) => start),
    count: all.reduce((sum, { count }) => sum + count, 0),
  };
}

/** True for what `betOnChange` returns, also after a way through JSON. */
export function isChangeBets(value: unknown, kept: number): value is ChangeBets {
  const { begun, starts, count } = (value ?? {}) as Partial<ChangeBets>;
  return (
    Array.isArray(begun) &&
    Array.isArray(starts) &&
    begun.length === starts.length &&
    begun.length <= kept &&
    begun.every(isBets) &&
    starts.every((start, at) => Number.isSafeInteger(start) && (at === 0 || start > starts[at - 1])) &&
    Number.isSafeInteger(count) &&
    (count as number) >= 0
  );
}
