import {
  type Budget,
  createSpendBook,
  nanoOf,
  type Periods,
  resolveBudget,
  usdOf,
} from "../../router/budget/inner.ts";

/** The part of a day's money that one comparison holds. */
export interface DayHold {
  /** The most that the comparison may cost, in US dollars. */
  readonly usd: number;
  /** Ends the hold with what was spent; later calls do nothing. */
  settle(spentUsd: number): void;
}

/**
 * Money of an audit, by day of UTC. A day that comes twice has its money once, and what later days had spent counts in
 * the one that a clock was set back to; the next day has its own again.
 */
export interface DayBudget {
  /**
   * Holds an equal part of what is left for each place that is free, or `wantedUsd` if that is more and there is as much.
   * Undefined if nothing is left.
   */
  open(now: number, wantedUsd: number): DayHold | undefined;
  /** Start of the day in milliseconds since the epoch. */
  dayOf(now: number): number;
  /** Returns what is spent today, including what is held. */
  usedUsd(now: number): number;
  /** Counts what was spent earlier on the day that began at `start`, if that is today, or later by a clock that was ahead. */
  restore(start: number, spentUsd: number, now: number): void;
}

const nobody = {};

/** `places`: largest number of holds at a time. Throws `InvalidOptionError`. */
export function createDayBudget(usdPerDay: number, places: number): DayBudget {
  const budget = resolveBudget({ limitUsd: usdPerDay, period: "day", name: "audit" }, "createAudit.budget");
  const book = createSpendBook(budget as Budget & { readonly periods: Periods });
  let open = 0;
  return {
    open(now, wantedUsd) {
      const hold = book.open(nobody, now);
      const room = hold.room();
      const share = Math.floor(room / Math.max(1, places - open));
      const nano = Math.max(share, Math.min(room, nanoOf(wantedUsd)));
      if (nano <= 0) return undefined;
      hold.set(nano);
      open += 1;
      let isOver = false;
      return {
        usd: usdOf(nano),
        settle(spentUsd) {
          if (isOver) return;
          isOver = true;
          open -= 1;
          hold.settle(nanoOf(spentUsd));
        },
      };
    },
    dayOf: (now) => book.open(nobody, now).account.start,
    usedUsd: (now) => usdOf(book.read(nobody, now)),
    restore(start, spentUsd, now) {
      const hold = book.open(nobody, now);
      if (start >= hold.account.start) hold.settle(nanoOf(spentUsd));
    },
  };
}
