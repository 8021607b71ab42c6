import type { RouteRequest, Router } from "../../contracts/index.ts";
import { doesAskAbort } from "../../plugin/call-abort.ts";
import { handOver } from "../../plugin/hand-over.ts";
import { knownAsPlain } from "../../router/request/index.ts";
import type { Fields } from "./fields.ts";
import { isPlainBody } from "./json-body.ts";

/**
 * Hands a request that was read from a body over to the router, which then neither copies it nor looks for what JSON cannot say. A router
 * around ours may change it meanwhile: it gets an ordinary one.
 */
export function ownRequest(request: RouteRequest, body: Fields, { route, stream }: Router): RouteRequest {
  if (typeof request === "string" || !doesAskAbort(route) || !doesAskAbort(stream)) return request;
  if (isPlainBody(body)) knownAsPlain(request);
  return handOver(request);
}
