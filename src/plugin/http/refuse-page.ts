import { ProviderError } from "../../contracts/index.ts";
import { type BodyReader, bodyReader } from "./body-reader.ts";
import { toBytes } from "./read-bounded.ts";

/** Types of what an API answers; anything else is looked at. */
const apiTypes = /json|event-?stream|octet-stream/i;
/** The usual ones as they are usually written, which saves the search. */
const usualTypes: ReadonlySet<string> = new Set(
  ["application/json", "text/event-stream"].flatMap((type) => [type, `${type}; charset=utf-8`]),
);
const pageTypes = /^\s*(?:text\/html|application\/xhtml)/i;
/** Statuses of a page that say what is wrong, or that pass: a proxy before the API sends pages, too. */
const tellingStatuses: ReadonlySet<number> = new Set([401, 402, 403, 407, 408, 409, 413, 421, 423, 425, 429]);
/** Characters of an answer that are looked at; one of so much white space is taken as it is. */
const longestStart = 4_096;
/** Bytes with which JSON, or an event of a stream, begins: `{ [ d e i r :`, and a byte order mark. */
const apiStarts: ReadonlySet<number> = new Set([0x7b, 0x5b, 0x64, 0x65, 0x69, 0x72, 0x3a, 0xef]);

/** An answer that was looked at. */
export interface SeenAnswer {
  /** Start of its text. */
  readonly text: string;
  readonly contentType: string | null;
  readonly status: number;
  /** Address that was called, which is not shown. */
  readonly url: string;
}

/** True if a text is that of a page: HTML or XML. */
export function isPage(contentType: string | null, text: string): boolean {
  return pageTypes.test(contentType ?? "") ? !/^\s*[[{]/.test(text) : /^\ufeff?\s*</.test(text);
}

/** True if a page with this status comes from something that is not an API, whenever it is asked. */
export function isStranger(status: number): boolean {
  return status < 500 && !tellingStatuses.has(status);
}

/** Creates the error of an answer that comes from no API. Not retryable: it would come again. */
export function strangerError({ text, contentType, status, url }: SeenAnswer, model: string): ProviderError {
  const versioned = /\/v\d/.test(URL.canParse(url) ? new URL(url).pathname : "/v1");
  const hint = versioned ? "" : ' (most end in "/v1")';
  return new ProviderError({
    kind: "not-found",
    model,
    status,
    retryable: false,
    // It may stand between us and an API, which may have answered.
    mayBeBilled: true,
    summary: `this is not an API: is the base URL right${hint}? got ${typeOf(contentType)}`,
    detail: text,
  });
}

/** Names the type of an answer; no text of it. */
function typeOf(contentType: string | null): string {
  const type = contentType?.split(";")[0]?.trim() ?? "";
  return /^[a-z]{1,20}\/[a-z0-9.+-]{1,40}$/i.test(type) ? type.toLowerCase() : "an answer of no known type";
}

/** True for an answer that is taken as it is: by its type, or because there is nothing to look at. */
export function isOfApi({ headers, body }: Pick<Response, "headers" | "body">): boolean {
  const type = headers?.get("content-type") ?? "";
  return usualTypes.has(type) || apiTypes.test(type) || body === null || body === undefined;
}

/**
 * Looks at the start of an answer with a status of success. Resolves to that start if it is neither JSON nor a
 * stream of events; else to the response, to be read from its start.
 */
export async function lookAt(response: Response): Promise<Response | string> {
  const contentType = response.headers?.get("content-type") ?? null;
  const { body } = response;
  if (isOfApi(response) || body === null) return response;
  const reader = bodyReader(body);
  const read: Uint8Array[] = [];
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const piece = toBytes(value);
      read.push(piece);
      if (text.length < longestStart)
        text += decoder.decode(piece.subarray(0, longestStart), { stream: true });
      const first = firstByte(read);
      const isOther = first === undefined ? done && pageTypes.test(contentType ?? "") : !apiStarts.has(first);
      if (isOther) {
        reader.cancel();
        return text;
      }
      if (done || first !== undefined || text.length >= longestStart)
        return again(response, read, done ? undefined : reader);
    }
  } catch (error) {
    // The reader of the answer meets it: there it counts as an answer that broke off.
    return again(response, read, { read: () => Promise.reject(error), cancel: () => {} });
  }
}

function firstByte(pieces: readonly Uint8Array[]): number | undefined {
  for (const piece of pieces) for (const byte of piece) if (byte > 0x20) return byte;
  return undefined;
}

/** Returns a response whose body begins with the pieces that were read. */
function again(response: Response, pieces: readonly Uint8Array[], rest: BodyReader | undefined): Response {
  const { status, ok, statusText, url } = response;
  const headers = new Headers(response.headers);
  // It says nothing about what is left to read.
  headers.delete("content-length");
  const left = pieces.filter((piece) => piece.length > 0);
  const end = { done: true, value: undefined } as const;
  const body = {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        const piece = left.shift();
        return piece === undefined ? ((await rest?.read()) ?? end) : { done: false, value: piece };
      },
    }),
    // A read may be pending, behind which the end of a generator would wait.
    destroy: () => rest?.cancel(),
  };
  return { status, ok, statusText, url, headers, body } as unknown as Response;
}
