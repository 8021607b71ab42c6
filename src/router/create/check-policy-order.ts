import { InvalidOptionError, type PolicyDescription } from "../../contracts/index.ts";
import { policiesIn } from "../../plugin/policies-in.ts";

/** Combinators that must not stand around others, and the order that is right. */
const wrong: readonly {
  readonly around: readonly string[];
  readonly inside: readonly string[];
  readonly right: string;
}[] = [
  {
    around: ["keepPromise", "rollout"],
    inside: ["guarded"],
    right: "guarded outermost, since a cap of a tenant comes first: guarded(keepPromise(rollout.policy))",
  },
  {
    around: ["rollout"],
    inside: ["keepPromise"],
    right: "keepPromise around the rollout, since a broken promise comes first: keepPromise(rollout.policy)",
  },
  {
    around: ["sticky"],
    inside: ["keepPromise"],
    right: "keepPromise around sticky, which would keep a conversation on its model: keepPromise(sticky(…))",
  },
];

/**
 * Throws `InvalidOptionError` for policies that are nested so that the order of answers is not the fixed one:
 * constraints, hard budgets, tenant cap, broken promise, soft budgets, rollout.
 */
export function checkPolicyOrder(policy: PolicyDescription): void {
  for (const { name, inside } of policiesIn(policy))
    for (const { around, inside: inner, right } of wrong) {
      const outer = inner.includes(name) ? inside.find((one) => around.includes(one)) : undefined;
      if (outer !== undefined) throw new InvalidOptionError("policy", `${name} inside ${outer}`, right);
    }
}
