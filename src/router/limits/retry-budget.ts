import type { RetryBudgetOptions } from "../../contracts/index.ts";
import { type OptionTable, readOptions } from "../../plugin/index.ts";
import { createLoadBudget, type LoadBudget } from "./load-budget.ts";

export const retryBudgetOptions: OptionTable<RetryBudgetOptions> = {
  ratio: { is: "number", min: 0, max: 10, default: 0.1 },
  minPerSecond: { is: "number", min: 0, max: 1_000, default: 1 },
};

/** Creates the budget of retries, so that they do not multiply an outage. Throws `InvalidOptionError`. */
export function createRetryBudget(options: RetryBudgetOptions = {}): LoadBudget {
  const { ratio, minPerSecond } = readOptions("execution.retryBudget", retryBudgetOptions, options);
  return createLoadBudget(ratio, minPerSecond);
}
