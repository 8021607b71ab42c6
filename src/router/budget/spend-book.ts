import type { Amount } from "../../contracts/store.ts";
import type { Floor } from "./floors.ts";
import type { OwnLimit } from "./limit-for.ts";
import type { SetLimit } from "./own-limits.ts";
import type { Owner, OwnerFacts } from "./owners.ts";
import type { RestoredAccount, SpendAccount, SpendUse } from "./spend-account.ts";
import type { Hold } from "./spend-hold.ts";

/**
 * Amounts used in the current period of a budget, by account. `now` is the time of day.
 *
 * Each period has an account of its own, also where the time of day jumps: a period that comes twice has its limit
 * once. Where the clock was set back, what later periods had used counts in the one that came back, too, until that
 * one ends: a jump grants nothing more. A later period then begins with what it had used. So no period, as the time of
 * day tells it, has more than its limit; and once the clock is right nothing is refused but for what its own period,
 * or in the first one a later period, has used. An earlier period is known if the clock jumped out of it, or if it is
 * the last one; of others it is not known any more what they had used.
 */
export interface SpendBook {
  /** Returns the limit that holds for an owner. Throws `InvalidOptionError` where `limitFor` fails. */
  limitOf(owner: Owner): OwnLimit;
  /** Returns what is used, including what is held. */
  read(facts: OwnerFacts, now: number): Amount;
  /** Opens a hold of 0. What it spends counts in the period in which it was opened. */
  open(facts: OwnerFacts, now: number): Hold;
  /** Returns all accounts of current periods, and those whose use counts in them. */
  accounts(): readonly SpendAccount[];
  /** Returns the owners that have an account. */
  owners(): readonly Owner[];
  /** Returns what an owner has used. */
  useOf(owner: Owner, now: number): SpendUse;
  /** Sets what an owner has used in the current period; what is held stays. */
  reset(owner: Owner, used: Amount, now: number): void;
  /** Sets the limit of an owner from now on, or takes back what was set. Throws `InvalidOptionError` if too many are set. */
  setLimit(owner: Owner, limit: OwnLimit | undefined, now: number): void;
  /** Returns the limits that were set. */
  setLimits(): readonly SetLimit[];
  /** Returns what new owners start with, where that is not 0. */
  floors(): readonly Floor[];
  /** Replaces all accounts and floors. */
  restore(given: RestoredSpend, now: number): void;
}

/** Exported state of one budget. */
export interface RestoredSpend {
  readonly accounts: readonly RestoredAccount[];
  readonly floors: readonly Floor[];
  readonly limits: readonly SetLimit[];
}
