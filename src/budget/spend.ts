import type { Amount } from "../contracts/store.ts";
import { systemClock } from "../plugin/clock.ts";
import { sumOf } from "./amounts.ts";
import type { Budget } from "./budget-options.ts";
import { keyBy, type Owner, type OwnerFacts, ownerOf } from "./owners.ts";
import { createPeriodTime } from "./period-time.ts";
import type { Periods } from "./periods.ts";

/** Account of an owner in one period: what is spent, and what requests under way hold. */
export interface SpendAccount extends Owner {
  readonly start: number;
  /** End of the period; Infinity if there is none. */
  readonly end: number;
  used: Amount;
  held: Amount;
  /** Time at which a request of the owner last began. */
  usedAt: number;
  /** True once the book has another account of the owner, or none. */
  isForgotten: boolean;
  /** Highest soft limit that was told of, its step from 1 on; and whether the limit itself was. */
  toldStep: number;
  toldLimit: boolean;
  toldWithheld: boolean;
}

/** The part of a budget that one request holds while it is under way. */
export interface Hold {
  readonly account: SpendAccount;
  /** Returns the amount that the request may use in all; below 0 if the budget is overdrawn. */
  room(): Amount;
  /** Sets the amount that is held. The caller makes sure that it fits. */
  set(amount: Amount): void;
  /** Ends the hold and records what was spent. Later calls do nothing. */
  settle(spent: Amount): void;
}

/** Amounts used in the current period of a budget, by account. `now` is the time of day. */
export interface SpendBook {
  /** Returns what is used, including what is held. */
  read(facts: OwnerFacts, now: number): Amount;
  /** Opens a hold of 0. What it spends counts in the period in which it was opened. */
  open(facts: OwnerFacts, now: number): Hold;
  /** Returns all accounts. What is held counts as spent unless the budget returns it. */
  accounts(): readonly SpendAccount[];
  /** Sets what an owner has used in the current period; what is held stays. */
  reset(owner: Owner, used: Amount, now: number): void;
  /** Replaces all accounts. */
  restore(accounts: readonly RestoredAccount[], now: number): void;
}

/** An account of exported state. */
export interface RestoredAccount extends Owner {
  readonly start: number;
  readonly used: Amount;
}

/** Amount that new accounts start with. */
interface Floor {
  readonly start: number;
  readonly amount: Amount;
}

/** Share of the accounts that is forgotten at once: looking for the one that used least takes long for thousands. */
const forgottenShare = 0.1;
/** Time after which a session without end is over: a new session would have as much as it has had. */
const sessionIdleMs = 86_400_000;

export function createSpendBook(
  budget: Budget & { readonly periods: Periods },
  monotonic: () => number = systemClock.monotonic,
): SpendBook {
  return new Book(budget, monotonic);
}

class Book implements SpendBook {
  readonly #budget: Budget & { readonly periods: Periods };
  readonly #time: ReturnType<typeof createPeriodTime>;
  readonly #isEndlessSession: boolean;
  readonly #keyOf: (owner: Owner) => string;
  #accounts = new Map<string, SpendAccount>();
  #floor: Floor = { start: Number.NEGATIVE_INFINITY, amount: 0 };

  constructor(budget: Budget & { readonly periods: Periods }, monotonic: () => number) {
    this.#budget = budget;
    this.#keyOf = keyBy(budget.owner);
    this.#time = createPeriodTime(budget.periods.lengthMs, monotonic);
    this.#isEndlessSession =
      budget.owner.kind === "session" && budget.periods.lengthMs === Number.POSITIVE_INFINITY;
  }

  get limit(): Amount {
    return this.#budget.limit;
  }

