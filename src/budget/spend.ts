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

  const ownerOf = (tenant: string | undefined) => (per === "tenant" ? tenant : undefined);

  const accountOf = (tenant: string | undefined, now: number): Account => {
    const owner = ownerOf(tenant);
    const known = accounts.get(owner);
    const start = periodStart(now);
    if (known !== undefined && known.periodStart >= start) return known;
    accounts.delete(owner);
    const usedUsd = accounts.size < maxTenants ? 0 : makeRoom(accounts, start);
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
      for (const account of checked) {
        const { tenant, usedUsd } = account;
        // A period in the far future would never end: the clock that wrote it was ahead.
        const start = Math.min(account.periodStart, current);
        if (restored.size >= maxTenants) makeRoom(restored, start);
        restored.set(tenant, { tenant, periodStart: start, usedUsd, heldUsd: 0 });
      }
      accounts = restored;
    },
  };
}

/**
 * Forgets accounts of earlier periods or, if there are none, the one that has used least. Returns the amount
 * that a new account starts with: that least, so that no tenant gains by being forgotten. A tenant that comes
 * back starts with no less than it had used ("space saving", Metwally et al., 2005).
 */
function makeRoom(accounts: Map<string | undefined, Account>, start: number): number {
  let least: Account | undefined;
  let freed = false;
  for (const [owner, account] of accounts) {
    if (account.periodStart < start) {
      accounts.delete(owner);
      freed = true;
    } else if (least === undefined || usedBy(account) < usedBy(least)) least = account;
  }
  if (freed || least === undefined) return 0;
  accounts.delete(least.tenant);
  return usedBy(least);
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
