import type { Attempt } from "../../../src/contracts/index.ts";
import { isObject } from "../outcomes/is-object.ts";
import type { Refuse } from "../outcomes/parse-outcome-record.ts";
import { isAttempt } from "./decision-line.ts";

/** Line of a decision log for a call that is in the line of no decision. */
export interface AttemptLine {
  /** Id of the decision that it was made for, which may have no line. */
  readonly decisionId: string;
  readonly tenant?: string | undefined;
  readonly attempt: Attempt;
}

/** True if the value has the shape of such a line, as far as it can be told from a decision. */
export function isAttemptLine(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && "attempt" in value && !("plan" in value);
}

/** Checks the fields of such a line. Calls `refuse` with the first one that is wrong. */
export function parseAttemptLine(value: Readonly<Record<string, unknown>>, refuse: Refuse): AttemptLine {
  const { decisionId, tenant, attempt } = value;
  if (typeof decisionId !== "string" || decisionId === "")
    return refuse("decisionId", "must be a non-empty string");
  if (tenant !== undefined && typeof tenant !== "string") return refuse("tenant", "must be a string");
  if (!isAttempt(attempt)) return refuse("attempt", "must be an attempt");
  return value as unknown as AttemptLine;
}
