import type { Attempt, Hop } from "../contracts/index.ts";

const nextOf: Partial<Record<Hop, Attempt["next"]>> = {
  retry: "retry",
  fallback: "fallback",
  cascade: "escalate",
};

/** What an attempt says of the call that follows it. */
export function followedBy(hop: Hop): Attempt["next"] {
  return nextOf[hop];
}
