import { BudgetExceededError, NoEligibleModelError, type RecordedCandidate } from "../../contracts/index.ts";
import type { Settled } from "./deciding.ts";

/** Returns the error for a request that no model may serve: a budget error where cost is the reason. */
export function noneLeft<Id extends string>(
  { refusals, deciding }: Settled<Id>,
  recorded: readonly RecordedCandidate<Id>[],
): Error {
  const unpaid = recorded.flatMap(({ model }) => {
    const refusal = refusals?.get(model);
    return refusal === undefined ? [] : [{ model, refusal }];
  });
  // A budget is named if it refuses any model; a request's own bound only if it refuses all.
  const byBudget = unpaid.filter(({ refusal }) => refusal.by === "budget");
  const decisive = byBudget.length > 0 ? byBudget : unpaid.length === recorded.length ? unpaid : [];
  const [first] = decisive;
  if (first === undefined)
    return new NoEligibleModelError(
      Object.fromEntries(recorded.map(({ model, permitted }) => [model, String(permitted)])),
    );
  const problem = decisive.map(({ model, refusal }) => `${model}: ${refusal.reason}`).join("; ");
  return new BudgetExceededError(deciding.account.reached(first.refusal), problem);
}
