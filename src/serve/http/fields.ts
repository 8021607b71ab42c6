import type { Fields } from "../../plugin/fields-of.ts";
import { HttpError, type HttpErrorOptions } from "./http-error.ts";

export { type Fields, fieldsOf } from "../../plugin/fields-of.ts";

/** Returns the error for a field that cannot be read. `details`: see `HttpErrorOptions`. */
export function wrong(field: string, problem: string, details?: HttpErrorOptions["details"]): HttpError {
  return new HttpError(400, `${field} ${problem}`, { param: field, details });
}

/** Returns whether a body asks for a stream. Throws `HttpError` for what only looks like it: its sender would wait for events. */
export function wantsStream(body: Fields): boolean {
  const stream = body["stream"] ?? false;
  if (typeof stream !== "boolean") throw wrong("stream", "must be true or false");
  return stream;
}
