import { isObject } from "../outcomes/is-object.ts";
import { isAttemptLine } from "./attempt-line.ts";

/**
 * True for a line of a decision log that is about no decision: an event such as a changed promise, or states of rollouts,
 * promises and drift.
 */
function isEventLine(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value["at"] === "string" &&
    (isObject(value["event"]) || isObject(value["loop"])) &&
    !("plan" in value || "prompt" in value || "messages" in value)
  );
}

/** True for a line of a decision log that is not a decision: a call of its own, or an event. */
export function isBesideLine(value: unknown): boolean {
  return isAttemptLine(value) || isEventLine(value);
}
