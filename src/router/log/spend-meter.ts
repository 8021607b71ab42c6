import type { Attempt, EventSink } from "../../contracts/index.ts";
import { type OptionTable, readOptions } from "../../plugin/index.ts";
import { onlyReads } from "../../plugin/reading-sinks.ts";
import { createSpendSums, type SpendReport } from "./spend-sums.ts";

export interface SpendMeterOptions {
  /**
   * Largest number of models, of tenants and of days that have a row of their own; the others are summed in one.
   * At least 1. Default 1,000.
   */
  readonly maxRows?: number | undefined;
}

export const spendMeterOptions: OptionTable<SpendMeterOptions> = {
  maxRows: { is: "number", min: 1, integer: true, default: 1_000 },
};

/** A listener that adds up what a router spends. */
export interface SpendMeter extends EventSink {
  /** Returns the sums since the meter was made. */
  report(): SpendReport;
}

/**
 * Creates a listener that adds up the cost of all attempts of a router: answers, retries, hedges, cascade steps,
 * judges, calls of classifiers, abandoned streams. Each counts once, by its id, also if the meter listens twice, and
 * when it has ended, also if its request failed or goes on. Pass it to `router.observe`, or as `onEvent`.
 *
 * Costs that are not known are counted in `unknown` and never as 0. The last 20,000 attempts are remembered to tell
 * doubles.
 */
export function spendMeter(options: SpendMeterOptions = {}): SpendMeter {
  const sums = createSpendSums(readOptions("spendMeter", spendMeterOptions, options));
  const isNew = createRecent();
  const meter: EventSink = (event) => {
    if (event.type === "attempt-ended" && isNew(event.attempt)) sums.add(event.attempt, event.tenant);
  };
  return Object.assign(onlyReads(meter), { report: sums.report });
}

/** Half of the attempts that are remembered. */
const generation = 10_000;

function createRecent(): (attempt: Attempt) => boolean {
  let current = new Set<string>();
  let previous = current;
  return (attempt) => {
    const key = attemptKey(attempt);
    if (current.has(key) || previous.has(key)) return false;
    if (current.size >= generation) {
      previous = current;
      current = new Set();
    }
    current.add(key);
    return true;
  };
}

/**
 * Identity of an attempt. Its id is unique if ids of decisions are, which an application may make itself: two
 * attempts that share one by mistake differ in their start or model, and both count.
 */
export function attemptKey({ id, startedAt, name }: Attempt): string {
  return `${id} ${startedAt} ${name}`;
}
