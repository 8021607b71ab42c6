import type { Candidate, Choice } from "../../src/contracts/index.ts";

/**
 * The choice where nothing is left to choose. The router then asks no classifier, so a policy that
 * compares models would know nothing of the one.
 */
export function onlyPermitted<Id extends string>(
  candidates: readonly Candidate<Id>[],
): Choice<Id> | undefined {
  const [only] = candidates;
  return only && { model: only.id, reason: "the only permitted model" };
}
