import type { Field, Fields } from "../../../src/contracts/fields.ts";
import { isObject } from "../outcomes/is-object.ts";

/** A field that does not fit, with what is expected of it. */
export interface FieldProblem {
  readonly field: string;
  readonly expected: string;
}

/** Values of a kind, and the words for them. */
const kinds: Readonly<Record<Field["kind"], readonly [(value: unknown) => boolean, string]>> = {
  text: [(value) => typeof value === "string", "a string"],
  name: [(value) => typeof value === "string" && value !== "", "a non-empty string"],
  date: [(value) => typeof value === "string" && !Number.isNaN(Date.parse(value)), "a date in ISO 8601"],
  permission: [(value) => value === true || typeof value === "string", "true or a reason"],
  number: [(value) => typeof value === "number" || value === null, "a number"],
  amount: [
    (value) => typeof value === "number" && value >= 0 && Number.isFinite(value),
    "a number of at least 0",
  ],
  probability: [
    (value) => typeof value === "number" && value > 0 && value <= 1,
    "a number above 0 and at most 1",
  ],
  flag: [(value) => typeof value === "boolean", "true or false"],
  flat: [isData, "an object or an array"],
  data: [isData, "an object or an array"],
  record: [isObject, "an object"],
  list: [Array.isArray, "an array"],
};

function isData(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/**
 * Returns the first field of a record that does not fit its description: it is of another kind, or is missing although it is
 * needed. Fields that the description does not have are left alone.
 */
export function problemIn(
  fields: Fields,
  record: Readonly<Record<string, unknown>>,
  path = "",
): FieldProblem | undefined {
  // Not by a list of entries, which would be made for each record of a log.
  for (const name in fields) {
    const field = fields[name] as Field;
    const value = record[name];
    if (value === undefined && field.needed !== true) continue;
    // What all requests of a router have in common is an object with names.
    const [fits, words] = kinds[field.constant === true ? "record" : field.kind];
    const problem = fits(value)
      ? problemWithin(field, value, path + name)
      : { field: path + name, expected: field.kind === "list" ? `${words} of ${name}` : words };
    if (problem === undefined) continue;
    return field.expected === undefined ? problem : { field: path + name, expected: field.expected };
  }
  return undefined;
}

/** Returns the problem of a record, or of a list of them. */
function problemWithin(
  { kind, of = {}, least = 0 }: Field,
  value: unknown,
  path: string,
): FieldProblem | undefined {
  if (kind === "record") return problemIn(of, value as Readonly<Record<string, unknown>>, `${path}.`);
  if (kind !== "list") return undefined;
  const list = value as readonly unknown[];
  if (list.length < least) return { field: path, expected: `an array of at least ${least}` };
  for (const [at, one] of list.entries()) {
    const place = `${path}[${at}]`;
    const problem = isObject(one) ? problemIn(of, one, `${place}.`) : { field: place, expected: "an object" };
    if (problem !== undefined) return problem;
  }
  return undefined;
}
