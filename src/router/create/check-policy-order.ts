import { InvalidOptionError, type Policy, type PolicyOrder } from "../../contracts/index.ts";
import { policiesIn } from "../../plugin/policies-in.ts";

/** Places that must not be around a place, with the order that is right. */
const wrong: readonly {
  readonly around: readonly PolicyOrder[];
  readonly inside: PolicyOrder;
  readonly right: (inside: string, around: string) => string;
}[] = [
  {
    around: ["promise", "rollout"],
    inside: "tenant-cap",
    right: (cap) =>
      `${cap} outermost, since a cap of a tenant comes first: ${cap}(keepPromise(rollout.policy))`,
  },
  {
    around: ["rollout"],
    inside: "promise",
    right: (promise) =>
      `${promise} around the rollout, since a broken promise comes first: ${promise}(rollout.policy)`,
  },
  {
    around: ["session"],
    inside: "promise",
    right: (promise, session) =>
      `${promise} around ${session}, which would keep a conversation on its model: ${promise}(${session}(…))`,
  },
];

/**
 * Throws `InvalidOptionError` for policies that are nested so that the order of answers is not the fixed one:
 * constraints, hard budgets, tenant cap, broken promise, soft budgets, rollout.
 */
export function checkPolicyOrder(policy: Policy<string>): void {
  for (const { policy: inner, around } of policiesIn("policy", policy))
    for (const { around: places, inside, right } of wrong) {
      if (inner.order !== inside) continue;
      const outer = around.find(({ order }) => order !== undefined && places.includes(order));
      if (outer === undefined) continue;
      throw new InvalidOptionError(
        "policy",
        `${inner.name} inside ${outer.name}`,
        right(inner.name, outer.name),
      );
    }
}
