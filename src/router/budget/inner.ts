/** For the project's other wings: no promise to users. */

export { nanoOf, usdOf } from "./amounts.ts";
export { type Budget, type BudgetOptions, resolveBudget } from "./budget-options.ts";
export type { Periods } from "./periods.ts";
export { createSpendBook } from "./spend.ts";
