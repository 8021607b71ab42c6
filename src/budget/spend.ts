import {
  InvalidOptionError,
  type Spend,
  type SpendAccountState,
  type SpendState,
} from "../contracts/index.ts";
import { systemClock } from "../plugin/clock.ts";
import { checkNumber, checkText } from "../plugin/index.ts";
import type { Budget } from "./budget-options.ts";
import { createPeriodTime } from "./period-time.ts";

/** The part of a budget that one request holds while it is under way. */
export interface Hold {
  /** Returns the US dollars that the request may cost in all; below 0 if the budget is overdrawn. */
  roomUsd(): number;
  /** Raises the amount that is held to at least this. The caller makes sure that it fits. */
  raise(usd: number): void;
  /** Ends the hold and records the cost as spent. Later calls do nothing. */
  settle(costUsd: number): void;
}

/** Money used in the current period of a budget, by account. `now` is the time of day. */
export interface SpendBook {
  read(tenant: string | undefined, now: number): Spend;
  /** Opens a hold of 0. Its cost counts in the period in which it was opened. */
  open(tenant: string | undefined, now: number): Hold;
  /** Exports all accounts. Held amounts count as spent: a request under way may have been paid for. */
  exportState(): SpendState;
  /** Replaces what is known. Throws `InvalidOptionError` if the state is not an exported one. */
  restoreState(state: SpendState, now: number): void;
}

/** One account in one period. */
interface Account {
  readonly tenant: string | undefined;
  readonly periodStart: number;
  usedUsd: number;
  heldUsd: number;
}

export function createSpendBook(
  { limitUsd, per, maxTenants, periodStart, lengthMs }: Budget,
  monotonic: () => number = systemClock.monotonic,
): SpendBook {
  const time = createPeriodTime(lengthMs, monotonic);
  let accounts = new Map<string | undefined, Account>();
  let floor: Floor = { periodStart: Number.NEGATIVE_INFINITY, usd: 0 };

  const ownerOf = (tenant: string | undefined) => (per === "tenant" ? tenant : undefined);

  const accountOf = (tenant: string | undefined, now: number): Account => {
    const owner = ownerOf(tenant);
    const known = accounts.get(owner);
    const start = periodStart(now);
    if (known !== undefined && known.periodStart >= start) return known;
    accounts.delete(owner);
    if (floor.periodStart < start) floor = { periodStart: start, usd: 0 };
    if (accounts.size >= maxTenants) floor = makeRoom(accounts, floor);
    // An account of the router, or that of a tenant before any was forgotten, starts with 0.
    const usedUsd = floor.usd;
    const account: Account = { tenant: owner, periodStart: start, usedUsd, heldUsd: 0 };
    accounts.set(owner, account);
    return account;
  };

  return {
    read(tenant, now) {
      const { usedUsd, heldUsd } = accountOf(tenant, time.at(now));
      return { usedUsd: usedUsd + heldUsd, limitUsd };
    },

    open(tenant, now) {
      const openedAt = time.at(now);
      let account = accountOf(tenant, openedAt);
      let heldUsd = 0;
      let settled = false;
      /**
       * Moves to the current account if the first was forgotten meanwhile: nothing held there would count.
       */
      const follow = () => {
        if (heldUsd === 0 && accounts.get(ownerOf(tenant)) !== account) account = accountOf(tenant, openedAt);
      };
      return {
        roomUsd() {
          follow();
          return limitUsd - account.usedUsd - (account.heldUsd - heldUsd);
        },
        raise(usd) {
          if (settled || !(usd > heldUsd)) return;
          follow();
          account.heldUsd += usd - heldUsd;
          heldUsd = usd;
        },
        settle(costUsd) {
          if (settled) return;
          settled = true;
          // Sums of fractions drift: an account without requests under way holds nothing.
          account.heldUsd = Math.max(0, account.heldUsd - heldUsd);
          account.usedUsd += costUsd;
          heldUsd = 0;
        },
      };
    },

    exportState() {
      return {
        formatVersion: 1,
        accounts: [...accounts.values()].map(({ tenant, periodStart: start, usedUsd, heldUsd }) => ({
          tenant,
          periodStart: start,
          usedUsd: usedUsd + heldUsd,
        })),
      };
    },

    restoreState(state, now) {
      const restored = new Map<string | undefined, Account>();
      const checked = checkSpendState(state);
      for (const account of checked) time.advance(account.periodStart, now);
      const current = periodStart(time.at(now));
      let limit: Floor = { periodStart: current, usd: 0 };
      for (const account of checked) {
        const { tenant, usedUsd } = account;
        // A period in the far future would never end: the clock that wrote it was ahead.
        const start = Math.min(account.periodStart, current);
        if (restored.size >= maxTenants) limit = makeRoom(restored, limit);
        restored.set(tenant, { tenant, periodStart: start, usedUsd, heldUsd: 0 });
      }
      accounts = restored;
      floor = floorOf(restored, limit, maxTenants);
    },
  };
}

