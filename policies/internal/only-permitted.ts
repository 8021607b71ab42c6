import type { Candidate, Choice } from "../../src/contracts/index.ts";

/**
 * Chooses the only candidate. With one candidate the router asks no classifier, so a policy that
 * compares models would have no data about it.
 */
export function onlyPermitted<Id extends string>(
  candidates: readonly Candidate<Id>[],
): Choice<Id> | undefined {
  const [only] = candidates;
  return only && { model: only.id, reason: "the only permitted model" };
}
