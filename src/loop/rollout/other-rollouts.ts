import { InvalidOptionError, type Policy, type PolicyInput, type Router } from "../../contracts/index.ts";

/** Policies that are part of a rollout, by the input of that rollout. */
const inputsOfRollouts = new WeakMap<PolicyInput, readonly object[]>();
/** Notes the policies of a rollout. */
export function noteRollout(input: PolicyInput, policies: readonly object[]): void {
  inputsOfRollouts.set(input, policies);
}

/** Refuses a rollout within a rollout: a unit would have two arms that depend on each other. */
export function refuseNested(policy: Policy<string>, option: string): void {
  const reads = (policy as Partial<Policy> | undefined)?.reads;
  const nested = Array.isArray(reads)
    ? reads.find((one: PolicyInput) => inputsOfRollouts.has(one))
    : undefined;
  if (nested !== undefined)
    throw new InvalidOptionError(
      `createRollout.${option}`,
      nested.id,
      "a policy that no rollout is part of: end that one first",
    );
}

/** Refuses a router that this rollout is not part of, and two rollouts over one policy. */
export function refuseOthers(id: string, router: Router<string>, own: PolicyInput | undefined): void {
  const reads = router.policy.reads ?? [];
  if (own === undefined || !reads.includes(own))
    throw new InvalidOptionError(
      "rollout.attach",
      id,
      "called with a router whose policy is, or holds, rollout.policy",
    );
  const mine = inputsOfRollouts.get(own) ?? [];
  for (const other of reads) {
    const theirs = other === own ? undefined : inputsOfRollouts.get(other);
    if (theirs?.some((policy) => mine.includes(policy)))
      throw new InvalidOptionError(
        "rollout.attach",
        id,
        `the only rollout over its policies: ${other.id} has one of them, too`,
      );
  }
}
