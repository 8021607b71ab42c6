import { isTwice, protoField } from "../../../plugin/proto-field.ts";
import { type Fields, fieldsOf, wrong } from "../fields.ts";

/** Returns a field under either of its names. Throws `HttpError` for one that is there under both: one alone would count. */
export function fieldOf(fields: Fields, name: string, path = ""): unknown {
  if (isTwice(fields, name)) throw wrong(`${path}${name}`, "is there under two names: send one");
  return protoField(fields, name);
}

export function objectAt(fields: Fields, name: string, path = ""): Fields {
  return fieldsOf(fieldOf(fields, name, path));
}

export function listAt(fields: Fields, name: string, path = ""): readonly Fields[] {
  const value = fieldOf(fields, name, path);
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw wrong(`${path}${name}`, "must be an array");
  return value.map(fieldsOf);
}

/** Returns a number. Google's JSON writes large ones as text. */
export function numberAt(fields: Fields, name: string, path = ""): number | undefined {
  const value = fieldOf(fields, name, path);
  if (value === undefined) return undefined;
  const number = typeof value === "string" && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number !== "number") throw wrong(`${path}${name}`, "must be a number");
  return number;
}

export function textAt(fields: Fields, name: string, path = ""): string | undefined {
  const value = fieldOf(fields, name, path);
  return typeof value === "string" ? value : undefined;
}
