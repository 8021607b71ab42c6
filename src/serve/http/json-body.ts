import { HttpError } from "./http-error.ts";

/**
 * A page of another site may send text without asking, or bytes of no type, but not JSON; and what is compressed has no known
 * length.
 */
export function checkHeaders(headers: Pick<Headers, "get">): void {
  const isOfPage = headers.get("origin") !== null || headers.get("sec-fetch-site") !== null;
  const type = headers.get("content-type") ?? (isOfPage ? "none" : "application/json");
  if (!/^application\/json\b/i.test(type.trim()))
    throw new HttpError(415, "the content type must be application/json");
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding.trim().toLowerCase() !== "identity")
    throw new HttpError(415, "the body must not be compressed");
}

/** Reads a body as a JSON object. Throws `HttpError`, which quotes nothing of the text. */
export function parseBody(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    // A mark of the byte order does not belong to the text.
    value = JSON.parse(text.startsWith("\ufeff") ? text.slice(1) : text);
  } catch {
    // No cause: the parser's message quotes the text.
    throw new HttpError(400, "the body is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw notAnObject();
  // Each level takes two characters.
  if (text.length > 2 * deepest && isDeep(value))
    throw new HttpError(400, `the body is nested deeper than ${deepest} levels`);
  return value as Readonly<Record<string, unknown>>;
}

export function tooLong(maxBytes: number): HttpError {
  return new HttpError(413, `the body is longer than ${maxBytes} bytes`);
}

export function notAnObject(): HttpError {
  return new HttpError(400, "the body must be a JSON object");
}

export function notUtf8(): HttpError {
  return new HttpError(400, "the body is not UTF-8");
}

/** Deepest nesting of a body. Schemas of tools have some 20 levels; what reads a value by recursion fails at thousands. */
const deepest = 256;

function isDeep(value: object): boolean {
  let level: object[] = [value];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > deepest) return true;
    const below: object[] = [];
    for (const holder of level)
      if (Array.isArray(holder)) {
        for (const held of holder as unknown[])
          if (typeof held === "object" && held !== null) below.push(held);
      } else
        for (const name in holder) {
          const held = (holder as Readonly<Record<string, unknown>>)[name];
          if (typeof held === "object" && held !== null) below.push(held);
        }
    level = below;
  }
  return false;
}
