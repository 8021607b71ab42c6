import { begunAfter, endOf } from "./begun.ts";
import type { Capacity } from "./capacity.ts";

/** Requests of an engine at a scrape, and calls of this process since. */
export interface Queue {
  readonly running: number | undefined;
  readonly waiting: number | undefined;
  /** Calls of this process that were sent since, and the times at which some ended. */
  readonly sent: number;
  readonly endedAt: readonly number[];
  readonly nowMs: number;
}

export interface ExpectedWait {
  readonly expectedWaitMs: number;
  /** In nine of ten cases the wait differs from it by at most this, in milliseconds. */
  readonly waitErrorMs: number;
}

const none: ExpectedWait = { expectedWaitMs: 0, waitErrorMs: 0 };

/**
 * Returns the time until a request that is sent now has its turn; undefined if it is not known. Those before it take the places
 * of running requests as these end, in the order in which they began, each a mean time after it.
 */
export function expectedWaitOf(capacity: Capacity, queue: Queue): ExpectedWait | undefined {
  const { running = 0, waiting, sent, endedAt, nowMs } = queue;
  const ended = endedAt.length;
  const { slots, serviceMs } = capacity;
  if (waiting === undefined) return undefined;
  // Without a queue there may be room, unless as many run as ran while others waited.
  const most = slots ?? (waiting > 0 ? running : Number.POSITIVE_INFINITY);
  const before = waiting + sent - Math.max(0, most - running);
  if (before < 0 || before + 1 <= ended) return none;
  if (serviceMs === undefined) return undefined;
  const atOnce = Math.max(1, slots ?? running);
  // Each that ended let one that waited begin.
  const begun = begunAfter(capacity.begun, { running, ended, toMs: nowMs, at: endedAt });
  const place = before - ended;
  const rounds = Math.floor(place / atOnce);
  const first = endOf(begun, place - rounds * atOnce, serviceMs) ?? nowMs + serviceMs / 2;
  const byRate = ((place + 1) * serviceMs) / atOnce;
  // One that should have ended has not: at least half of the mean rate.
  const expectedWaitMs = Math.max(
    first + rounds * serviceMs - nowMs,
    byRate * Math.min(0.5, 0.05 + Math.sqrt(capacity.spread)),
  );
  return { expectedWaitMs, waitErrorMs: errorOf(expectedWaitMs, capacity, place + 1, atOnce) };
}

/** Share of a wait that speeds and a rate of a few seconds leave open, and of one request's time that its begin does. */
const openShare = 0.1;
const openService = 0.15;
/** Number of outputs from which their mean is known at least. */
const fewOutputs = 8;
/** Standard deviations on each side within which nine of ten are. */
const nineOfTen = 1.65;

/**
 * Returns the error of a wait for `turns` requests to end. Outputs of varying lengths leave open how long those take, and
 * what the mean is.
 */
function errorOf(
  waitMs: number,
  { serviceMs = 0, spread, isBusy }: Capacity,
  turns: number,
  atOnce: number,
): number {
  const oneMs = serviceMs / atOnce;
  const variance =
    spread * (turns * oneMs ** 2 + waitMs ** 2 / fewOutputs) +
    (openShare * waitMs) ** 2 +
    (openService * serviceMs) ** 2 +
    oneMs ** 2 / 4;
  const error = nineOfTen * Math.sqrt(variance);
  return isBusy === true ? error : 2 * error;
}
