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

/** Returns whether a body asks for a stream. Throws `HttpError` for what only looks like it: its sender would wait for events. */
export function wantsStream(body: Fields): boolean {
  const stream = body["stream"] ?? false;
  if (typeof stream !== "boolean") throw wrong("stream", "must be true or false");
  return stream;
}
