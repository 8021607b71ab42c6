import type { RetryBudgetOptions } from "../../contracts/index.ts";
import { checkKeys, checkNumber } from "../../plugin/index.ts";
import { createLoadBudget, type LoadBudget } from "./load-budget.ts";

/** Creates the budget of retries, so that they do not multiply an outage. Throws `InvalidOptionError`. */
export function createRetryBudget(options: RetryBudgetOptions = {}): LoadBudget {
  checkKeys("execution.retryBudget", options, ["ratio", "minPerSecond"]);
  const { ratio = 0.1, minPerSecond = 1 } = options;
  checkNumber("execution.retryBudget.ratio", ratio, { min: 0, max: 10 });
  checkNumber("execution.retryBudget.minPerSecond", minPerSecond, { min: 0, max: 1_000 });
  return createLoadBudget(ratio, minPerSecond);
}
