import { HttpError } from "./http-error.ts";

/** Fields of a JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** Returns the fields of an object; none for anything else. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** Returns the error for a field that cannot be read. */
export function wrong(field: string, problem: string): HttpError {
  return new HttpError(400, `${field} ${problem}`, { param: field });
}
