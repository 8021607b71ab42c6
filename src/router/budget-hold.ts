import { BudgetExceededError, type Constraint, type Decision } from "../contracts/index.ts";
import { budget, type Room } from "../decision/index.ts";
import type { RouterBudget } from "./parts.ts";

/** What one request holds of the router's budget. */
export interface BudgetHold extends Room {
  /**
   * Holds what the plan will cost, as far as it fits. Throws `BudgetExceededError` where not even its
   * first step fits: other requests may have taken what was left when the decision began.
   */
  reserve(decision: Decision): void;
  /** Makes sure that a call that starts now is held. */
  started(): void;
  /** What the calls have cost is spent. Idempotent. */
  settle(): void;
}

/** Opens a hold for a request that keeps in `committed` what its calls have cost and will cost. */
export function openHold(
  { limitUsd, description, open }: RouterBudget,
  tenant: string | undefined,
  now: number,
  committed: { readonly usd: number },
): BudgetHold {
  const hold = open(tenant, now);
  const leftUsd = () => Math.max(0, hold.roomUsd() - committed.usd);

  return {
    limitUsd,
    description,
    leftUsd,
    reserve({ model, plan, candidates }) {
      const costOf = (id: string) => candidates.find((one) => one.model === id)?.estimatedCostUsd ?? 0;
      const first = costOf(model);
      const left = leftUsd();
      if (first > left) {
        const problem = `${model} costs about ${first.toPrecision(3)} USD, ${left.toPrecision(3)} USD are left`;
        throw new BudgetExceededError(limitUsd, problem, [], description);
      }
      const whole = plan.reduce((sum, step) => sum + costOf(step.model), 0);
      hold.raise(committed.usd + Math.min(whole, left));
    },
    started: () => hold.raise(committed.usd),
    settle: () => hold.settle(committed.usd),
  };
}

/** The budget is asked last, so that whatever it refuses is permitted by all others. */
export function withBudget<Id extends string>(
  constraints: readonly Constraint<Id>[],
  hold: BudgetHold,
): readonly Constraint<Id>[] {
  return [...constraints, budget(hold)];
}
