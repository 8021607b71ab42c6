import { attemptFields } from "../../../src/contracts/decision-fields.ts";
import type { FieldsOf } from "../../../src/contracts/fields.ts";
import type { Attempt } from "../../../src/contracts/index.ts";
import { isObject } from "../outcomes/is-object.ts";
import type { Refuse } from "../outcomes/parse-outcome-record.ts";
import { problemIn } from "./problem-in.ts";

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

const lineFields: FieldsOf<AttemptLine> = {
  decisionId: { kind: "name", needed: true },
  tenant: { kind: "text" },
  attempt: { kind: "record", of: attemptFields, needed: true },
};

/** Checks such a line. Calls `refuse` with the first field that is wrong, or missing and needed. */
export function parseAttemptLine(value: Readonly<Record<string, unknown>>, refuse: Refuse): AttemptLine {
  const problem = problemIn(lineFields, value);
  if (problem !== undefined) refuse(problem.field, `must be ${problem.expected}`);
  return value as unknown as AttemptLine;
}
