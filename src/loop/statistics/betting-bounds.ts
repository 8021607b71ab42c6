import type { Interval } from "./normal-interval.ts";
import { seededRandom, shuffled } from "./seeded-random.ts";

/** Terms by row whose expected mean is the value to be bounded. */
export interface BoundedTerms {
  readonly terms: Float64Array;
  /** Ends of the range that no term can leave. */
  readonly low: number;
  readonly high: number;
}

export interface BettingBoundsOptions {
  /** Independent unit of each row, dense numbers from 0. The sizes of units are treated as fixed. */
  readonly units: Uint32Array;
  /** Ends of the range of the value. */
  readonly least: number;
  readonly most: number;
  readonly confidence: number;
  /** Seed of the order of the units, which bets depend on. */
  readonly seed: number;
}

/** Largest share of the wealth that one unit may cost. */
const maxStake = 0.9;
/** Halvings of the range: a bound is at most 0.01 % of it too wide. */
const halvings = 14;

/**
 * Two-sided bounds of a mean that hold at every n with the given probability, whatever the distribution of
 * the terms within their range: both sides are tests by betting (Waudby-Smith & Ramdas 2024, "hedged
 * capital"), each at half of the level. Several columns of terms of one mean (control variates) share the
 * money that is bet: what one of them wins is divided by their number, and the best need not be known.
 *
 * A bet depends on earlier units only and not on the value that is tested, so that wealth is monotone in it
 * and the bound is found by halving. Stakes are those of `bettingPValue` for a fixed number of observations.
 */
export function bettingBounds(
  columns: readonly BoundedTerms[],
  { units, least, most, confidence, seed }: BettingBoundsOptions,
): Interval {
  const aim = 2 / (1 - confidence);
  const order = orderOf(units, seed);
  const sizes = totalsBy(new Float64Array(units.length).fill(1), units, order);
  const largest = sizes.reduce((size, one) => Math.max(size, one), 0);
  const totals = columns.map(({ terms }) => totalsBy(terms, units, order));
  // A lower bound bets that terms are above the value; an upper one the same of the mirrored terms.
  const lower = columns.map(({ low }, at) =>
    betsOf(totals[at] as Float64Array, sizes, 1, largest * (most - low), Math.log(aim * columns.length)),
  );
  const upper = columns.map(({ high }, at) =>
    betsOf(totals[at] as Float64Array, sizes, -1, largest * (high - least), Math.log(aim * columns.length)),
  );
  const isRejected = (bets: readonly Bets[], value: number): boolean => reaches(bets, sizes, value, aim);
  return {
    low: lastRejected((value) => isRejected(lower, value), least, most),
    high: lastRejected((value) => isRejected(upper, value), most, least),
  };
}

interface Bets {
  /** Signed sums of terms of the units. */
  readonly sums: Float64Array;
  readonly sign: 1 | -1;
  readonly rates: Float64Array;
}

/** Settles the bets on all units; `worst` is the most that a unit may lose by. */
function betsOf(totals: Float64Array, sizes: Float64Array, sign: 1 | -1, worst: number, aim: number): Bets {
  const count = totals.length;
  const rates = new Float64Array(count);
  // An imagined unit: terms of weight have a variance of at most their range, not of its square.
  let squares = worst / 4;
  let sum = 0;
  let rows = 0;
  for (let unit = 0; unit < count; unit += 1) {
    const normal = Math.sqrt((2 * aim) / (count * (squares / (unit + 1))));
    rates[unit] = Math.min(normal / (1 + (normal * worst) / 3), maxStake / worst);
    sum += totals[unit] as number;
    rows += sizes[unit] as number;
    squares += ((totals[unit] as number) - (sum / rows) * (sizes[unit] as number)) ** 2;
  }
  return { sums: sign === 1 ? totals : totals.map((total) => -total), sign, rates };
}

/** True if the shared wealth of bets against a value reaches the aim at any time. */
function reaches(bets: readonly Bets[], sizes: Float64Array, value: number, aim: number): boolean {
  const wealth = new Float64Array(bets.length).fill(1 / bets.length);
  for (let unit = 0; unit < sizes.length; unit += 1) {
    let all = 0;
    for (let at = 0; at < bets.length; at += 1) {
      const { sums, sign, rates } = bets[at] as Bets;
      const excess = (sums[unit] as number) - sign * value * (sizes[unit] as number);
      const now = (wealth[at] as number) * (1 + (rates[unit] as number) * excess);
      wealth[at] = now;
      all += now;
    }
    if (all >= aim) return true;
  }
  return false;
}

/** Finds the value farthest from `from` up to which all are rejected; `from` if none is. */
function lastRejected(isRejected: (value: number) => boolean, from: number, to: number): number {
  let rejected = from;
  let open = to;
  for (let half = 0; half < halvings; half += 1) {
    const middle = (rejected + open) / 2;
    if (isRejected(middle)) rejected = middle;
    else open = middle;
  }
  return rejected;
}

/** Places of units in a shuffled order. */
function orderOf(units: Uint32Array, seed: number): Uint32Array {
  const count = units.reduce((most, unit) => Math.max(most, unit + 1), 0);
  return shuffled(
    Uint32Array.from({ length: count }, (_, unit) => unit),
    seededRandom(seed),
  );
}

function totalsBy(terms: Float64Array, units: Uint32Array, order: Uint32Array): Float64Array {
  const totals = new Float64Array(order.length);
  for (let row = 0; row < terms.length; row += 1) {
    const place = order[units[row] as number] as number;
    totals[place] = (totals[place] as number) + (terms[row] as number);
  }
  return totals;
}
