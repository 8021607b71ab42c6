import { errorType } from "../../src/contracts/errors/index.ts";
import {
  type Choice,
  type DegradedBy,
  isRouterError,
  type Policy,
  type PolicyContext,
  PolicyError,
} from "../../src/contracts/index.ts";
import { dropPromises } from "../../src/plugin/index.ts";
import { completed, draw } from "../../src/router/decide/index.ts";

/**
 * Asks a policy about a request: a choice, or choices whose probabilities sum to 1. Throws `PolicyError` for
 * everything for which the router would throw it. `degraded`: the soft limit that had narrowed the recorded decision.
 */
export function opinionOf<Id extends string>(
  policy: Policy<Id>,
  context: PolicyContext<Id>,
  degraded?: DegradedBy,
): Choice<Id> | readonly Choice<Id>[] {
  const { candidates } = context;
  const isThere = degraded !== undefined && candidates.some(({ id }) => id === degraded.otherwise);
  const opinion = completed(select(policy, context), isThere ? degraded : undefined);
  // For the router's own checks only: an expectation needs no draw, and is over all units.
  let choice: Choice<Id>;
  try {
    choice = draw(policy.name, opinion, context.candidates, 0).choice;
  } catch (error) {
    dropPromises(opinion);
    throw error;
  }
  return opinion !== undefined && isLottery(opinion) ? opinion : choice;
}

export function isLottery<Id extends string>(
  opinion: Choice<Id> | readonly Choice<Id>[],
): opinion is readonly Choice<Id>[] {
  return Array.isArray(opinion);
}

function select<Id extends string>(
  policy: Policy<Id>,
  context: PolicyContext<Id>,
): ReturnType<Policy<Id>["select"]> {
  try {
    return policy.select(context);
  } catch (cause) {
    if (isRouterError(cause, "policy") || isRouterError(cause, "outcome-format")) throw cause;
    throw new PolicyError(policy.name, `threw an error of type ${errorType(cause)}`, { cause });
  }
}
