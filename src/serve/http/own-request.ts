import type { RouteRequest, Router } from "../../contracts/index.ts";
import { doesAskAbort } from "../../plugin/call-abort.ts";
import { handOver, type LargeField, type ReadBody } from "../../plugin/hand-over.ts";
import { knownAsPlain } from "../../router/request/index.ts";
import type { Fields } from "./fields.ts";
import { sizeOfBody } from "./json-body.ts";

/**
 * Hands a request that was read from a body over to the router, which then neither copies it nor looks for what JSON cannot say, and
 * counts nothing twice. A router around ours may change it meanwhile: it gets an ordinary one.
 */
export function ownRequest(request: RouteRequest, body: Fields, { route, stream }: Router): RouteRequest {
  if (typeof request === "string" || !doesAskAbort(route) || !doesAskAbort(stream)) return request;
  if (sizeOfBody(body)?.isPlain === true) knownAsPlain(request);
  return handOver(request, readBody(body));
}

/** Returns what a router is told of a body, or of the part of it that is the request. */
export function readBody(body: Fields, value: Fields = body): ReadBody | undefined {
  const size = sizeOfBody(body);
  if (size === undefined) return undefined;
  const { length, hasNumericNames, large } = size;
  return { value, length, hasNumericNames, large: large && byValue(large, body) };
}

/** Returns sizes of fields by their values: a translation may give a value another name. */
function byValue(sizes: ReadonlyMap<string, LargeField>, body: Fields): ReadonlyMap<unknown, LargeField> {
  const all = new Map<unknown, LargeField>();
  for (const [written, size] of sizes) {
    const value = body[JSON.parse(written) as string];
    // Of two fields of one name the last one counts, whose size is not known apart.
    if (isLarger(size, all.get(value))) all.set(value, size);
  }
  return all;
}

function isLarger({ length }: LargeField, other: LargeField | undefined): boolean {
  return other === undefined || length > other.length;
}
