import { HttpError } from "./http-error.ts";

/** A request as endpoints see it: of a server, of a client in this process, or of a runtime that wants `fetch`. */
export interface HttpCall {
  readonly method: string;
  /** Path without the query and without a slash at its end, `/v1/models`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly signal: AbortSignal | undefined;
  /** Reads the body as JSON. Rejects with `HttpError` for one that is too long or not an object. */
  readonly readJson: () => Promise<Readonly<Record<string, unknown>>>;
  /** Returns the whole as a `Request`, for what is passed on. Not after `readJson`. */
  readonly toRequest: () => Request;
}

/** Base of addresses that have none: only the path matters. */
const anyBase = "http://localhost";

/**
 * Reads what a handler was called with. A client in this process hands over an address and a text: no `Request`, which
 * would take a tenth of a millisecond, is then made.
 */
export function callOf(
  input: Request | URL | string,
  init: RequestInit | undefined,
  maxBodyBytes: number,
): HttpCall {
  const isRequest = typeof input === "object" && "method" in input;
  const url = addressOf(input);
  const given = { path: pathOf(url), query: url.searchParams };
  const body = init?.body;
  if (!isRequest && (body === undefined || body === null || typeof body === "string")) {
    const headers = new Headers(init?.headers);
    return {
      ...given,
      method: (init?.method ?? "GET").toUpperCase(),
      headers,
      signal: init?.signal ?? undefined,
      async readJson() {
        checkHeaders(headers);
        if (typeof body !== "string") throw notAnObject();
        // A character is at least one byte, and at most three in UTF-8.
        if (body.length > maxBodyBytes) throw tooLong(maxBodyBytes);
        return parse(body);
      },
      toRequest: () => new Request(url, init),
    };
  }
  const request = isRequest && init === undefined ? input : new Request(isRequest ? input : url, init);
  return {
    ...given,
    method: request.method.toUpperCase(),
    headers: request.headers,
    signal: request.signal,
    async readJson() {
      checkHeaders(request.headers);
      return parse(await readText(request, maxBodyBytes));
    },
    toRequest: () => request,
  };
}

/** Returns the path of an address without a slash at its end. Throws `HttpError`. */
export function pathOf(input: Request | URL | string): string {
  return addressOf(input).pathname.replace(/\/$/, "") || "/";
}

function addressOf(input: Request | URL | string): URL {
  if (input instanceof URL) return input;
  try {
    return new URL(typeof input === "string" ? input : input.url, anyBase);
  } catch (cause) {
    throw new HttpError(400, "the address cannot be read", { cause });
  }
}

/** A page of another site may send text without asking, but not JSON; and what is compressed has no known length. */
function checkHeaders(headers: Headers): void {
  const type = headers.get("content-type") ?? "application/json";
  if (!/^application\/json\b/i.test(type.trim()))
    throw new HttpError(415, "the content type must be application/json");
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding.trim().toLowerCase() !== "identity")
    throw new HttpError(415, "the body must not be compressed");
}

async function readText(request: Request, maxBytes: number): Promise<string> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLong(maxBytes);
  if (request.body === null) throw notAnObject();
  const decoder = new TextDecoder();
  const reader = request.body.getReader();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      // The rest is not wanted: whether it was sent does not matter.
      reader.cancel().catch(() => {});
      throw tooLong(maxBytes);
    }
    text += decoder.decode(value, { stream: true });
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
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

function tooLong(maxBytes: number): HttpError {
  return new HttpError(413, `the body is longer than ${maxBytes} bytes`);
}

function notAnObject(): HttpError {
  return new HttpError(400, "the body must be a JSON object");
}
