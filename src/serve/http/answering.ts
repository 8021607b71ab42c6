import type { Router } from "../../contracts/index.ts";
import { doesAskAbort } from "../../plugin/call-abort.ts";
import type { HttpCall } from "./call.ts";
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
import { requestId, withRequestId } from "./request-id.ts";

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

export function answering(router: Router, options: ReadHandlerOptions): Answering {
  const { basePath, maxBodyBytes, upstream, metrics, dashboard } = options;
  const base = `${basePath.replace(/\/+$/, "")}/`;
  const routed = upstream === undefined ? endpoints : [...endpoints, ...passedOn(upstream)];
  const watchers = dashboard && createWatchers(dashboard);
  const all = [
    ...routed,
    ...(metrics === undefined ? [] : [metricsEndpoint(metrics)]),
    ...(watchers === undefined ? [] : dashboardEndpoints(watchers)),
  ];
  const serving: Serving = { router, options, identify: (call) => identify(call, options) };
  return {
    maxBodyBytes,
    takesLight: doesAskAbort(router.route) && doesAskAbort(router.stream),
    leave: () => watchers?.leave(),
    refuse(error, call) {
      const { refuse = shapeOf(call?.headers) } =
        call === undefined ? {} : (endpointAt(all, call, base) ?? {});
      return withRequestId(refuse(failureOf(error)), requestId(call?.headers));
    },
    serves: (method, path) => there(all, path, base).some((one) => one.method === method),
    async answer(call) {
      const id = requestId(call.headers);
      let refuse = shapeOf(call.headers);
      try {
        const endpoint = endpointOf(all, call, base);
        refuse = endpoint.refuse ?? refuse;
        return withRequestId(await endpoint.serve(call, serving), id);
      } catch (error) {
        if (call.signal?.aborted) throw call.signal.reason;
        if (error instanceof NativeError) return withRequestId(error.reply, id);
        return withRequestId(refuse(failureOf(error)), id);
      }
    },
  };
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
  const { path } = call;
  const known = there(all, path, base);
  if (known.length === 0) throw new HttpError(404, "there is nothing at this path", { code: "not_found" });
  const allow = known.map((one) => one.method).join(", ");
  throw new HttpError(405, `this path takes ${allow}`, { code: "method_not_allowed", headers: { allow } });
}

function endpointAt(
  all: readonly Endpoint[],
  { path, method }: Pick<HttpCall, "path" | "method">,
  base: string,
): Endpoint | undefined {
  const local = localPath(path, base);
  for (const one of all) if (one.method === method && isAt(one, local)) return one;
  return undefined;
}

/** Returns the endpoints of a path, one for each method. `base` ends with a slash. */
function there(all: readonly Endpoint[], path: string, base: string): readonly Endpoint[] {
  const local = localPath(path, base);
  return all.filter((one) => isAt(one, local));
}

function localPath(path: string, base: string): string {
  return path.startsWith(base) ? path.slice(base.length - 1) : path;
}

function isAt({ path }: Endpoint, local: string): boolean {
  return local === path || (path !== "/" && path.endsWith("/") && local.startsWith(path));
}
