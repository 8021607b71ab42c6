import { HttpError } from "./http-error.ts";

/** A page of another site may send text without asking, but not JSON; and what is compressed has no known length. */
export function checkHeaders(headers: Pick<Headers, "get">): void {
  const type = headers.get("content-type") ?? "application/json";
  if (!/^application\/json\b/i.test(type.trim()))
    throw new HttpError(415, "the content type must be application/json");
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding.trim().toLowerCase() !== "identity")
    throw new HttpError(415, "the body must not be compressed");
}

/** Reads a JSON object. Throws `HttpError`, which quotes nothing of the text. */
export function parseBody(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // No cause: the parser's message quotes the text.
    throw new HttpError(400, "the body is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw notAnObject();
  return value as Readonly<Record<string, unknown>>;
}

export function tooLong(maxBytes: number): HttpError {
  return new HttpError(413, `the body is longer than ${maxBytes} bytes`);
}

export function notAnObject(): HttpError {
  return new HttpError(400, "the body must be a JSON object");
}
