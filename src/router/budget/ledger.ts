import type { BudgetLimitFailed, BudgetNews } from "../../contracts/index.ts";
import type { Account, AccountRequest, Ledger, QuotaDesk } from "../../contracts/ports/index.ts";
import { openAccount, unboundedAccount } from "./account.ts";
import { type Bound, LocalBound, RequestBound } from "./bounds.ts";
import type { Budget } from "./budget-options.ts";
import { openDeskAccount } from "./desk-account.ts";
import { OwnLimits } from "./own-limits.ts";
import { ownerOf } from "./owners.ts";
import type { Periods } from "./periods.ts";
import { SharedBound } from "./shared-bound.ts";
import { createSharedWindows } from "./shared-windows.ts";
import { createSpendBook, type SpendBook } from "./spend.ts";
import { createTell } from "./tell.ts";

export interface LedgerOptions {
  readonly budgets?: readonly Budget[] | undefined;
  /** Keeps budgets that processes share. Absent: this process keeps its own. */
  readonly desk?: QuotaDesk | undefined;
  /** Returns milliseconds since the epoch. */
  readonly now?: (() => number) | undefined;
  /** Returns milliseconds on a clock that never goes back. */
  readonly monotonic?: (() => number) | undefined;
  /** Called with limits that are reached. */
  readonly onNews?: ((news: BudgetNews | BudgetLimitFailed) => void) | undefined;
}

/** A budget, and its spend if this process keeps it. */
export interface KeptBudget {
  readonly budget: Budget;
  readonly book: SpendBook;
}

export interface BudgetLedger extends Ledger {
  /** Budgets that this process keeps; none with a desk. */
  readonly kept: readonly KeptBudget[];
}

/** Creates the ledger of a router: each request's `maxCostUsd`, and the router's budgets. */
export function createLedger({
  budgets = [],
  desk,
  now: wall = Date.now,
  monotonic,
  onNews = () => {},
}: LedgerOptions = {}): BudgetLedger {
  const kept: KeptBudget[] = [];
  const tell = createTell(desk === undefined ? wall : () => desk.now(wall()), onNews);
  type Opener = (request: AccountRequest, now: () => number) => Bound;
  const openers = budgets.map((budget): Opener => {
    const { periods } = budget;
    const limits = new OwnLimits(budget, wall, onNews);
    if (periods === undefined) {
      if (budget.limitFor === undefined) {
        const bound = new RequestBound(budget, {}, budget.own);
        return () => bound;
      }
      return (request) => {
        const owner = ownerOf(budget.owner, request);
        return new RequestBound(budget, owner, limits.of(owner));
      };
    }
    if (desk !== undefined) {
      const windows = createSharedWindows(budget, desk.limits);
      return (request, now) =>
        new SharedBound(budget, { desk, windows, limits, owner: ownerOf(budget.owner, request), now });
    }
    const book = createSpendBook(budget as Budget & { readonly periods: Periods }, monotonic, limits);
    kept.push({ budget, book });
    return (request, now) => new LocalBound(budget, book.open(request, now()));
  });
  const earmarks = desk === undefined && kept.some(({ budget }) => budget.unit === "usd" && budget.refuses);

  return {
    kept,
    earmarks,
    countsTokens: budgets.some(({ unit }) => unit === "tokens"),
    open(request, now): Account {
      const { maxCostUsd, maxCallUsd } = request;
      if (openers.length === 0) {
        // Without bounds nothing is counted.
        if (maxCostUsd === undefined && maxCallUsd === undefined) return unboundedAccount;
        return openAccount({ maxCostUsd, maxCallUsd });
      }
      const bounds: Bound[] = [];
      for (const open of openers) bounds.push(open(request, now));
      if (desk === undefined) return openAccount({ maxCostUsd, maxCallUsd, bounds, tell });
      const shared = bounds.filter((bound): bound is SharedBound => bound instanceof SharedBound);
      const reservations = shared.length === 0 ? undefined : openDeskAccount(desk, shared);
      return openAccount({ maxCostUsd, maxCallUsd, bounds, desk: reservations, tell });
    },
  };
}
