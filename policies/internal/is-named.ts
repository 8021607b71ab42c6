import type { Candidate } from "../../src/contracts/index.ts";

/** True if one of the ids names the candidate's model, by this id or by another that the router has for it. */
export function isNamed({ id, sameAs }: Candidate, ids: ReadonlySet<string>): boolean {
  return ids.has(id) || (sameAs?.some((other) => ids.has(other)) ?? false);
}
