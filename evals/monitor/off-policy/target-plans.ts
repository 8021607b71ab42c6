import {
  type DegradedBy,
  isRouterError,
  type Policy,
  type PolicyContext,
} from "../../../src/contracts/index.ts";
import { planOf } from "../../../src/router/decide/index.ts";
import { isLottery, opinionOf } from "../../replay/opinion.ts";
import { planKey } from "./plan-key.ts";

/**
 * Computes `π_e(plan | x)`: the plans that a policy may take on a recorded decision, by key, each with its
 * probability. They sum to 1. Throws `PolicyError` as the router does, and `OutcomeFormatError` if the policy
 * reads what the log does not hold.
 */
export function targetPlans<Id extends string>(
  policy: Policy<Id>,
  context: PolicyContext<Id>,
  degraded?: DegradedBy,
): ReadonlyMap<string, number> {
  const opinion = askPolicy(policy, context, degraded);
  const choices = isLottery(opinion) ? opinion : [{ ...opinion, probability: 1 }];
  const plans = new Map<string, number>();
  for (const choice of choices) {
    const { probability = 1 } = choice;
    if (probability === 0) continue;
    const key = planKey(planOf(choice));
    plans.set(key, Math.min(1, (plans.get(key) ?? 0) + probability));
  }
  return plans;
}

function askPolicy<Id extends string>(
  policy: Policy<Id>,
  context: PolicyContext<Id>,
  degraded: DegradedBy | undefined,
) {
  try {
    return opinionOf(policy, context, degraded);
  } catch (error) {
    if (isRouterError(error, "policy") && isRouterError(error.cause, "outcome-format")) throw error.cause;
    throw error;
  }
}
