import type { Admission } from "../../contracts/ports/index.ts";
import type { LearnedCapabilities } from "../health/learned-capabilities.ts";

/**
 * Adds to admission that a model which has refused a request for the lack of a capability is passed over for an hour by
 * requests that need it. As with an open breaker it is a last resort, and called where no other model is left.
 */
export function passOverLacking(
  admission: Admission,
  learned: Pick<LearnedCapabilities, "has">,
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
  };
}

const none: readonly never[] = [];
