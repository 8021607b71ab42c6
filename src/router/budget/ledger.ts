import type { BudgetNews } from "../../contracts/index.ts";
import type { Account, AccountRequest, Ledger, QuotaDesk } from "../../contracts/ports/index.ts";
import { openAccount, unboundedAccount } from "./account.ts";
import { type Bound, LocalBound, RequestBound } from "./bounds.ts";
import type { Budget } from "./budget-options.ts";
import { ownerOf } from "./owners.ts";
import type { Periods } from "./periods.ts";
import { SharedBound } from "./shared-bound.ts";
import { createSharedWindows } from "./shared-windows.ts";
import { createSpendBook, type SpendBook } from "./spend.ts";
import type { Tell } from "./tell.ts";

type AccountParts = typeof import("./account-parts.ts");

export interface LedgerOptions {
  /** Returns what is loaded with the first request, and not with the package. Called from the decision of a request on. */
  readonly parts: () => Pick<AccountParts, keyof AccountParts>;
  readonly budgets?: readonly Budget[] | undefined;
  /** Keeps budgets that processes share. Absent: this process keeps its own. */
  readonly desk?: QuotaDesk | undefined;
  /** Returns milliseconds since the epoch. */
  readonly now?: (() => number) | undefined;
  /** Returns milliseconds on a clock that never goes back. */
  readonly monotonic?: (() => number) | undefined;
  /** Called with limits that are reached. */
  readonly onNews?: ((news: BudgetNews) => void) | undefined;
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
  parts,
}: LedgerOptions): BudgetLedger {
  const kept: KeptBudget[] = [];
  let told: Tell | undefined;
  const tell = (): Tell => {
    told ??= parts().createTell(desk === undefined ? wall : () => desk.now(wall()), onNews);
    return told;
  };
  type Opener = (request: AccountRequest, now: () => number) => Bound;
  const openers = budgets.map((budget): Opener => {
    const { periods } = budget;
    if (periods === undefined) {
      const bound = new RequestBound(budget);
      return () => bound;
    }
    if (desk !== undefined) {
      const windows = createSharedWindows(budget);
      return (request, now) =>
        new SharedBound(budget, { desk, windows, owner: ownerOf(budget.owner, request), now });
    }
    const book = createSpendBook(budget as Budget & { readonly periods: Periods }, monotonic);
    kept.push({ budget, book });
    return (request, now) => new LocalBound(budget, book.open(request, now()));
  });
  const earmarks =
    desk === undefined &&
    kept.some(({ budget }) => budget.unit === "usd" && budget.refuses && budget.of === undefined);

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
      const reservations = shared.length === 0 ? undefined : () => parts().openDeskAccount(desk, shared);
      return openAccount({ maxCostUsd, maxCallUsd, bounds, desk: reservations, tell });
    },
  };
}
