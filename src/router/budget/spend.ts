import type { Amount } from "../../contracts/store.ts";
import { systemClock } from "../../plugin/clock.ts";
import type { Budget } from "./budget-options.ts";
import { type Floor, Floors } from "./floors.ts";
import { leastUsed } from "./least-used.ts";
import { noLimit, type OwnLimit } from "./limit-for.ts";
import { keptPeriods, laterThan, usedOf } from "./other-periods.ts";
import { OwnLimits, type SetLimit } from "./own-limits.ts";
import { keyBy, type Owner, type OwnerFacts, ownerOf } from "./owners.ts";
import { passedShares } from "./passed-shares.ts";
import { createPeriodTime } from "./period-time.ts";
import type { Periods } from "./periods.ts";
import {
  accountWith,
  isUnderWay,
  none,
  type RestoredAccount,
  type SpendAccount,
  type SpendUse,
} from "./spend-account.ts";
import type { RestoredSpend, SpendBook } from "./spend-book.ts";
import { type Hold, openHold } from "./spend-hold.ts";

/** Accounts of later periods that are restored of an owner. */
const mostLater = 16;
/** Share of the places that is free once room was made, so that this is rare: a tenth of half of the accounts. */
const freeShare = 0.05;
/** Growth by requests under way, from their number, until accounts are looked through again. */
const moreShare = 1.1;
/** Correction of the time of day that is too small to pass for a jump. */
const hour = 3_600_000;
/** Time after which a session without end is over: a new session would have as much as it has had. */
const sessionIdleMs = 86_400_000;

export function createSpendBook(
  budget: Budget & { readonly periods: Periods },
  monotonic: () => number = systemClock.monotonic,
  limits: OwnLimits = new OwnLimits(budget),
): SpendBook {
  return new Book(budget, monotonic, limits);
}

class Book implements SpendBook {
  readonly #budget: Budget & { readonly periods: Periods };
  readonly #limits: OwnLimits;
  readonly #time: ReturnType<typeof createPeriodTime>;
  readonly #isEndlessSession: boolean;
  readonly #keyOf: (owner: Owner) => string;
  readonly #monotonic: () => number;
  #accounts = new Map<string, SpendAccount>();
  /** Accounts of other periods, of owners that have any. */
  #others = new Map<string, readonly SpendAccount[]>();
  readonly #floors: Floors;
  /** Number of accounts from which room is made. */
  #fullAt: number;
  #now = Number.NEGATIVE_INFINITY;
  /** Least distance of the time of day from the monotonic clock so far: where it is larger now, it was set forward. */
  #leastOffset = Number.POSITIVE_INFINITY;

  constructor(budget: Budget & { readonly periods: Periods }, monotonic: () => number, limits: OwnLimits) {
    this.#budget = budget;
    this.#limits = limits;
    this.#keyOf = keyBy(budget.owner);
    this.#monotonic = monotonic;
    this.#time = createPeriodTime(monotonic);
    this.#isEndlessSession =
      budget.owner.kind === "session" && budget.periods.lengthMs === Number.POSITIVE_INFINITY;
    // That of sessions without end falls once all that were forgotten are over.
    this.#floors = new Floors(this.#isEndlessSession ? sessionIdleMs : Number.POSITIVE_INFINITY);
    this.#fullAt = budget.maxOwners;
  }

  limitOf(owner: Owner): OwnLimit {
    return this.#limits.of(owner);
  }

