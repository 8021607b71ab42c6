import type { ModelFacts, PoolRules, WantedMembers } from "../contracts/index.ts";

/** Returns how many members a pool wants; undefined if it does not say, or a pool of the user's own says no such thing. */
export function wantedOf({
  pool,
}: ModelFacts & { readonly pool?: PoolRules | undefined }): WantedMembers | undefined {
  try {
    const wanted = pool?.wanted?.();
    return Number.isInteger(wanted?.wanted) ? wanted : undefined;
  } catch {
    return undefined;
  }
}
