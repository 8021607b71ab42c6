import type { SpendState } from "../../../src/contracts/index.ts";
import { nanoOf, usdOf } from "../../../src/router/budget/amounts.ts";
import { type BudgetOptions, resolveBudget } from "../../../src/router/budget/budget-options.ts";
import type { Periods } from "../../../src/router/budget/periods.ts";
import { createSpendBook } from "../../../src/router/budget/spend.ts";
import { checkSpend, exportSpend } from "../../../src/router/budget/spend-state.ts";

/** A book of one budget whose owners are tenants, with amounts in US dollars. */
export function bookOf(options: BudgetOptions, monotonic?: () => number) {
  const budget = resolveBudget(options);
  const book = createSpendBook({ ...budget, periods: budget.periods as Periods }, monotonic);
  const kept = [{ budget, book }];
  return {
    read: (tenant: string | undefined, now: number) => ({
      usedUsd: usdOf(book.read({ tenant }, now)),
      limitUsd: budget.own.given,
    }),
    open(tenant: string | undefined, now: number) {
      const hold = book.open({ tenant }, now);
      return {
        roomUsd: () => usdOf(hold.room()),
        set: (usd: number) => hold.set(nanoOf(usd)),
        settle: (usd: number) => hold.settle(nanoOf(usd)),
      };
    },
    end: (now: number) => book.useOf({}, now).end,
    exportState: (): SpendState => exportSpend(kept),
    restoreState: (state: SpendState, now: number) =>
      book.restore(checkSpend(state, kept)[0] ?? { accounts: [], floors: [], limits: [] }, now),
  };
}
