import {
  type ArmAssignment,
  type FeedbackDecision,
  type FeedbackGiven,
  type FeedbackOptions,
  InvalidOptionError,
} from "../../contracts/index.ts";
import { checkKeys, checkNumber } from "../../plugin/option-checks.ts";

/** Largest number of arms, and longest name: the decision may come from anywhere. */
const mostArms = 16;
const longestName = 1_024;
const sources = /^[\w.:-]{1,64}$/;

/** Feedback that was read; without a time if none was given. */
export type ReadFeedback = Omit<FeedbackGiven, "at"> & { readonly at?: number | undefined };

/** Checks what was given to `router.feedback` and returns the event. Throws `InvalidOptionError`. */
export function readFeedback(
  decision: FeedbackDecision,
  quality: number,
  options: FeedbackOptions | undefined,
): ReadFeedback {
  const given = (decision ?? {}) as Partial<FeedbackDecision>;
  const { id, model } = given;
  if (!isName(id))
    throw new InvalidOptionError("feedback.decision", typeof decision, "a decision of a router, or its JSON");
  // Not one of the router's models of today: feedback may be years late.
  if (!isName(model)) throw new InvalidOptionError("feedback.decision.model", typeof model, "a model's id");
  checkNumber("feedback.quality", quality, { min: 0, max: 1 });
  if (options !== undefined) checkKeys("feedback", options, ["source", "at"]);
  const { source, at } = options ?? {};
  if (source !== undefined && !(typeof source === "string" && sources.test(source)))
    throw new InvalidOptionError(
      "feedback.source",
      source,
      "1 to 64 letters, digits, dots, hyphens or colons",
    );
  const arms = armsOf(given.arms);
  return {
    type: "feedback-given",
    decisionId: id,
    quality,
    ...(source === undefined ? {} : { source }),
    ...(at === undefined ? {} : { at: timeOf(at) }),
    model,
    ...(arms === undefined ? {} : { arms }),
  };
}

function timeOf(at: number | string): number {
  const time = typeof at === "string" ? Date.parse(at) : at;
  if (!(typeof time === "number" && Math.abs(time) <= 8.64e15))
    throw new InvalidOptionError("feedback.at", at, "milliseconds since the epoch, or a date in ISO 8601");
  return time;
}

/** Copies the arms of a decision: the event is frozen, and the decision is the caller's. */
function armsOf(given: unknown): readonly ArmAssignment[] | undefined {
  if (given === undefined) return undefined;
  if (!Array.isArray(given) || given.length > mostArms)
    throw new InvalidOptionError("feedback.decision.arms", typeof given, `at most ${mostArms} arms`);
  return given.map((one: Partial<ArmAssignment> | null, at) => {
    const { comparison, arm, unitHash, draw, share } = one ?? {};
    if (!isName(comparison))
      throw new InvalidOptionError(
        `feedback.decision.arms[${at}].comparison`,
        typeof comparison,
        "the name of a comparison",
      );
    if (!isName(arm) || !isName(unitHash))
      throw new InvalidOptionError(`feedback.decision.arms[${at}]`, typeof one, "as a router wrote it");
    return {
      comparison,
      arm,
      unitHash,
      draw: checkNumber(`feedback.decision.arms[${at}].draw`, draw, { min: 0, max: 1 }),
      share: checkNumber(`feedback.decision.arms[${at}].share`, share, { min: 0, max: 1 }),
    };
  });
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= longestName;
}
