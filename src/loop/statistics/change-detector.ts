import {
  inverseDeviation,
  mostStake,
  mostWealth,
  type Spread,
  shares,
  stakeSteps,
} from "./sequential-bets.ts";

/** Bets that were begun one after the other on a fixed grid of observations, or of times. Plain JSON. */
export interface ChangeBets {
  /** The oldest first. */
  readonly begun: readonly BegunBets[];
  /** Number of observations so far. */
  readonly count: number;
}

/** Bets, with the wealth at each stake and the spread of the gains so far. */
export interface BegunBets extends Spread {
  /** Number of the interval of the grid in which they were begun. */
  readonly start: number;
  readonly wealth: readonly number[];
}

export interface ChangeGrid {
  /** Number of observations in an interval, at least 1. Not used where the interval is given. */
  readonly every: number;
  /** Number of begun bets that are kept; the oldest are dropped. A window has as many intervals. */
  readonly kept: number;
}

/** Looks for a change, observation by observation. */
export interface ChangeDetector {
  /**
   * Adds an observation: `gain` as in `bet`. Bets that began before a change have lost by it; those that begin after it
   * find it as fast as if nothing had been before. New ones begin with the first observation of each interval: by default
   * of each `every` observations, else of the given one, for instance an hour since the epoch, so that the bets of several
   * processes begin at the same times. Where intervals jump back by more than a window, because a clock was corrected,
   * all bets are begun again.
   */
  add(gain: number, interval?: number): void;
  count(): number;
  /**
   * Returns the evidence of a change: the sum of the wealth of all bets (an e-detector of Shiryaev-Roberts' kind, Shin,
   * Ramdas & Rinaldo 2024), with those of others as the product by interval. As long as the hypothesis is true its
   * expectation is at most the number of bets begun so far. So an alarm at `windows · kept` is false at most once in
   * `windows` windows on average, and within the first window with probability at most `1 / windows`.
   */
  evidence(others?: ChangeBets): number;
  state(): ChangeBets;
}

/** Wealth below which bets are not followed: it adds nothing to the evidence. */
const leastWealth = 1e-300;
/** Places of the spread in a row of numbers, and the first of the wealth at each stake. */
const [countAt, sumAt, squaresAt, wealthAt] = [0, 1, 2, 3];

/** Bets as numbers in a row, since each observation changes all of them. */
interface Begun {
  readonly start: number;
  readonly row: Float64Array;
}

/** Creates a detector, filled with a state. */
export function changeDetector({ every, kept }: ChangeGrid, given?: ChangeBets): ChangeDetector {
  let begun: Begun[] = (given?.begun ?? []).slice(-kept).map(({ start, wealth, count, sum, squares }) => ({
    start,
    row: Float64Array.of(count, sum, squares, ...wealth),
  }));
  let count = given?.count ?? 0;

  return {
    add(gain, interval = Math.floor(count / every)) {
      const last = begun.at(-1)?.start;
      if (last !== undefined && interval < last - kept) begun = [];
      if (begun.length === 0 || (last !== undefined && interval > last)) {
        begun.push({ start: interval, row: Float64Array.of(0, 0, 0, ...shares.map(() => 1)) });
        if (begun.length > kept) begun.shift();
      }
      const held = Math.max(-1, gain);
      for (const { row } of begun) betIn(row, held);
      count += 1;
    },
    count: () => count,
    evidence(others) {
      let sum = 0;
      if (others === undefined) for (const { row } of begun) sum += wealthIn(row);
      else
        for (const { wealth } of mergeChanges([stateOf(begun, count), others], kept).begun)
          wealth.forEach((one, at) => {
            sum += one * (shares[at] as number);
          });
      return sum;
    },
    state: () => stateOf(begun, count),
  };
}

function betIn(row: Float64Array, gain: number): void {
  const [count, sum, squares] = [row[countAt] as number, row[sumAt] as number, row[squaresAt] as number];
  const inverse = inverseDeviation(count, sum, squares);
  for (let at = 0; at < stakeSteps.length; at += 1) {
    const stake = Math.min(mostStake, (stakeSteps[at] as number) * inverse);
    const wealth = (row[wealthAt + at] as number) * (1 + stake * gain);
    row[wealthAt + at] = Math.min(mostWealth, Math.max(leastWealth, wealth));
  }
  row[countAt] = count + 1;
  row[sumAt] = sum + gain;
  row[squaresAt] = squares + gain * gain;
}

function wealthIn(row: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < shares.length; at += 1)
    sum += (row[wealthAt + at] as number) * (shares[at] as number);
  return sum;
}

function stateOf(begun: readonly Begun[], count: number): ChangeBets {
  return {
    begun: begun.map(({ start, row }) => {
      const [records = 0, sum = 0, squares = 0, ...wealth] = row;
      return { start, wealth, count: records, sum, squares };
    }),
    count,
  };
}

/**
 * Puts bets of several processes together: at each stake the product of those that were begun in one interval, which is
 * as valid as one of them. Processes of one grid only, each with its own observations.
 */
export function mergeChanges(all: readonly ChangeBets[], kept: number): ChangeBets {
  const byStart = new Map<number, BegunBets>();
  for (const { begun } of all)
    for (const bets of begun) {
      const before = byStart.get(bets.start);
      byStart.set(bets.start, before === undefined ? bets : product(before, bets));
    }
  return {
    begun: [...byStart.values()].sort((a, b) => a.start - b.start).slice(-kept),
    count: all.reduce((sum, { count }) => sum + count, 0),
  };
}

function product(one: BegunBets, other: BegunBets): BegunBets {
  return {
    start: one.start,
    wealth: one.wealth.map((wealth, at) => Math.min(mostWealth, wealth * (other.wealth[at] ?? 1))),
    count: one.count + other.count,
    sum: one.sum + other.sum,
    squares: one.squares + other.squares,
  };
}

/** True for what `state` returns, also after a way through JSON. */
export function isChangeBets(value: unknown, kept: number): value is ChangeBets {
  const { begun, count } = (value ?? {}) as Partial<ChangeBets>;
  return (
    Array.isArray(begun) &&
    begun.length <= kept &&
    begun.every((bets, at) => isBegun(bets) && (at === 0 || bets.start > begun[at - 1].start)) &&
    isCount(count)
  );
}

function isBegun(value: unknown): value is BegunBets {
  const { start, wealth, count, sum, squares } = (value ?? {}) as Partial<BegunBets>;
  return (
    isCount(start) &&
    Array.isArray(wealth) &&
    wealth.length === shares.length &&
    wealth.every((one) => typeof one === "number" && one >= 0 && one <= mostWealth) &&
    isCount(count) &&
    Number.isFinite(sum) &&
    Number.isFinite(squares) &&
    (squares as number) >= 0
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
