import { type Choice, InvalidOptionError, type Policy } from "../src/contracts/index.ts";
import { describePolicy } from "../src/plugin/index.ts";
import { checkPolicy } from "./internal/check-policy.ts";
import { choicesOf, scaled, tolerance, totalOf } from "./internal/lottery.ts";
import { modelsOf, readsOf } from "./internal/nested.ts";

/**
 * Follows the first policy that has an opinion. A lottery that sums to less than 1 leaves the rest to the
 * policies after it, whose probabilities are scaled by that rest.
 */
export function firstOf<const Id extends string>(...policies: readonly Policy<Id>[]): Policy<Id> {
  if (policies.length === 0) throw new InvalidOptionError("firstOf", policies, "given at least one policy");
  policies.forEach((policy, index) => {
    checkPolicy(`firstOf[${index}]`, policy);
  });

  return {
    name: "firstOf",
    parameters: { policies: policies.map(describePolicy) },
    models: modelsOf(policies),
    reads: readsOf(policies),
    inner: policies,
    select(context) {
      const mixture: Choice<Id>[] = [];
      let left = 1;
      for (const policy of policies) {
        const opinion = policy.select(context);
        if (opinion === undefined) continue;
        const choices = choicesOf(opinion);
        const given = totalOf(choices);
        // The usual case: nothing needs to be copied.
        if (left === 1 && given >= 1 - tolerance) return opinion;
        mixture.push(...scaled(choices, left));
        left *= 1 - given;
        // Negated, to end here also if a policy broke its contract (`given` is NaN or above 1): the router refuses it.
        if (!(left > tolerance)) break;
      }
      return mixture.length === 0 ? undefined : mixture;
    },
  };
}
