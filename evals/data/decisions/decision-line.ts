import type { Attempt, Decision, RecordedError, Usage } from "../../../src/contracts/index.ts";
import { isObject } from "../outcomes/is-object.ts";
import type { Refuse } from "../outcomes/parse-outcome-record.ts";

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

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
const isAmount = (value: unknown): boolean =>
  typeof value === "number" && value >= 0 && Number.isFinite(value);

const checks: readonly (readonly [string, (value: unknown) => boolean, string])[] = [
  ["id", isText, "a non-empty string: is it a decision log?"],
  ["at", (value) => typeof value === "string" && !Number.isNaN(Date.parse(value)), "a date in ISO 8601"],
  ["model", isText, "a non-empty string"],
  ["plan", (value) => Array.isArray(value) && value.length > 0, "a non-empty array"],
  ["candidates", Array.isArray, "an array"],
  ["request", isObject, "the facts of the request"],
  ["policy", isObject, "an object { name, parameters }"],
  ["versions", isObject, "an object"],
  [
    "propensity",
    (value) => typeof value === "number" && value > 0 && value <= 1,
    "a number above 0 and at most 1",
  ],
  ["forced", (value) => typeof value === "boolean", "true or false"],
  ["attempts", (value) => Array.isArray(value) && value.every(isAttempt), "an array of attempts"],
  [
    "arms",
    (value) => value === undefined || (Array.isArray(value) && value.every(isArm)),
    "an array of arms, each with the names of its comparison and of itself",
  ],
  ["prompt", (value) => value === undefined || typeof value === "string", "a string"],
  ["costUsd", (value) => value === undefined || isAmount(value), "a number of at least 0"],
];

function isArm(value: unknown): boolean {
  return isObject(value) && isText(value["comparison"]) && isText(value["arm"]);
}

export function isAttempt(value: unknown): boolean {
  return isObject(value) && isText(value["model"]) && isText(value["name"]) && isText(value["hop"]);
}

/**
 * Checks the fields of a line of a decision log that are used. Calls `refuse` with the first one that is
 * wrong.
 */
export function parseDecisionLine(value: unknown, refuse: Refuse): DecisionLine {
  if (!isObject(value)) return refuse("line", "must be a JSON object");
  for (const [field, fits, expected] of checks) {
    if (!fits(value[field])) refuse(field, `must be ${expected}`);
  }
  return value as unknown as DecisionLine;
}
