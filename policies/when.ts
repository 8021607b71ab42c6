import { InvalidOptionError, type Policy, type PolicyContext, PolicyError } from "../src/contracts/index.ts";
import { describePolicy, dropPromises } from "../src/plugin/index.ts";
import { checkPolicy } from "./internal/check-policy.ts";

/**
 * Returns true if the policy applies. Depends only on the context, as policies do. Decisions record only
 * its name: name the function, and rename it when it changes.
 */
export type Condition = (context: PolicyContext) => boolean;

/** Follows the policy where the condition holds, else has no opinion. */
export function when<const Id extends string>(condition: Condition, policy: Policy<Id>): Policy<Id> {
  if (typeof condition !== "function")
    throw new InvalidOptionError("when.condition", condition, "a function of the context");
  checkPolicy("when.policy", policy);

  return {
    name: "when",
    parameters: { condition: condition.name || "anonymous", policy: describePolicy(policy) },
    models: policy.models,
    reads: policy.reads,
    inner: [policy],
    select(context) {
      const holds: unknown = condition(context);
      // A promise would always hold.
      if (typeof holds !== "boolean") {
        dropPromises(holds);
        throw new PolicyError(
          "when",
          `has a condition that must return true or false, but returned a value of type ${typeof holds}`,
        );
      }
      return holds ? policy.select(context) : undefined;
    },
  };
}
