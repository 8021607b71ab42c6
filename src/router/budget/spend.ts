import type { Amount } from "../../contracts/store.ts";
import { systemClock } from "../../plugin/clock.ts";
import type { Budget } from "./budget-options.ts";
import { keptPeriods, laterThan, usedOf } from "./other-periods.ts";
import { keyBy, type Owner, type OwnerFacts, ownerOf } from "./owners.ts";
import { createPeriodTime } from "./period-time.ts";
import type { Periods } from "./periods.ts";
import {
  accountWith,
  none,
  type RestoredAccount,
  type SpendAccount,
  type SpendUse,
} from "./spend-account.ts";
import { type Hold, openHold } from "./spend-hold.ts";

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
  /** Replaces all accounts. */
  restore(accounts: readonly RestoredAccount[], now: number): void;
}

/** Amount that new accounts start with. */
interface Floor {
  readonly start: number;
  readonly amount: Amount;
}

/** Accounts of later periods that are restored of an owner. */
const mostLater = 16;
/** Share of the accounts that is forgotten at once: looking for the one that used least takes long for thousands. */
const forgottenShare = 0.1;
/** Correction of the time of day that is too small to pass for a jump. */
const hour = 3_600_000;
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
  readonly #monotonic: () => number;
  #accounts = new Map<string, SpendAccount>();
  /** Accounts of other periods, of owners that have any. */
  #others = new Map<string, readonly SpendAccount[]>();
  #floor: Floor = { start: Number.NEGATIVE_INFINITY, amount: 0 };
  /** Least distance of the time of day from the monotonic clock so far: where it is larger now, it was set forward. */
  #leastOffset = Number.POSITIVE_INFINITY;

  constructor(budget: Budget & { readonly periods: Periods }, monotonic: () => number) {
    this.#budget = budget;
    this.#keyOf = keyBy(budget.owner);
    this.#monotonic = monotonic;
    this.#time = createPeriodTime(monotonic);
    this.#isEndlessSession =
      budget.owner.kind === "session" && budget.periods.lengthMs === Number.POSITIVE_INFINITY;
  }

  get limit(): Amount {
    return this.#budget.limit;
  }

  read(facts: OwnerFacts, now: number): Amount {
    return usedOf(this.accountOf(ownerOf(this.#budget.owner, facts), this.#time.at(now)), this.limit);
  }

  open(facts: OwnerFacts, now: number): Hold {
    return openHold(this, ownerOf(this.#budget.owner, facts), this.#time.at(now));
  }

  accountOf(owner: Owner, now: number): SpendAccount {
    const key = this.#keyOf(owner);
    const known = this.#accounts.get(key);
    if (known !== undefined && now < known.end && now >= known.start) {
      known.usedAt = now;
      return known;
    }
    const { start, end } = this.#budget.periods.of(now);
    if (this.#floor.start < start || this.#hasFloorPassed(now)) this.#floor = { start, amount: 0 };
    if (known !== undefined) return this.#turn(key, known, { start, end, now });
    if (this.#accounts.size >= this.#budget.maxOwners) this.#makeRoom(this.#accounts, start, now);
    return this.#begin(key, { ...owner, start }, end, now);
  }

  /** Begins an account. That of the router, or of an owner before any was forgotten, starts with 0. */
  #begin(
    key: string,
    { tenant, name, start }: Owner & { start: number },
    end: number,
    now: number,
  ): SpendAccount {
    const account = accountWith({ tenant, name, start, used: this.#floor.amount }, end, now);
    const monotonicNow = this.#monotonic();
    this.#leastOffset = Math.min(this.#leastOffset, now - monotonicNow);
    account.overAt = monotonicNow + (end - now);
    this.#accounts.set(key, account);
    return account;
  }

  /** Makes another period the current one of an owner. */
  #turn(
    key: string,
    known: SpendAccount,
    { start, end, now }: { readonly start: number; readonly end: number; readonly now: number },
  ): SpendAccount {
    const others = [...(this.#others.get(key) ?? []), known];
    known.alsoUsed = none;
    const account =
      others.find((one) => one.start === start) ?? this.#begin(key, { ...known, start }, end, now);
    this.#accounts.set(key, account);
    const monotonicNow = this.#monotonic();
    this.#leastOffset = Math.min(this.#leastOffset, now - monotonicNow);
    const isAhead = now - monotonicNow - this.#leastOffset > hour;
    const kept = keptPeriods(others, start, monotonicNow, isAhead);
    this.#others.set(key, kept);
    account.usedAt = now;
    account.overAt = monotonicNow + (end - now);
    account.alsoUsed = start < known.start ? laterThan(kept, start) : none;
    return account;
  }

  reset(owner: Owner, used: Amount, now: number): void {
    const account = this.accountOf(owner, this.#time.at(now));
    Object.assign(account, { used, alsoUsed: none, toldStep: 0, toldLimit: false, toldWithheld: false });
  }

  accounts(): readonly SpendAccount[] {
    return [...this.#accounts.values()].flatMap((account) => [account, ...account.alsoUsed]);
  }

  owners(): readonly Owner[] {
    return [...this.#accounts.values()].map(({ tenant, name }) => ({ tenant, name }));
  }

  useOf(owner: Owner, now: number): SpendUse {
    const account = this.accountOf(owner, this.#time.at(now));
    return { used: usedOf(account, this.limit) - account.held, held: account.held, end: account.end };
  }

  restore(given: readonly RestoredAccount[], now: number): void {
    const time = this.#time.at(now);
    const current = this.#budget.periods.of(time);
    const restored = new Map<string, SpendAccount>();
    const later = new Map<string, SpendAccount[]>();
    this.#floor = { start: current.start, amount: 0 };
    for (const account of given) {
      if (account.start < current.start) continue;
      const key = this.#keyOf(account);
      if (account.start >= current.end) {
        // Written while the clock was ahead, or is behind now.
        const { start, end } = this.#budget.periods.of(account.start);
        const known = later.get(key);
        if (known === undefined) later.set(key, [accountWith({ ...account, start }, end, time)]);
        else if (known.length < mostLater) known.push(accountWith({ ...account, start }, end, time));
        continue;
      }
      if (restored.size >= this.#budget.maxOwners) this.#makeRoom(restored, current.start, time);
      restored.set(key, this.#restored({ ...account, start: current.start }, current.end, time));
    }
    for (const account of this.#accounts.values()) account.isForgotten = true;
    this.#accounts = restored;
    this.#others = new Map();
    for (const [key, accounts] of later) {
      const [first] = accounts;
      if (first === undefined) continue;
      if (!restored.has(key)) {
        if (restored.size >= this.#budget.maxOwners) this.#makeRoom(restored, current.start, time);
        const { tenant, name } = first;
        const account = this.#restored({ tenant, name, start: current.start, used: 0 }, current.end, time);
        account.alsoUsed = laterThan(accounts, current.start);
        restored.set(key, account);
      }
      this.#others.set(key, accounts);
    }
    this.#floor = { ...this.#floor, amount: this.#floorOf(restored) };
  }

  #restored(account: RestoredAccount, end: number, now: number): SpendAccount {
    return Object.assign(accountWith(account, end, now), { overAt: this.#monotonic() + (end - now) });
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
    for (const account of accounts.values()) {
      amounts[at] = usedOf(account, this.limit);
      at += 1;
    }
    amounts.sort();
    let left = enough - freed;
    const most = amounts[left - 1] ?? 0;
    for (const [key, account] of accounts) {
      if (left === 0) break;
      if (usedOf(account, this.limit) > most) continue;
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
    for (const other of this.#others.get(key) ?? []) other.isForgotten = true;
    accounts.delete(key);
    this.#others.delete(key);
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
