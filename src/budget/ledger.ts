import type { Account, Ledger, QuotaDesk } from "../contracts/ports/index.ts";
import { openAccount, unboundedAccount } from "./account.ts";
import type { Budget } from "./budget-options.ts";
import type { SpendBook } from "./spend.ts";

/** A budget and its spend. */
export interface BudgetInUse {
  readonly budget: Budget;
  readonly book: SpendBook;
  /** Quotas that are shared with other processes. Absent: the budget is that of this process. */
  readonly desk?: QuotaDesk | undefined;
}

/** Creates the ledger of a router: each request's `maxCostUsd`, and the router's budget if it has one. */
export function createLedger(inUse: BudgetInUse | undefined): Ledger {
  return {
    open({ tenant, maxCostUsd, maxCallUsd }, now): Account {
      // Without bounds nothing is counted.
      if (maxCostUsd === undefined && maxCallUsd === undefined && inUse === undefined)
        return unboundedAccount;
      const hold = inUse?.book.open(tenant, now());
      return openAccount({ maxCostUsd, maxCallUsd, budget: inUse?.budget, hold });
    },
    ...(inUse === undefined ? {} : { spendOf: inUse.book.read }),
  };
}