  read(facts: OwnerFacts, now: number): Amount {
    const owner = ownerOf(this.#budget.owner, facts);
    return usedOf(this.accountOf(owner, this.#at(now), this.limitOf(owner)));
  }

  open(facts: OwnerFacts, now: number): Hold {
    const time = this.#at(now);
    const owner = ownerOf(this.#budget.owner, facts);
    const limit = this.limitOf(owner);
    if (this.#budget.lapse === "return") this.#giveBack(owner, time, limit);
    const hold = openHold(this, owner, time, limit);
    hold.account.usedAt = time;
    hold.account.limit = limit;
    return hold;
  }

  /** Gives back what requests hold that never ended. One that does end counts anyway. */
  #giveBack(owner: Owner, now: number, limit: OwnLimit): void {
    const account = this.accountOf(owner, now, limit);
    if (account.held === 0 || isUnderWay(account, now)) return;
    this.#accounts.set(this.#keyOf(owner), { ...account, held: 0 });
    account.isForgotten = true;
  }

  #at(wall: number): number {
    this.#now = this.#time.at(wall);
    return this.#now;
  }

  isOver({ end }: SpendAccount): boolean {
    return end <= this.#now;
  }

  accountOf(owner: Owner, now: number, limit: OwnLimit): SpendAccount {
    const key = this.#keyOf(owner);
    const known = this.#accounts.get(key);
    if (known !== undefined && now < known.end && now >= known.start) return known;
    const { start, end } = this.#budget.periods.of(now);
    if (known !== undefined) return this.#turn(key, known, { start, end, now });
    if (this.#accounts.size >= this.#fullAt) this.#makeRoom(this.#accounts, start, now);
    return this.#begin(key, { ...owner, start, limit }, end, now);
  }

  /** Begins an account. That of the router, or of an owner before any was forgotten, starts with 0. */
  #begin(
    key: string,
    { tenant, name, start, limit }: Owner & { readonly start: number; readonly limit: OwnLimit },
    end: number,
    now: number,
  ): SpendAccount {
    const used = this.#floors.under(tenant, limit.amount, start, now);
    const account = accountWith({ tenant, name, start, used }, limit, end, now);
    const monotonicNow = this.#monotonic();
    this.#leastOffset = Math.min(this.#leastOffset, now - monotonicNow);
    account.overAt = monotonicNow + (end - now);
    account.toldThresholds = passedShares(this.#budget.thresholds, limit.amount, used);
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
    account.limit = known.limit;
    account.overAt = monotonicNow + (end - now);
    account.alsoUsed = start < known.start ? laterThan(kept, start) : none;
    return account;
  }

  reset(owner: Owner, used: Amount, now: number): void {
    const account = this.accountOf(owner, this.#at(now), this.#budget.own);
    Object.assign(account, { used, alsoUsed: none, toldStep: 0, toldLimit: false, toldWithheld: false });
  }

  setLimit(owner: Owner, limit: OwnLimit | undefined, now: number): void {
    // Before: one that was forgotten begins with what it may have used of the limit that it had.
    const current = this.accountOf(owner, this.#at(now), this.#limitIfKnown(owner));
    this.#limits.set(owner, limit);
    const holds = this.#limitIfKnown(owner);
    // Requests that are under way have it, too.
    for (const account of [current, ...(this.#others.get(this.#keyOf(owner)) ?? none)]) {
      const passed = passedShares(this.#budget.thresholds, holds.amount, account.used);
      const toldThresholds = Math.min(account.toldThresholds, passed);
      const nothing = { toldStep: 0, toldLimit: false, toldWithheld: false };
      Object.assign(account, nothing, { limit: holds, toldThresholds });
    }
  }

  setLimits(): readonly SetLimit[] {
    return this.#limits.all();
  }

  accounts(): readonly SpendAccount[] {
    return [...this.#accounts.values()].flatMap((account) => [account, ...account.alsoUsed]);
  }

  owners(): readonly Owner[] {
    return [...this.#accounts.values()].map(({ tenant, name }) => ({ tenant, name }));
  }

  useOf(owner: Owner, now: number): SpendUse {
    const account = this.accountOf(owner, this.#at(now), this.#budget.own);
    return { used: usedOf(account) - account.held, held: account.held, end: account.end };
  }

  floors(): readonly Floor[] {
    return this.#floors.all();
  }

  restore(given: RestoredSpend, now: number): void {
    const time = this.#at(now);
    const current = this.#budget.periods.of(time);
    const restored = new Map<string, SpendAccount>();
    const later = new Map<string, SpendAccount[]>();
    this.#floors.clear();
    this.#limits.restore(given.limits);
    this.#fullAt = this.#budget.maxOwners;
    for (const floor of given.floors)
      if (floor.start >= current.start && floor.start < current.end) this.#floors.raise(floor, time);
    for (const account of given.accounts) {
      if (account.start < current.start) continue;
      const key = this.#keyOf(account);
      if (account.start >= current.end) {
        // Written while the clock was ahead, or is behind now.
        const { start, end } = this.#budget.periods.of(account.start);
        const known = later.get(key);
        const { own } = this.#budget;
        if (known === undefined) later.set(key, [accountWith({ ...account, start }, own, end, time)]);
        else if (known.length < mostLater) known.push(accountWith({ ...account, start }, own, end, time));
        continue;
      }
      if (restored.size >= this.#fullAt) this.#makeRoom(restored, current.start, time);
      restored.set(key, this.#restored({ ...account, start: current.start }, current.end, time));
    }
    for (const account of this.#accounts.values()) account.isForgotten = true;
    this.#accounts = restored;
    this.#others = new Map();
    for (const [key, accounts] of later) {
      const [first] = accounts;
      if (first === undefined) continue;
      if (!restored.has(key)) {
        if (restored.size >= this.#fullAt) this.#makeRoom(restored, current.start, time);
        const { tenant, name } = first;
        const account = this.#restored({ tenant, name, start: current.start, used: 0 }, current.end, time);
        account.alsoUsed = laterThan(accounts, current.start);
        restored.set(key, account);
      }
      this.#others.set(key, accounts);
    }
  }

  #restored(account: RestoredAccount, end: number, now: number): SpendAccount {
    const limit = this.#limitIfKnown(account);
    return Object.assign(accountWith(account, limit, end, now), {
      overAt: this.#monotonic() + (end - now),
      toldThresholds: passedShares(this.#budget.thresholds, limit.amount, account.used),
    });
  }

  /** Returns the limit of an owner where there is no request that could be refused, should `limitFor` fail. */
  #limitIfKnown(owner: Owner): OwnLimit {
    try {
      return this.limitOf(owner);
    } catch {
      return noLimit;
    }
  }

  /**
   * Forgets accounts of earlier periods or, if that is not enough, those that have used least. New accounts then start
   * with the most that was forgotten, so that no owner gains by being forgotten: one that comes back starts with no
   * less than it had used (a variant of "space saving", Metwally et al., 2005). Sessions without end are forgotten for
   * nothing a day after their last request.
   */
  #makeRoom(accounts: Map<string, SpendAccount>, start: number, now: number): void {
    const { maxOwners, owner } = this.#budget;
    for (const [key, account] of accounts) {
      const isIdle =
        this.#isEndlessSession && !isUnderWay(account, now) && now - account.usedAt >= sessionIdleMs;
      if (account.end <= now || account.start < start || isIdle) this.#forget(accounts, key, account);
    }
    const byTenant = owner.kind === "session" || owner.kind === "label";
    const room = maxOwners - Math.max(1, Math.floor(freeShare * maxOwners));
    for (let freed = 1; accounts.size > room && freed > 0; ) {
      const least = leastUsed(accounts, { maxOwners, byTenant, now });
      freed = least.keys.length;
      for (const key of least.keys) this.#forget(accounts, key, accounts.get(key) as SpendAccount);
      const from = this.#isEndlessSession ? now : start;
      const { of, amount, limit, most } = least;
      this.#floors.raise({ of, start: from, amount, limit, most }, now);
    }
    // Where requests under way keep their accounts, those are not looked through again for each new owner.
    const more = Math.ceil(accounts.size * moreShare);
    this.#fullAt = accounts.size > room ? Math.max(maxOwners, more) : maxOwners;
  }

  #forget(accounts: Map<string, SpendAccount>, key: string, account: SpendAccount): void {
    account.isForgotten = true;
    for (const other of this.#others.get(key) ?? []) other.isForgotten = true;
    accounts.delete(key);
    this.#others.delete(key);
  }
}