/** Amount that new accounts of a period start with. */
interface Floor {
  readonly periodStart: number;
  readonly usd: number;
}

/** Share of the accounts that is forgotten at once: looking for the one that used least takes long for thousands. */
const forgottenShare = 0.1;

/**
 * Forgets accounts of earlier periods or, if there are none, those that have used least. Returns what new
 * accounts start with: the most that was forgotten, so that no tenant gains by being forgotten. A tenant that
 * comes back starts with no less than it had used (a variant of "space saving", Metwally et al., 2005).
 */
function makeRoom(accounts: Map<string | undefined, Account>, { periodStart, usd }: Floor): Floor {
  let freed = false;
  for (const [owner, account] of accounts) {
    if (account.periodStart >= periodStart) continue;
    accounts.delete(owner);
    freed = true;
  }
  if (freed) return { periodStart, usd };
  const ascending = [...accounts.values()].sort((a, b) => usedBy(a) - usedBy(b));
  const forgotten = ascending.slice(0, Math.max(1, Math.floor(forgottenShare * ascending.length)));
  for (const { tenant } of forgotten) accounts.delete(tenant);
  return { periodStart, usd: forgotten.reduce((most, account) => Math.max(most, usedBy(account)), usd) };
}

/**
 * Returns the floor for restored accounts. The state does not hold it, but no account of the period has used less;
 * none was forgotten unless there were too many.
 */
function floorOf(accounts: Map<string | undefined, Account>, floor: Floor, maxTenants: number): Floor {
  if (accounts.size < maxTenants - Math.max(1, Math.ceil(forgottenShare * maxTenants))) return floor;
  let least = Number.POSITIVE_INFINITY;
  for (const account of accounts.values())
    least = Math.min(least, account.periodStart < floor.periodStart ? 0 : usedBy(account));
  return { ...floor, usd: Math.max(floor.usd, Number.isFinite(least) ? least : 0) };
}

function usedBy({ usedUsd, heldUsd }: Account): number {
  return usedUsd + heldUsd;
}

/** Checks and returns exported accounts. Throws `InvalidOptionError` if the value was not exported. */
export function checkSpendState(state: SpendState): readonly SpendAccountState[] {
  const { formatVersion, accounts } = (state ?? {}) as Partial<SpendState>;
  if (formatVersion !== 1 || !Array.isArray(accounts))
    throw new InvalidOptionError("state.spend", state, "what exportState() returned");
  return accounts.map((one: Partial<SpendAccountState> | null, at) => {
    const path = `state.spend.accounts[${at}]`;
    return {
      tenant: one?.tenant === undefined ? undefined : checkText(`${path}.tenant`, one.tenant),
      periodStart: checkNumber(`${path}.periodStart`, one?.periodStart, { min: 0 }),
      usedUsd: checkNumber(`${path}.usedUsd`, one?.usedUsd, { min: 0 }),
    };
  });
}
