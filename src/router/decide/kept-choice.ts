import type { Choice } from "../../contracts/index.ts";

/**
 * Returns a copy of a choice that its policy cannot change: the checks of its steps are read when the calls are
 * made, and a policy may use one object for all requests.
 */
export function keptChoice<Id extends string>(choice: Choice<Id>): Choice<Id> {
  // The shared choices of our policies are frozen.
  if (
    choice.escalate === undefined &&
    choice.insteadOf === undefined &&
    choice.arms === undefined &&
    Object.isFrozen(choice)
  )
    return choice;
  const { model, reason, probability, escalate, expectedCostUsd, insteadOf, arms } = choice;
  return {
    model,
    reason,
    probability,
    escalate: escalate?.map(({ unless, to }) => ({ unless, to })),
    expectedCostUsd,
    insteadOf: insteadOf && {
      model: insteadOf.model,
      escalate: insteadOf.escalate?.map(({ unless, to }) => ({ unless, to })),
    },
    arms: arms?.map(({ comparison, arm, low, high }) => ({ comparison, arm, low, high })),
  };
}
