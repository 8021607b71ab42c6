import { InvalidOptionError, type LearnedLimit } from "../contracts/index.ts";
import { checkNumber, checkText } from "../plugin/index.ts";

/** Throws `InvalidOptionError` unless the value is one that was exported. */
export function checkLearnedLimits(states: readonly LearnedLimit[]): readonly LearnedLimit[] {
  if (!Array.isArray(states))
    throw new InvalidOptionError("state.limits", states, "what exportState() returned");
  return states.map((one: Partial<LearnedLimit> | null, at) => {
    const path = `state.limits[${at}]`;
    const rate = (field: "tooMuchPerMinute" | "requestsPerMinute") =>
      checkNumber(`${path}.${field}`, one?.[field], { min: Number.MIN_VALUE });
    return {
      name: checkText(`${path}.name`, one?.name),
      tooMuchPerMinute: rate("tooMuchPerMinute"),
      requestsPerMinute: rate("requestsPerMinute"),
      at: checkNumber(`${path}.at`, one?.at, { min: 0 }),
    };
  });
}
