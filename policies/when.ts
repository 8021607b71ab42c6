import { InvalidOptionError, type Policy, type PolicyContext, PolicyError } from "../src/contracts/index.ts";
import { describePolicy } from "../src/plugin/index.ts";
import { checkPolicy } from "./internal/nested.ts";

/**
 * Whether a policy is asked. Follows from the context alone, as policies do. Decisions record it by
 * its name only: give the function one, and a new one when it changes.
 */
export type Condition = (context: PolicyContext) => boolean;

/** The policy where the condition holds, elsewhere no opinion. */
export function when<const Id extends string>(condition: Condition, policy: Policy<Id>): Policy<Id> {
  if (typeof condition !== "function")
    throw new InvalidOptionError("when.condition", condition, "a function of the context");
  checkPolicy("when.policy", policy);

  return {
    name: "when",
    parameters: { condition: condition.name || "anonymous", policy: describePolicy(policy) },
    models: policy.models,
    select(context) {
      const holds: unknown = condition(context);
      // A promise would hold always.
      if (typeof holds !== "boolean")
        throw new PolicyError(
          "when",
          `was told neither true nor false by its condition, but a value of type ${typeof holds}`,
        );
      return holds ? policy.select(context) : undefined;
    },
  };
}
