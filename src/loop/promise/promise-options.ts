import { type FilledOptions, type OptionTable, readOptions } from "../../plugin/index.ts";

export interface PromiseOptions {
  /** Largest mean loss of quality against the reference, in (0, 1). */
  readonly maxLoss: number;
  /** Name in events, decisions and `decision.inputs`: 1 to 100 characters. Default `promise`. */
  readonly name?: string | undefined;
  /** Number of audited records that a statement is about, at least 100. Default 2,000. */
  readonly window?: number | undefined;
  /** Confidence of `kept` and of the bound, in [0.5, 0.999999]. Default 0.95. */
  readonly confidence?: number | undefined;
  /** At most one false alarm in this many windows, on average and in all; at least 2. Default 20. */
  readonly falseAlarmWindows?: number | undefined;
  /**
   * Largest number of categories that have statements of their own, from 0 to 20; the others count together. Half of
   * the error goes to them; with 0 all of it to the statement about all traffic. Default 20.
   */
  readonly categories?: number | undefined;
  /**
   * Smallest probability with which requests are audited, in [0.000001, 1]. State it where probabilities differ between
   * requests of unlike loss: the error then holds for the traffic as a whole. Default: the smallest of the window, which
   * is right if, at each probability, the expected loss is within the limit.
   */
  readonly leastProbability?: number | undefined;
  /**
   * Largest share of the statement's weight that the records of one tenant have, in (0, 1]: as soon as others have any,
   * those above it count 0. Default 1: traffic counts as it is.
   */
  readonly maxTenantShare?: number | undefined;
  /**
   * Length of the grid's intervals in milliseconds, at least 1,000; bets begin with each, and a window has 20. Records
   * then need an `at`. State it where the promise of several processes is put together. Default: the grid counts
   * records, a twentieth of a window each.
   */
  readonly everyMs?: number | undefined;
}

/** Smallest probability of an audit: the inverse of a smaller one outweighs all other records of any window. */
const leastProbability = 1e-6;

export const promiseOptions: OptionTable<PromiseOptions, "leastProbability" | "everyMs"> = {
  maxLoss: { is: "share", above: 0, below: 1 },
  name: { is: "text", max: 100, expected: "1 to 100 characters", default: "promise" },
  window: { is: "number", min: 100, max: 100_000, integer: true, default: 2_000 },
  confidence: { is: "number", min: 0.5, max: 0.999_999, default: 0.95 },
  falseAlarmWindows: { is: "number", min: 2, max: 10_000, default: 20 },
  categories: { is: "number", min: 0, max: 20, integer: true, default: 20 },
  leastProbability: { is: "share", min: leastProbability, optional: true },
  maxTenantShare: { is: "share", above: 0, default: 1 },
  everyMs: { is: "number", min: 1_000, max: 1e11, optional: true },
};

/** Number of bets in a window. */
export const betsInWindow = 20;
/** A false `at-risk` comes at most once in this many windows. */
const riskWindows = 2;

/** Evidence at which a statement has another state. */
export interface Alarms {
  readonly alarmAt: number;
  readonly riskAt: number;
}

/** Options with their defaults, and what follows from them. */
export interface PromiseRules
  extends Omit<FilledOptions<PromiseOptions, "everyMs">, "window" | "confidence"> {
  readonly size: number;
  readonly delta: number;
  /** Weight by which bets are scaled. Undefined: the largest of the window. */
  readonly mostWeight: number | undefined;
  /** Number of records in an interval, where the grid counts them. */
  readonly every: number;
  readonly overall: Alarms;
  readonly ofCategory: Alarms;
}

/** Reads the options. Throws `InvalidOptionError`. */
export function promiseRules(options: PromiseOptions): PromiseRules {
  const {
    window: size,
    confidence,
    leastProbability: least,
    ...read
  } = readOptions("createPromise", promiseOptions, options);
  const { categories, falseAlarmWindows } = read;
  const alarms = (bets: number): Alarms => ({
    alarmAt: falseAlarmWindows * bets,
    riskAt: Math.min(riskWindows, falseAlarmWindows) * bets,
  });
  return {
    ...read,
    size,
    delta: 1 - confidence,
    leastProbability: least ?? leastProbability,
    mostWeight: least === undefined ? undefined : 1 / least,
    every: Math.ceil(size / betsInWindow),
    // The sum of the wealth of all bets is in expectation at most their number: half of the error is that of 20 bets
    // in a window, the other half that of 20 more, which categories share as they share the records, and of one more
    // for each category, as a window of records can hold as many new ones and the rest.
    overall: alarms(categories === 0 ? betsInWindow : 2 * betsInWindow),
    ofCategory: alarms(2 * (betsInWindow + categories + 1)),
  };
}
