import type { Account, Ledger } from "../contracts/ports/index.ts";
import { openAccount, unboundedAccount } from "./account.ts";
import type { Budget } from "./budget-options.ts";
import type { SpendBook } from "./spend.ts";

/** A budget and what was spent of it. */
export interface BudgetInUse {
  readonly budget: Budget;
  readonly book: SpendBook;
}

/** The money of one router: each request's `maxCostUsd`, and the router's budget where it has one. */
export function createLedger(inUse: BudgetInUse | undefined): Ledger {
  return {
    open({ tenant, maxCostUsd }, now): Account {
      // What nothing bounds is not counted.
      if (maxCostUsd === undefined && inUse === undefined) return unboundedAccount;
      const hold = inUse?.book.open(tenant, now);
      return openAccount({ maxCostUsd, budget: inUse?.budget, hold });
    },
    ...(inUse === undefined ? {} : { spendOf: inUse.book.read }),
  };
}
