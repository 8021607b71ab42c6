import { type BodySize, checkSize } from "./body-size.ts";
import type { ReadHandlerOptions } from "./handler-options.ts";
import { HttpError } from "./http-error.ts";

/**
 * Returns true for a body that is packed by gzip. Throws `HttpError` for another coding, and for what is not said to be JSON: a page
 * of another site may send text without asking, or bytes of no type, but not JSON.
 */
export function isPacked(headers: Pick<Headers, "get">): boolean {
  const isOfPage = headers.get("origin") !== null || headers.get("sec-fetch-site") !== null;
  const type = headers.get("content-type") ?? (isOfPage ? "none" : "application/json");
  if (!/^application\/json\b/i.test(type.trim()))
    throw new HttpError(415, "the content type must be application/json");
  const coding = (headers.get("content-encoding") ?? "identity").trim().toLowerCase();
  if (coding === "identity") return false;
  if (coding === "gzip" || coding === "x-gzip") return true;
  throw new HttpError(415, "the body must be packed by gzip or not at all (content-encoding)", {
    headers: { "accept-encoding": "gzip, identity" },
  });
}

/** Sizes of bodies by what was read from them. */
const sizes = new WeakMap<object, BodySize>();

/** Returns the sizes of a body that `parseBody` has read. */
export function sizeOfBody(body: object): BodySize | undefined {
  return sizes.get(body);
}

/** Reads the text of a body as a JSON object. Throws `HttpError`, which quotes nothing of the text. */
export function parseBody(
  text: string,
  { maxBodyCharacters }: Pick<ReadHandlerOptions, "maxBodyCharacters">,
): Readonly<Record<string, unknown>> {
  const size = checkSize(text, maxBodyCharacters);
  let value: unknown;
  try {
    // A mark of the byte order does not belong to the text.
    value = JSON.parse(text.startsWith("\ufeff") ? text.slice(1) : text);
  } catch {
    // No cause: the parser's message quotes the text.
    throw new HttpError(400, "the body is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw notAnObject();
  sizes.set(value, size);
  return value as Readonly<Record<string, unknown>>;
}

export function tooLong(maxBytes: number): HttpError {
  return new HttpError(413, `the body is longer than ${maxBytes} bytes (option maxBodyBytes, --max-body)`);
}

export function notAnObject(): HttpError {
  return new HttpError(400, "the body must be a JSON object");
}

export function notPacked(): HttpError {
  return new HttpError(400, "the body is not whole gzip, as its content-encoding says");
}

export function notUtf8(): HttpError {
  return new HttpError(400, "the body is not UTF-8");
}
