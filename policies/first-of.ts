import {
  type Choice,
  checkMethods,
  checkText,
  describePolicy,
  InvalidOptionError,
  type Policy,
} from "../src/contracts/index.ts";

/** Probability that counts as none left: ten times 0.1 leaves 1e-16. */
const tolerance = 1e-9;

/**
 * The first policy's opinion; where it has none, the next one's. A lottery that sums to less than 1
 * leaves the rest to the policies after it, whose probabilities are scaled by that rest:
 * `firstOf(random({ canary: 0.05 }), always("large"))` is 5 % canary and 95 % large.
 */
export function firstOf<const Id extends string>(...policies: readonly Policy<Id>[]): Policy<Id> {
  if (policies.length === 0) throw new InvalidOptionError("firstOf", policies, "given at least one policy");
  policies.forEach((policy, index) => {
    checkMethods(`firstOf[${index}]`, policy, ["select"]);
    checkText(`firstOf[${index}].name`, policy.name);
  });

  return {
    name: "firstOf",
    parameters: { policies: policies.map(describePolicy) },
    models: [...new Set(policies.flatMap(({ models }) => models ?? []))],
    select(context) {
      const mixture: Choice<Id>[] = [];
      let left = 1;
      for (const policy of policies) {
        const opinion = policy.select(context);
        if (opinion === undefined) continue;
        const choices = asChoices(opinion);
        const given = choices.reduce((sum, { probability = 1 }) => sum + probability, 0);
        // The usual case, and then nothing needs to be copied.
        if (left === 1 && given >= 1 - tolerance) return opinion;
        for (const { model, reason, probability = 1, escalate } of choices)
          mixture.push({ model, reason, probability: probability * left, escalate });
        left *= 1 - given;
        // Also when a policy broke its contract and `given` is NaN or above 1: the router will refuse it.
        if (!(left > tolerance)) break;
      }
      return mixture.length === 0 ? undefined : mixture;
    },
  };
}

function asChoices<Id extends string>(opinion: Choice<Id> | readonly Choice<Id>[]): readonly Choice<Id>[] {
  return Array.isArray(opinion) ? opinion : [opinion as Choice<Id>];
}