  read(facts: OwnerFacts, now: number): Amount {
    const { used, held } = this.accountOf(ownerOf(this.#budget.owner, facts), this.#time.at(now));
    return sumOf(used, held);
  }

  open(facts: OwnerFacts, now: number): Hold {
    return new OpenHold(this, ownerOf(this.#budget.owner, facts), this.#time.at(now));
  }

  accountOf(owner: Owner, now: number): SpendAccount {
    const key = this.#keyOf(owner);
    const known = this.#accounts.get(key);
    if (known !== undefined && now < known.end) {
      known.usedAt = now;
      return known;
    }
    const { start, end } = this.#budget.periods.of(now);
    if (known !== undefined) this.#forget(this.#accounts, key, known);
    if (this.#floor.start < start || this.#hasFloorPassed(now)) this.#floor = { start, amount: 0 };
    if (this.#accounts.size >= this.#budget.maxOwners) this.#makeRoom(this.#accounts, start, now);
    // An account of the router, or that of an owner before any was forgotten, starts with 0.
    const account = accountWith({ ...owner, start, used: this.#floor.amount }, end, now);
    this.#accounts.set(key, account);
    return account;
  }

  reset(owner: Owner, used: Amount, now: number): void {
    const account = this.accountOf(owner, this.#time.at(now));
    Object.assign(account, { used, toldStep: 0, toldLimit: false, toldWithheld: false });
  }

  accounts(): readonly SpendAccount[] {
    return [...this.#accounts.values()];
  }

  restore(given: readonly RestoredAccount[], now: number): void {
    for (const account of given) this.#time.advance(account.start, now);
    const time = this.#time.at(now);
    const current = this.#budget.periods.of(time);
    const restored = new Map<string, SpendAccount>();
    this.#floor = { start: current.start, amount: 0 };
    for (const account of given) {
      if (restored.size >= this.#budget.maxOwners) this.#makeRoom(restored, current.start, time);
      // A period in the far future would never end: the clock that wrote it was ahead.
      const isOver = account.start < current.start;
      const { start, end } = isOver ? { start: account.start, end: account.start } : current;
      if (!isOver) restored.set(this.#keyOf(account), accountWith({ ...account, start }, end, time));
    }
    for (const account of this.#accounts.values()) account.isForgotten = true;
    this.#accounts = restored;
    this.#floor = { ...this.#floor, amount: this.#floorOf(restored) };
  }

  /** The floor of sessions without end falls once all that were forgotten are over. */
  #hasFloorPassed(now: number): boolean {
    return this.#isEndlessSession && this.#floor.amount > 0 && now - this.#floor.start >= sessionIdleMs;
  }

  /**
   * Forgets accounts of earlier periods or, if that is not enough, those that have used least. New accounts then start
   * with the most that was forgotten, so that no owner gains by being forgotten: one that comes back starts with no
   * less than it had used (a variant of "space saving", Metwally et al., 2005). Sessions without end are forgotten for
   * nothing a day after their last request.
   */
  #makeRoom(accounts: Map<string, SpendAccount>, start: number, now: number): void {
    const enough = Math.max(1, Math.floor(forgottenShare * accounts.size));
    let freed = 0;
    for (const [key, account] of accounts) {
      const isIdle = this.#isEndlessSession && account.held === 0 && now - account.usedAt >= sessionIdleMs;
      if (account.end > now && account.start >= start && !isIdle) continue;
      this.#forget(accounts, key, account);
      freed += 1;
    }
    if (freed >= enough) return;
    const amounts = new Float64Array(accounts.size);
    let at = 0;
    for (const { used, held } of accounts.values()) {
      amounts[at] = sumOf(used, held);
      at += 1;
    }
    amounts.sort();
    let left = enough - freed;
    const most = amounts[left - 1] ?? 0;
    for (const [key, account] of accounts) {
      if (left === 0) break;
      if (sumOf(account.used, account.held) > most) continue;
      this.#forget(accounts, key, account);
      left -= 1;
    }
    this.#floor = {
      start: this.#isEndlessSession ? now : this.#floor.start,
      amount: Math.max(this.#floor.amount, most),
    };
  }

  #forget(accounts: Map<string, SpendAccount>, key: string, account: SpendAccount): void {
    account.isForgotten = true;
    accounts.delete(key);
  }

  /**
   * Returns the floor for restored accounts. The state does not hold it, but no account has used less; none was
   * forgotten unless there were too many.
   */
  #floorOf(accounts: Map<string, SpendAccount>): Amount {
    const { maxOwners } = this.#budget;
    if (accounts.size < maxOwners - Math.max(1, Math.ceil(forgottenShare * maxOwners)))
      return this.#floor.amount;
    let least = Number.POSITIVE_INFINITY;
    for (const { used } of accounts.values()) least = Math.min(least, used);
    return Math.max(this.#floor.amount, Number.isFinite(least) ? least : 0);
  }
}

function accountWith({ tenant, name, start, used }: RestoredAccount, end: number, now: number): SpendAccount {
  return {
    tenant,
    name,
    start,
    end,
    used,
    held: 0,
    usedAt: now,
    isForgotten: false,
    toldStep: 0,
    toldLimit: false,
    toldWithheld: false,
  };
}

// A class, since each request under a budget opens one: closures per object would cost more.
class OpenHold implements Hold {
  readonly #book: Book;
  readonly #openedAt: number;
  #account: SpendAccount;
  #held: Amount = 0;
  #isSettled = false;

  constructor(book: Book, owner: Owner, openedAt: number) {
    this.#book = book;
    this.#openedAt = openedAt;
    this.#account = book.accountOf(owner, openedAt);
  }

  get account(): SpendAccount {
    // Moves to the current account if the first was forgotten meanwhile: nothing held there would count.
    if (this.#account.isForgotten && this.#held === 0)
      this.#account = this.#book.accountOf(this.#account, this.#openedAt);
    return this.#account;
  }

  room(): Amount {
    const { used, held } = this.account;
    return this.#book.limit - used - (held - this.#held);
  }

  set(amount: Amount): void {
    if (this.#isSettled) return;
    const { account } = this;
    account.held += amount - this.#held;
    this.#held = amount;
  }

  settle(spent: Amount): void {
    if (this.#isSettled) return;
    const { account } = this;
    this.#isSettled = true;
    account.held -= this.#held;
    account.used = sumOf(account.used, spent);
    this.#held = 0;
  }
}
