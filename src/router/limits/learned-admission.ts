import type { Admission } from "../../contracts/ports/index.ts";
import type { LearnedCapabilities } from "../health/learned-capabilities.ts";

/**
 * Adds to admission what refusals of the last hour have taught. A model that lacks a capability is passed over by requests that
 * need it: as with an open breaker it is a last resort, and called where no other model is left. A pass says how its
 * endpoint takes messages.
 */
export function learnedAdmission(
  admission: Admission,
  learned: Pick<LearnedCapabilities, "has" | "roles">,
  now: () => number,
): Admission {
  return {
    ...admission,
    ask(call, inMs) {
      for (const capability of call.unproven ?? none)
        if (learned.has(call.name, capability, now()) === false)
          return {
            by: "capability",
            reason: `it has refused a request within the last hour: no ${capability}`,
          };
      return admission.ask(call, inMs);
    },
    enter(call, inMs) {
      const entered = admission.enter(call, inMs);
      const roles = learned.roles(call.name, now);
      return roles === undefined ? entered : Object.assign(entered, { roles });
    },
  };
}

const none: readonly never[] = [];
