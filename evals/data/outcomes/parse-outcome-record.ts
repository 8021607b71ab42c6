import type { StepKind } from "../../../src/contracts/index.ts";
import { type Fields, isObject } from "./is-object.ts";
import type { OutcomeRecord } from "./outcome-record.ts";

/** Reports an invalid field. Must throw. */
export type Refuse = (field: string, problem: string) => never;

type FieldCheck = (value: unknown) => boolean;

const isText: FieldCheck = (value) => typeof value === "string";
const isDate: FieldCheck = (value) => typeof value === "string" && !Number.isNaN(Date.parse(value));
const isUnit: FieldCheck = (value) => typeof value === "number" && value >= 0 && value <= 1;
const isAmount: FieldCheck = (value) => typeof value === "number" && value >= 0 && Number.isFinite(value);
const isCount: FieldCheck = (value) => isAmount(value) && Number.isInteger(value);

const stepKinds: readonly StepKind[] = ["ask", "tool-result", "continue", "housekeeping", "summary"];
const isStep: FieldCheck = (value) => (stepKinds as readonly unknown[]).includes(value);

const recordFields: Readonly<Record<string, readonly [FieldCheck, string]>> = {
  prompt: [isText, "a string"],
  system: [isText, "a string"],
  question: [isText, "a string"],
  tools: [Array.isArray, "an array"],
  category: [isText, "a string"],
  session: [isText, "a string"],
  tenant: [isText, "a string"],
  step: [isStep, `one of ${stepKinds.join(", ")}`],
  group: [isText, "a string"],
  at: [isDate, "a date in ISO 8601"],
  metadata: [isObject, "an object"],
  missing: [isObject, "an object"],
};

const outcomeFields: Readonly<Record<string, readonly [FieldCheck, string]>> = {
  answer: [isText, "a string"],
  logprobConfidence: [Number.isFinite, "a number (write -100 for minus infinity)"],
  costUsd: [isAmount, "a number of at least 0 (leave it out where it is not known)"],
  inputTokens: [isCount, "a whole number of at least 0"],
  outputTokens: [isCount, "a whole number of at least 0"],
  cachedTokens: [isCount, "a whole number of at least 0"],
  latencyMs: [isAmount, "a number of at least 0"],
  error: [isText, "a string"],
  repeats: [(value) => isCount(value) && value !== 0, "a whole number of at least 1"],
};

/**
 * Checks a parsed line of an outcome file and returns it, including unknown fields. Calls `refuse` with the
 * path of the first field that is wrong and what it must be, never with its text.
 */
export function parseOutcomeRecord(value: unknown, refuse: Refuse): OutcomeRecord {
  if (!isObject(value)) return refuse("line", `must be a JSON object, got ${kindOf(value)}`);
  if (!isText(value["id"]) || value["id"] === "") {
    return refuse("id", `must be a non-empty string, got ${kindOf(value["id"])}`);
  }
  if ((value["prompt"] === undefined) === (value["messages"] === undefined)) {
    return refuse("prompt", "or messages must be given, and not both");
  }
  if (value["messages"] !== undefined) checkMessages(value["messages"], refuse);
  checkFields(value, recordFields, "", refuse);
  if (!isObject(value["outcomes"])) {
    return refuse("outcomes", `must be an object { model: { quality } }, got ${kindOf(value["outcomes"])}`);
  }
  for (const [model, outcome] of Object.entries(value["outcomes"])) {
    checkOutcome(outcome, `outcomes[${quote(model)}]`, refuse);
  }
  return value as unknown as OutcomeRecord;
}

/** Checks that messages are a list with roles; the rest is checked when the record becomes a request. */
function checkMessages(messages: unknown, refuse: Refuse): void {
  if (!Array.isArray(messages) || messages.length === 0) {
    refuse("messages", `must be a non-empty array of { role, content }, got ${kindOf(messages)}`);
  }
}

function checkOutcome(outcome: unknown, path: string, refuse: Refuse): void {
  if (!isObject(outcome)) refuse(path, `must be an object { quality }, got ${kindOf(outcome)}`);
  if (!isUnit(outcome["quality"])) {
    refuse(`${path}.quality`, `must be a number in [0, 1], got ${kindOf(outcome["quality"])}`);
  }
  checkFields(outcome, outcomeFields, `${path}.`, refuse);
  const { checks } = outcome;
  if (checks === undefined) return;
  if (!isObject(checks)) refuse(`${path}.checks`, `must be an object, got ${kindOf(checks)}`);
  for (const [check, accepted] of Object.entries(checks)) {
    if (typeof accepted !== "boolean" && !isUnit(accepted)) {
      refuse(
        `${path}.checks[${quote(check)}]`,
        `must be true, false or a number in [0, 1], got ${kindOf(accepted)}`,
      );
    }
  }
}

function checkFields(
  holder: Fields,
  fields: Readonly<Record<string, readonly [FieldCheck, string]>>,
  path: string,
  refuse: Refuse,
): void {
  for (const [field, [fits, expected]] of Object.entries(fields)) {
    const value = holder[field];
    if (value !== undefined && !fits(value))
      refuse(`${path}${field}`, `must be ${expected}, got ${kindOf(value)}`);
  }
}

/** Shortens a name for messages. */
function quote(name: string): string {
  return JSON.stringify(name.length <= 80 ? name : `${name.slice(0, 79)}…`);
}

/** Describes a value without its text, since fields may hold a prompt. */
function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  return typeof value === "string" ? "a string" : "an object";
}
