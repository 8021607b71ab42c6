import { type Attempt, BudgetExceededError, StoreError, UnpricedModelsError } from "../contracts/index.ts";
import type { ReachedBound } from "../contracts/ports/index.ts";

/** Wait in milliseconds that is asked for where the store's own is not known: a process asks a silent store again at about this pace. */
const askAgainMs = 1_000;

export type BoundError = BudgetExceededError | StoreError | UnpricedModelsError;

/**
 * Returns the error of a bound that ends a request or a call. A store that does not answer is not a bound that is used up, and
 * neither is a budget that knows no price.
 */
export function boundError(
  bound: ReachedBound,
  problem: string,
  attempts: readonly Attempt[] = [],
): BoundError {
  const { store, retryAfterMs = askAgainMs } = bound;
  if (bound.unpriced) return new UnpricedModelsError(bound, problem, attempts);
  if (store === undefined) return new BudgetExceededError(bound, problem, attempts);
  return new StoreError(store, "late", `did not say in time whether a budget has room: ${problem}`, {
    retryAfterMs,
    attempts,
  });
}
