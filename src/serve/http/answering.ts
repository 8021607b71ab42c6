import type { Router } from "../../contracts/index.ts";
import { doesAskAbort } from "../../plugin/call-abort.ts";
import type { HttpCall } from "./call.ts";
import { corsHeaders, preflightHeaders } from "./cors.ts";
import { anthropicError } from "./endpoints/anthropic-error.ts";
import { dashboardEndpoints } from "./endpoints/dashboard.ts";
import type { Endpoint, Serving } from "./endpoints/endpoint.ts";
import { googleError } from "./endpoints/google-error.ts";
import { endpoints } from "./endpoints/index.ts";
import { metricsEndpoint } from "./endpoints/metrics.ts";
import { openaiError } from "./endpoints/openai-error.ts";
import { passedOn } from "./endpoints/passed-on.ts";
import { failureOf } from "./failure.ts";
import type { ReadHandlerOptions } from "./handler-options.ts";
import { HttpError } from "./http-error.ts";
import { identify } from "./identify.ts";
import { NativeError } from "./native-error.ts";
import { createWatchers } from "./page/watchers.ts";
import type { Reply } from "./reply.ts";
import { requestId } from "./request-id.ts";

/** The interface as functions of plain calls. Handler and server put it behind their own shapes of a request. */
export interface Answering {
  /** Rejects for an abort alone, with the signal's reason. */
  answer(call: HttpCall): Promise<Reply>;
  /** Returns the reply to a request that is not answered: it could not be read, there are too many, or the server ends. */
  refuse(error: unknown, call?: Pick<HttpCall, "headers" | "path" | "method">): Reply;
  serves(method: string, path: string): boolean;
  readonly maxBodyBytes: number;
  /** True if a call's signal may be a light one: all that sees it is ours. */
  readonly takesLight: boolean;
  /** Ends answers that have no end of their own: another router takes over, or the server ends. */
  leave(): void;
}

/** `own`: endpoints of the one who serves, besides those of the interface. */
export function answering(
  router: Router,
  options: ReadHandlerOptions,
  own: readonly Endpoint[] = [],
): Answering {
  const { basePath, maxBodyBytes, upstream, metrics, dashboard, cors } = options;
  const base = `${basePath.replace(/\/+$/, "")}/`;
  const routed = upstream === undefined ? endpoints : [...endpoints, ...passedOn(upstream)];
  const watchers = dashboard && createWatchers(dashboard);
  const all = [
    ...routed,
    ...(metrics === undefined ? [] : [metricsEndpoint(metrics)]),
    ...(watchers === undefined ? [] : dashboardEndpoints(watchers)),
    ...own,
  ];
  const serving: Serving = { router, options, identify: (call) => identify(call, options) };
  const isReadable = (call: Called) => cors.length > 0 && endpointAt(all, call, base)?.isOfServer !== true;
  const finished = (reply: Reply, call: Called): Reply => {
    const { status, headers, body } = reply;
    const id = requestId(call.headers);
    const shown = isReadable(call) ? Object.assign({}, headers, corsHeaders(call.headers, cors)) : headers;
    const isHead = call.method === "HEAD";
    return isHead ? withoutBody(reply, shown, id) : { status, headers: shown, requestId: id, body };
  };
  return {
    maxBodyBytes,
    takesLight: doesAskAbort(router.route) && doesAskAbort(router.stream),
    leave: () => watchers?.leave(),
    refuse(error, call) {
      if (call === undefined) return finished(openaiError(failureOf(error)), nowhere);
      const { refuse = shapeOf(call.headers) } = endpointAt(all, call, base) ?? {};
      return finished(refuse(failureOf(error)), call);
    },
    serves: (method, path) => methodsAt(all, path, base).includes(method),
    async answer(call) {
      let refuse = shapeOf(call.headers);
      try {
        if (call.method === "OPTIONS") {
          const allow = allowedAt(all, call.path, base);
          const headers = isReadable(call) ? preflightHeaders(call.headers, allow, cors) : {};
          return finished({ status: 204, headers: { ...headers, allow } }, call);
        }
        const endpoint = endpointOf(all, call, base);
        refuse = endpoint.refuse ?? refuse;
        return finished(await endpoint.serve(call, serving), call);
      } catch (error) {
        if (call.signal?.aborted) throw call.signal.reason;
        if (error instanceof NativeError) return finished(error.reply, call);
        return finished(refuse(failureOf(error)), call);
      }
    },
  };
}

