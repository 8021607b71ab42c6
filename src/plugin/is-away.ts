import type { Member } from "../contracts/index.ts";

/** True for a member that does not answer, or loads its model: it gets calls only where no other member is left. */
export function isAway(state: Member["state"] | undefined): boolean {
  return state === "out" || state === "loading";
}
