import { type BodyBytes, bodyBytes } from "./body-bytes.ts";
import { HttpError } from "./http-error.ts";
import { isPacked, notAnObject, notPacked, tooLong } from "./json-body.ts";

/** A request as endpoints see it: of a server, of a client in this process, or of a runtime that wants `fetch`. */
export interface HttpCall {
  readonly method: string;
  /** Path without the query and without a slash at its end, `/v1/models`. */
  readonly path: string;
  /** Text after `?`. It may hold a key: it is shown nowhere. */
  readonly query: string;
  readonly headers: Pick<Headers, "get">;
  readonly signal: AbortSignal | undefined;
  /** Reads the body, which says that it is JSON. Rejects with `HttpError` for one that is too long or of another type. */
  readonly readText: () => Promise<string>;
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
  const path = pathOf(url);
  const query = url.search.slice(1);
  const body = init?.body;
  if (!isRequest && (body === undefined || body === null || typeof body === "string")) {
    const headers = new Headers(init?.headers);
    return {
      path,
      query,
      method: (init?.method ?? "GET").toUpperCase(),
      headers,
      signal: init?.signal ?? undefined,
      async readText() {
        const packed = isPacked(headers);
        if (typeof body !== "string") throw notAnObject();
        if (packed) throw notPacked();
        // A character is at least one byte, and at most three in UTF-8.
        if (body.length > maxBodyBytes) throw tooLong(maxBodyBytes);
        return body;
      },
    };
  }
  const request = isRequest && init === undefined ? input : new Request(isRequest ? input : url, init);
  return {
    path,
    query,
    method: request.method.toUpperCase(),
    headers: request.headers,
    signal: request.signal,
    async readText() {
      const packed = isPacked(request.headers);
      const body = await readBody(request, maxBodyBytes);
      if (!packed) return body.text();
      // Few clients pack what they send.
      const { unpacked } = await import("./unpacked.ts");
      return unpacked(body.take(), maxBodyBytes);
    },
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

async function readBody(request: Request, maxBytes: number): Promise<BodyBytes> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLong(maxBytes);
  if (request.body === null) throw notAnObject();
  const reader = request.body.getReader();
  const body = bodyBytes();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return body;
    if (body.length + value.byteLength > maxBytes) {
      // The rest is not wanted: whether it was sent does not matter.
      reader.cancel().catch(() => {});
      throw tooLong(maxBytes);
    }
    body.add(value);
  }
}
