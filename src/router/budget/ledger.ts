import type { BudgetLimitFailed, BudgetNews } from "../../contracts/index.ts";
import type { Account, AccountRequest, Ledger, QuotaDesk } from "../../contracts/ports/index.ts";
import { openAccount, unboundedAccount } from "./account.ts";
import { type Bound, LocalBound, RequestBound } from "./bounds.ts";
import type { Budget } from "./budget-options.ts";
import { lateSharedBudgets } from "./late-shared-budgets.ts";
import { OwnLimits } from "./own-limits.ts";
import { ownerOf } from "./owners.ts";
import type { Periods } from "./periods.ts";
import type { Asked, SharedBudgets } from "./shared-budgets.ts";
import { createSpendBook } from "./spend.ts";
import type { SpendBook } from "./spend-book.ts";
import type { Tell } from "./tell.ts";

export interface LedgerOptions {
  /** Returns what is loaded with the first request, and not with the package. Called from the decision of a request on. */
  readonly parts: () => Pick<typeof import("./tell.ts"), "createTell">;
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
  /** Starts or joins the loading of what budgets at a desk need. Undefined: all is at hand. */
  load(): Promise<unknown> | undefined;
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
  const owned = budgets.map((budget) => ({ budget, limits: new OwnLimits(budget, wall, onNews) }));
  const openers = owned.map(({ budget, limits }): Opener => {
    const { periods } = budget;
    if (periods !== undefined && desk === undefined) {
      const book = createSpendBook(budget as Budget & { readonly periods: Periods }, monotonic, limits);
      kept.push({ budget, book });
      return (request, now) => new LocalBound(budget, book.open(request, now()));
    }
    return (request) => {
      const owner = ownerOf(budget.owner, request);
      return new RequestBound(budget, owner, limits.of(owner));
    };
  });
  let shared: SharedBudgets | undefined;
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
      if (desk === undefined) {
        const bounds: Bound[] = [];
        for (const open of openers) bounds.push(open(request, now));
        return openAccount({ maxCostUsd, maxCallUsd, bounds, tell });
      }
      // At once: where the limit of an owner cannot be found the request is refused before anything is begun.
      const asked: Asked[] = [];
      for (const { budget, limits } of owned) {
        const owner = ownerOf(budget.owner, request);
        asked.push({ owner, limit: limits.of(owner) });
      }
      const openShared = () => {
        shared ??= lateSharedBudgets.get().createSharedBudgets(desk, budgets);
        return shared.open(asked, now);
      };
      return openAccount({ maxCostUsd, maxCallUsd, open: openShared, tell });
    },
    load: () => (desk === undefined || budgets.length === 0 ? undefined : lateSharedBudgets.load()),
  };
}
