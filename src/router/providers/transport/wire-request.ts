import { neededBuiltin } from "../../../plugin/node-builtin.ts";
import { keepFixed, readFixed } from "./fixed-headers.ts";
import { TransportError } from "./transport-error.ts";

/** A request as it is sent. */
export interface WireRequest {
  readonly target: Target;
  readonly method: string;
  /** Names in lower case and values in turn, without `host` and the length. */
  readonly headers: readonly string[];
  readonly body: WireBody;
}

export type WireBody = string | Uint8Array | AsyncIterable<Uint8Array> | undefined;

/** Address of a request, and its parts. */
export interface Target {
  /** Address without a fragment. */
  readonly url: string;
  readonly origin: string;
  readonly isSecure: boolean;
  /** Name or address of the host; that of IPv6 without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** Value of the `host` header. */
  readonly host: string;
  readonly path: string;
}

/**
 * Reads the arguments of a `fetch`; a promise only for a body that must be read first. Throws `TransportError` for
 * a request that cannot be sent as it is.
 */
export function wireRequest(
  input: string | URL | Request,
  init: RequestInit,
): WireRequest | Promise<WireRequest> {
  const request = typeof input === "string" || input instanceof URL ? undefined : input;
  const method = init.method ?? request?.method ?? "GET";
  if (!/^[A-Za-z]{1,20}$/.test(method)) throw refused("the method is not a word of letters");
  const target = targetOf(request?.url ?? String(input));
  const content: unknown = init.body ?? request?.body ?? undefined;
  const given = init.headers ?? request?.headers;
  const isText = typeof content === "string";
  const read = isText && given ? readFixed(given) : undefined;
  if (read !== undefined && isText)
    return { target, method: method.toUpperCase(), headers: read, body: content };
  const headers: string[] = [];
  const length = addHeaders(headers, given);
  if (!headers.includes("accept-encoding")) headers.push("accept-encoding", codings());
  const whole = (body: WireBody): WireRequest => {
    // A length that is not the body's would let a server take its end for another request.
    if (length !== undefined && length !== String(byteLength(body)))
      throw refused("content-length is not the length of the body");
    return { target, method: method.toUpperCase(), headers, body };
  };
  if (content === undefined || content instanceof Uint8Array) return whole(content);
  if (!isText) return bodyOf(content, headers).then(whole);
  if (!headers.includes("content-type")) headers.push("content-type", "text/plain;charset=UTF-8");
  if (length === undefined && given) keepFixed(given, headers);
  return whole(content);
}

/** Returns the length of a body in bytes; undefined for one that is known as it is sent. */
export function byteLength(body: WireBody): number | undefined {
  if (body === undefined) return 0;
  if (typeof body === "string") return Buffer.byteLength(body);
  return body instanceof Uint8Array ? body.length : undefined;
}

/** Headers that belong to the connection, which an application cannot set. */
const ofConnection: ReadonlySet<string> = new Set([
  "connection",
  "expect",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Adds headers to a list of names and values; returns the content length if one is given. */
function addHeaders(headers: string[], given: RequestInit["headers"]): string | undefined {
  if (given === undefined || given === null) return undefined;
  let length: string | undefined;
  const isList = Symbol.iterator in given;
  for (const [name, value] of isList ? (given as Iterable<[string, string]>) : Object.entries(given)) {
    const key = name.toLowerCase();
    // An SDK may pass a number.
    const text = String(value);
    if (!isToken(key)) throw refused("a header's name has characters that are not allowed");
    if (!isHeaderValue(text)) throw refused(`the header ${key} has characters that are not allowed`);
    if (ofConnection.has(key)) throw refused(`the header ${key} belongs to the connection and cannot be set`);
    if (key === "content-length") length = text.trim();
    else headers.push(key, text);
  }
  return length;
}

function isToken(name: string): boolean {
  return name.length <= 256 && /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name);
}

/** True for a value without line ends and other control characters, which would begin another header. */
function isHeaderValue(text: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
}

/** Targets by address: an application has few. Emptied when it is full. */
const targets = new Map<string, Target>();
const mostTargets = 256;

function targetOf(address: string): Target {
  const known = targets.get(address);
  if (known !== undefined) return known;
  if (!URL.canParse(address)) throw refused("the address is not a URL");
  const url = new URL(address);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw refused("the address is not http or https");
  if (url.username !== "" || url.password !== "")
    throw refused("the address contains credentials: set a header instead");
  const isSecure = url.protocol === "https:";
  url.hash = "";
  const target = {
    url: url.href,
    origin: url.origin,
    isSecure,
    hostname: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? (isSecure ? 443 : 80) : Number(url.port),
    host: url.host,
    path: `${url.pathname}${url.search}`,
  };
  if (targets.size >= mostTargets) targets.clear();
  targets.set(address, target);
  return target;
}

let known: string | undefined;

/** Lists the codings that this runtime decodes. */
function codings(): string {
  known ??= "createZstdDecompress" in neededBuiltin("node:zlib") ? "gzip, br, zstd" : "gzip, br";
  return known;
}

/** Converts a body of another kind: forms and files are read whole, streams are sent as they come. */
async function bodyOf(content: unknown, headers: string[]): Promise<WireBody> {
  const isStream =
    typeof (content as Partial<AsyncIterable<Uint8Array>>)[Symbol.asyncIterator] === "function";
  if (isStream && !(content instanceof Blob)) return content as AsyncIterable<Uint8Array>;
  const response = new Response(content as NonNullable<RequestInit["body"]>);
  const type = response.headers.get("content-type");
  if (type !== null && !headers.includes("content-type")) headers.push("content-type", type);
  return new Uint8Array(await response.arrayBuffer());
}

function refused(message: string): TransportError {
  return new TransportError(message, "ERR_INVALID_REQUEST");
}
