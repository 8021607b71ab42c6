import { BudgetExceededError } from "../contracts/index.ts";
import type { ExecutionContext } from "./context.ts";

/**
 * Why a further call of the model must not be made, where the request's `maxCostUsd` does not suffice
 * for it beside what is spent and what is promised to calls under way.
 */
export function budgetError(context: ExecutionContext, model: string): BudgetExceededError | undefined {
  const { maxCostUsd, attempts } = context;
  if (maxCostUsd === undefined) return undefined;
  const committedUsd = context.committed?.usd ?? 0;
  const expected = context.estimateCostUsd(model);
  if (expected !== undefined && committedUsd + expected <= maxCostUsd) return undefined;
  const more = expected === undefined ? "the price is not known" : `${shown(expected)} USD more are expected`;
  const problem = `${shown(committedUsd)} USD are spent or promised, ${more} for ${model}`;
  return new BudgetExceededError(maxCostUsd, problem, attempts);
}

function shown(usd: number): number {
  return Number(usd.toPrecision(3));
}
