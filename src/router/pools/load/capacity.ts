import type { ReadLoad } from "./read-load.ts";

/** A scrape, and its time on a monotonic clock in milliseconds. */
export interface Scrape {
  readonly read: ReadLoad;
  readonly atMs: number;
}

/** Capacity of an engine, learnt from its scrapes. */
export interface Capacity {
  /** Requests that it answers at a time: those that ran when others had to wait. */
  readonly slots?: number | undefined;
  /** Requests that end per second while others wait. */
  readonly perSecond?: number | undefined;
  /** The most that ended per second while none waited: the engine can do at least that. */
  readonly leastPerSecond?: number | undefined;
}

/** Share of the latest measurement in the rate. */
const latest = 0.3;

/** Returns what is known after a scrape. A counter that went back has begun again. */
export function capacityAfter(before: Capacity, last: Scrape | undefined, now: Scrape): Capacity {
  const { running, waiting = 0 } = now.read;
  const slots = waiting > 0 && running !== undefined && running > 0 ? running : before.slots;
  const rate = rateBetween(last, now);
  if (rate === undefined) return { ...before, slots };
  // Between two scrapes with a queue the engine had as much to do as it can.
  if (waiting === 0 || !last?.read.waiting)
    return { ...before, slots, leastPerSecond: Math.max(rate, before.leastPerSecond ?? 0) };
  const perSecond =
    before.perSecond === undefined ? rate : before.perSecond + latest * (rate - before.perSecond);
  return { ...before, slots, perSecond };
}

/** Requests that ended per second between two scrapes; undefined: not known. */
export function rateBetween(last: Scrape | undefined, now: Scrape): number | undefined {
  const [before, after] = [last?.read.finished, now.read.finished];
  if (last === undefined || before === undefined || after === undefined || after < before) return undefined;
  const seconds = (now.atMs - last.atMs) / 1_000;
  return seconds > 0 ? (after - before) / seconds : undefined;
}

/** Returns the milliseconds until a request that comes now has its turn, by Little's law; undefined: not known. */
export function expectedWaitOf(waiting: number | undefined, capacity: Capacity): number | undefined {
  if (waiting === undefined || waiting === 0) return waiting;
  const perSecond = capacity.perSecond || capacity.leastPerSecond;
  return perSecond ? (waiting / perSecond) * 1_000 : undefined;
}
