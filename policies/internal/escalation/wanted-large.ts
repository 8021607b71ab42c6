import type { Attempt, Decision, RouterEvent } from "../../../src/contracts/index.ts";
import { isOfStep } from "../../../src/plugin/is-of-step.ts";
import type { LargeModels } from "./large-models.ts";

/**
 * Returns true if a request was for the large model, false if it was not, undefined if the event does not say. What
 * counts is what the policy wanted: a cap must not make its own effect look like ordinary traffic. A plan that may
 * escalate counts when it is over. Not counted: pins, steps of agents and requests without a choice, which are not the policy's
 * doing, and fallbacks, which are the doing of a model that failed.
 */
export function wantedLarge(event: RouterEvent, models: LargeModels): boolean | undefined {
  switch (event.type) {
    case "decision-made":
      return ofDecision(event.decision, models, undefined);
    case "request-completed":
    case "request-failed":
      return event.decision && ofDecision(event.decision, models, event.attempts);
    default:
      return undefined;
  }
}

function ofDecision(
  decision: Decision,
  models: LargeModels,
  attempts: readonly Attempt[] | undefined,
): boolean | undefined {
  if (isOfStep(decision)) return undefined;
  const { forced, plan, insteadOf, candidates } = decision;
  const wanted = insteadOf ?? plan;
  // Nearly all plans have one step, and are known when the decision is made.
  if (forced || (attempts !== undefined && wanted.length === 1)) return undefined;
  const permitted: string[] = [];
  for (const { model, permitted: answer } of candidates) if (answer === true) permitted.push(model);
  const small = models.smallOf(permitted);
  if (small === undefined) return undefined;
  const [first, ...later] = wanted;
  const isLarge = first !== undefined && models.isLarge(first.model, small);
  const mayEscalate = !isLarge && later.some(({ model }) => models.isLarge(model, small));
  if (!mayEscalate) return attempts === undefined ? isLarge : undefined;
  // A cap has left the escalation out: whether it would have come is not known.
  if (attempts === undefined || attempts.length === 0 || insteadOf !== undefined) return undefined;
  return attempts.some(({ hop, model }) => hop === "cascade" && models.isLarge(model, small));
}
