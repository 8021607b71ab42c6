import type { Amount } from "../../contracts/store.ts";
import { sumOf } from "./amounts.ts";
import type { SpendAccount } from "./spend-account.ts";

/** Accounts of earlier and of later periods that are kept of an owner, of each kind. A clock rarely jumps twice. */
const mostOthers = 16;

/**
 * Returns the accounts of other periods that are kept when the period that begins at `start` becomes the current one:
 * all of later periods, of which the clock has told too early; earlier ones that are not over by the monotonic clock,
 * since it was the time of day that jumped; and the last that is over, in case the clock is set back. While the time of
 * day is ahead of where it once was (`isAhead`), all earlier ones are kept: they may be still to come. Of more than 16 of a
 * kind the nearest are kept.
 */
export function keptPeriods(
  accounts: readonly SpendAccount[],
  start: number,
  monotonicNow: number,
  isAhead: boolean,
): readonly SpendAccount[] {
  const earlier = accounts.filter((one) => one.start < start).sort((a, b) => b.start - a.start);
  const lastOver = earlier.find(({ overAt }) => overAt <= monotonicNow);
  const kept = earlier.filter((one) => isAhead || one === lastOver || one.overAt > monotonicNow);
  return [...kept.slice(0, mostOthers), ...laterThan(accounts, start).slice(0, mostOthers)];
}

/** Returns the accounts of periods that begin after `start`, the next one first. */
export function laterThan(accounts: readonly SpendAccount[], start: number): readonly SpendAccount[] {
  return accounts.filter((one) => one.start > start).sort((a, b) => a.start - b.start);
}

/** Returns what is used of an account without what is held, and what later periods had used as in `usedOf`. */
export function spentOf({ used, alsoUsed, limit }: SpendAccount): Amount {
  let sum = used;
  for (const later of alsoUsed) sum += later.used;
  return Math.max(used, Math.min(limit.amount, sum));
}

/**
 * Returns what is used of an account, including what is held and, up to the limit, what later periods had used when the
 * clock was set back from them.
 */
export function usedOf({ used, held, alsoUsed, limit }: SpendAccount): Amount {
  const own = sumOf(used, held);
  let sum = own;
  for (const later of alsoUsed) sum += later.used + later.held;
  return Math.max(own, Math.min(limit.amount, sum));
}
