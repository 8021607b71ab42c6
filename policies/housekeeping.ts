import type { Choice, Policy } from "../src/contracts/index.ts";
import { describePolicy, readOption } from "../src/plugin/index.ts";
import { checkPolicy } from "./internal/check-policy.ts";
import { isPermitted } from "./internal/is-permitted.ts";
import { mapChoices } from "./internal/lottery.ts";

/**
 * Sends what a coding agent asks for itself (titles, probes, memories, suggestions: `request.step`) to a small model, and keeps the
 * summary of a conversation on the model that the conversation is on: all that follows rests on it. All other requests, and these
 * where the model is not permitted, are the policy's own; so is a summary of a session that is not known.
 *
 * Put it outermost: `housekeeping("small", sticky(threshold({ … })))`. In decisions that it changes, `insteadOf` holds the plan of the
 * policy, so that a certificate of the policy holds for the others. Without a policy it has no opinion about other requests:
 * `firstOf(housekeeping("small"), other)`.
 *
 * Throws `InvalidOptionError`.
 */
export function housekeeping<const Id extends string>(model: Id, policy?: Policy<Id>): Policy<Id> {
  readOption({ is: "text" }, "housekeeping.model", model);
  if (policy !== undefined) checkPolicy("housekeeping.policy", policy);
  const toSmall: Choice<Id> = Object.freeze({ model, reason: "housekeeping of an agent" });

  return {
    name: "housekeeping",
    parameters: { model, ...(policy !== undefined && { policy: describePolicy(policy) }) },
    models: [...new Set([model, ...(policy?.models ?? [])])],
    reads: policy?.reads,
    ...(policy !== undefined && { inner: [policy], guards: true }),
    select(context) {
      const { request, candidates, session } = context;
      const { kind } = request.step;
      let own: Choice<Id> | undefined;
      if (kind === "housekeeping") own = toSmall;
      else if (kind === "summary" && session !== undefined)
        own = { model: session.model, reason: `a summary stays with the session's model ${session.model}` };
      if (own !== undefined && !isPermitted(candidates, own.model)) own = undefined;
      if (policy === undefined) return own;
      const opinion = policy.select(context);
      return own === undefined ? opinion : mapChoices(opinion, (choice) => instead(choice, own));
    },
  };
}

/** Returns the choice for another model, with what else belongs to it. */
function instead<Id extends string>(choice: Choice<Id>, { model, reason }: Choice<Id>): Choice<Id> {
  const { probability, escalate, arms } = choice;
  if (choice.model === model && (escalate === undefined || escalate.length === 0)) return choice;
  return {
    model,
    reason: `${reason}; ${choice.reason}`,
    probability,
    insteadOf: choice.insteadOf ?? { model: choice.model, escalate },
    ...(arms !== undefined && { arms }),
  };
}
