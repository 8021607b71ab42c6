import { attemptFields, decisionFields, errorFields } from "../../../src/contracts/decision-fields.ts";
import type { FieldsOf } from "../../../src/contracts/fields.ts";
import type { Attempt, Decision, RecordedError, Usage } from "../../../src/contracts/index.ts";
import { isObject } from "../outcomes/is-object.ts";
import type { Refuse } from "../outcomes/parse-outcome-record.ts";
import { problemIn } from "./problem-in.ts";

/** Line of a decision log, as `decisionLog` writes it. */
export interface DecisionLine extends Decision {
  /** The ask. Absent if the log was not set up to hold prompts. */
  readonly prompt?: string | undefined;
  readonly promptHash?: string | undefined;
  /** Id of the key of the hashes. */
  readonly hashKeyId?: string | undefined;
  readonly attempts: readonly Attempt[];
  readonly usage?: Usage | undefined;
  /** Cost of the whole request, in US dollars. Absent if it is not known. */
  readonly costUsd?: number | undefined;
  readonly latencyMs?: number | undefined;
  /** Error of a failed request. */
  readonly error?: RecordedError | undefined;
}

const lineFields: FieldsOf<DecisionLine> = {
  ...decisionFields,
  prompt: { kind: "text" },
  promptHash: { kind: "text" },
  hashKeyId: { kind: "text" },
  attempts: { kind: "list", of: attemptFields, needed: true },
  usage: { kind: "flat" },
  costUsd: { kind: "amount" },
  latencyMs: { kind: "number" },
  error: { kind: "record", of: errorFields },
};

/** Checks a line of a decision log. Calls `refuse` with the first field that is wrong, or missing and needed. */
export function parseDecisionLine(value: unknown, refuse: Refuse): DecisionLine {
  if (!isObject(value)) return refuse("line", "must be a JSON object");
  const problem = problemIn(lineFields, value);
  if (problem !== undefined) refuse(problem.field, `must be ${problem.expected}`);
  return value as unknown as DecisionLine;
}
