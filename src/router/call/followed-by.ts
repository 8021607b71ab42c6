import type { Attempt, Hop } from "../../contracts/index.ts";

const nextOf: Partial<Record<Hop, Attempt["next"]>> = {
  retry: "retry",
  fallback: "fallback",
  cascade: "escalate",
};

/** Returns `next` of an attempt that is followed by a call of this hop. */
export function followedBy(hop: Hop): Attempt["next"] {
  return nextOf[hop];
}
