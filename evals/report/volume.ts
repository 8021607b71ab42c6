import type { OutcomeRecord } from "../data/outcomes/outcome-record.ts";

/** Requests a month, derived from the times of records. */
export interface DerivedVolume {
  readonly requests: number;
  /** Number of records with a time. */
  readonly records: number;
  /** Time of the first and last of them that counts, ISO 8601. */
  readonly from: string;
  readonly to: string;
}

const dayMs = 86_400_000;
const monthMs = (365.25 / 12) * dayMs;
/** Shorter spans have no whole week in them, and weekends differ from other days. */
const leastSpanMs = 7 * dayMs;
const fewest = 100;
const leastTimed = 0.95;
/** Share of the times at either end that is left out: a single wrong clock would stretch the span to decades. */
const tail = 0.01;

/**
 * Derives the number of requests a month from `at` of the records. `undefined` if fewer than 100 records or 95 %
 * of them have a time up to `now`, or if they span less than a week.
 */
export function volumeOf(records: readonly OutcomeRecord[], now: number): DerivedVolume | undefined {
  const times = records
    .map(({ at }) => (at === undefined ? Number.NaN : Date.parse(at)))
    // A day of tolerance: clocks differ.
    .filter((time) => time <= now + dayMs)
    .sort((a, b) => a - b);
  if (times.length < fewest || times.length < leastTimed * records.length) return undefined;
  const last = times.length - 1;
  const [low, high] = [Math.floor(tail * last), Math.ceil((1 - tail) * last)];
  const [from, to] = [times[low] as number, times[high] as number];
  if (to - from < leastSpanMs) return undefined;
  return {
    requests: Math.round(((high - low) / (to - from)) * monthMs),
    records: times.length,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
  };
}
