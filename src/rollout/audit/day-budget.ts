import { nanoOf, usdOf } from "../../budget/amounts.ts";
import { type Budget, resolveBudget } from "../../budget/budget-options.ts";
import type { Periods } from "../../budget/periods.ts";
import { createSpendBook } from "../../budget/spend.ts";

/** The part of a day's money that one comparison holds. */
export interface DayHold {
  /** The most that the comparison may cost, in US dollars. */
  readonly usd: number;
  /** Ends the hold with what was spent; later calls do nothing. */
  settle(spentUsd: number): void;
}

/** Money of an audit, by day of UTC. A clock that is set back begins no second day. */
export interface DayBudget {
  /** Holds an equal part of what is left for each place that is free; undefined if nothing is left. */
  open(now: number): DayHold | undefined;
  /** Start of the day in milliseconds since the epoch. */
  dayOf(now: number): number;
  /** Returns what is spent today, including what is held. */
  usedUsd(now: number): number;
  /** Counts what was spent earlier on the day that began at `start`, if that is today. */
  restore(start: number, spentUsd: number, now: number): void;
}

const nobody = {};

/** `places`: largest number of holds at a time. Throws `InvalidOptionError`. */
export function createDayBudget(usdPerDay: number, places: number): DayBudget {
  const budget = resolveBudget({ limitUsd: usdPerDay, period: "day", name: "audit" }, "createAudit.budget");
  const book = createSpendBook(budget as Budget & { readonly periods: Periods });
  let open = 0;
  return {
    open(now) {
      const hold = book.open(nobody, now);
      const nano = Math.floor(hold.room() / Math.max(1, places - open));
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
      if (hold.account.start === start) hold.settle(nanoOf(spentUsd));
    },
  };
}
