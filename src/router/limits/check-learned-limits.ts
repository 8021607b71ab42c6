import type { LearnedLimit } from "../../contracts/index.ts";
import { checkNumber, checkText } from "../../plugin/index.ts";
import { checkExportedList } from "../health/state-checks.ts";

/** Throws `InvalidOptionError` if the value was not exported by limits. */
export function checkLearnedLimits(states: readonly LearnedLimit[]): readonly LearnedLimit[] {
  return checkExportedList<LearnedLimit>("state.limits", states).map((one, at) => {
    const path = `state.limits[${at}]`;
    const rate = (field: "tooMuchPerMinute" | "requestsPerMinute" | "growthPerMinute") =>
      checkNumber(`${path}.${field}`, one?.[field], { min: Number.MIN_VALUE });
    return {
      name: checkText(`${path}.name`, one?.name),
      tooMuchPerMinute: rate("tooMuchPerMinute"),
      requestsPerMinute: rate("requestsPerMinute"),
      ...(one?.growthPerMinute === undefined ? {} : { growthPerMinute: rate("growthPerMinute") }),
      at: checkNumber(`${path}.at`, one?.at, { min: 0 }),
    };
  });
}