type Called = Pick<HttpCall, "headers" | "path" | "method">;

/** A call that could not be read. */
const nowhere: Called = { method: "GET", path: "", headers: { get: () => null } };

/** Returns the reply to HEAD: that to GET without its body. */
function withoutBody({ status, body }: Reply, headers: Reply["headers"], requestId: string): Reply {
  if (typeof body === "object") body.return?.()?.catch(() => {});
  const length = typeof body === "string" ? new TextEncoder().encode(body).length : undefined;
  const known = length === undefined ? headers : { ...headers, "content-length": String(length) };
  return { status, headers: known, requestId };
}

/** Returns the shape of errors where the path does not say it: clients of Anthropic and of Google have headers of their own. */
function shapeOf(headers: HttpCall["headers"] | undefined): NonNullable<Endpoint["refuse"]> {
  const has = (name: string) => (headers?.get(name) ?? null) !== null;
  if (has("x-goog-api-key") || has("x-goog-api-client")) return googleError;
  return has("anthropic-version") ? anthropicError : openaiError;
}

/** Throws `HttpError` for a path that is not served, and for another method. */
function endpointOf(all: readonly Endpoint[], call: HttpCall, base: string): Endpoint {
  const found = endpointAt(all, call, base);
  if (found !== undefined) return found;
  const allow = allowedAt(all, call.path, base);
  throw new HttpError(405, `this path takes ${allow}`, { code: "method_not_allowed", headers: { allow } });
}

/** Returns the endpoint of a path and a method. HEAD is answered where GET is. */
function endpointAt(
  all: readonly Endpoint[],
  { path, method }: Pick<HttpCall, "path" | "method">,
  base: string,
): Endpoint | undefined {
  const local = localPath(path, base);
  for (const one of all) if (one.method === method && isAt(one, local)) return one;
  return method === "HEAD" ? endpointAt(all, { path, method: "GET" }, base) : undefined;
}

/** Returns the methods that a path takes, as a header has them. Throws `HttpError` if there are none. */
function allowedAt(all: readonly Endpoint[], path: string, base: string): string {
  const methods = methodsAt(all, path, base);
  if (methods.length > 0) return methods.join(", ");
  throw new HttpError(404, `there is nothing at this path${hintFor(all, path, base)}`, { code: "not_found" });
}

/** `base` ends with a slash. */
function methodsAt(all: readonly Endpoint[], path: string, base: string): readonly string[] {
  const local = localPath(path, base);
  const own = all.filter((one) => isAt(one, local)).map((one) => one.method as string);
  if (own.length === 0) return own;
  return [...new Set([...own, ...(own.includes("GET") ? ["HEAD"] : []), "OPTIONS"])];
}

/** Most parts before a path that may be too many. */
const mostParts = 8;

/**
 * Returns what to say about a path whose end would be one: clients put theirs behind a base address that has a part of it already,
 * `/v1/v1/messages`. It names paths of ours alone.
 */
function hintFor(all: readonly Endpoint[], path: string, base: string): string {
  let rest = path;
  for (let at = 0; at < mostParts; at += 1) {
    const next = rest.indexOf("/", 1);
    if (next < 0) return "";
    rest = rest.slice(next).replace(/^\/+/, "/");
    const local = localPath(rest, base);
    const found = all.find((one) => one.path !== "/" && isAt(one, local));
    if (found === undefined) continue;
    const meant = rest === local ? found.path : `${base.slice(0, -1)}${found.path}`;
    return `; the end of it is ${meant}: take what is before that out of the client's base address`;
  }
  return "";
}

function localPath(path: string, base: string): string {
  return path.startsWith(base) ? path.slice(base.length - 1) : path;
}

function isAt({ path }: Endpoint, local: string): boolean {
  return local === path || (path !== "/" && path.endsWith("/") && local.startsWith(path));
}
