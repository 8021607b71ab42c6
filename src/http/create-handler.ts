import type { Router, Routing } from "../contracts/index.ts";
import { callOf, type HttpCall } from "./call.ts";
import type { Endpoint, Serving } from "./endpoints/endpoint.ts";
import { endpoints } from "./endpoints/index.ts";
import { openaiError } from "./endpoints/openai-error.ts";
import { failureOf } from "./failure.ts";
import { checkHandlerOptions, type HandlerOptions } from "./handler-options.ts";
import { HttpError } from "./http-error.ts";

/**
 * Serves a router to clients of other interfaces. One function for servers (`handler(request)`), for clients in this
 * process (`new OpenAI({ fetch: handler })`) and for runtimes that want an object with `fetch`. Failures are answers in the
 * shape of the interface that was called. It rejects as `fetch` does, for an abort alone, with the signal's reason.
 */
export interface Handler {
  (input: Request | URL | string, init?: RequestInit): Promise<Response>;
  readonly fetch: Handler;
}

/**
 * Creates a handler for `POST /v1/chat/completions`, `GET /v1/models`, `GET /healthz` and `HEAD /`; the `/v1` may be
 * absent. Throws `InvalidOptionError`.
 */
export function createHandler<Id extends string>(
  router: Router<Id>,
  options: HandlerOptions<Id> = {},
): Handler {
  // Ids of a request come from outside as any text: the router checks them.
  const served = router as unknown as Router;
  const given = options as HandlerOptions;
  checkHandlerOptions(given, served);
  const serving: Serving = {
    router: served,
    options: given,
    identify: (call) => identify(call, given),
  };
  const { maxBodyBytes = 33_554_432 } = options;
  const handle = async (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
    let refuse: Endpoint["refuse"] = openaiError;
    let call: HttpCall | undefined;
    try {
      call = callOf(input, init, maxBodyBytes);
      const endpoint = endpointOf(call);
      refuse = endpoint.refuse;
      return await endpoint.serve(call, serving);
    } catch (error) {
      if (call?.signal?.aborted) throw call.signal.reason;
      return refuse(failureOf(error));
    }
  };
  const handler: Handler = Object.assign(handle, { fetch: handle as Handler });
  return Object.assign(handler, { fetch: handler });
}

/** Throws `HttpError` for a path that is not served, and for another method. */
function endpointOf({ path, method }: HttpCall): Endpoint {
  const local = path.startsWith("/v1/") ? path.slice("/v1".length) : path;
  const there = endpoints.filter((one) =>
    one.path.endsWith("/") && one.path !== "/" ? local.startsWith(one.path) : local === one.path,
  );
  const found = there.find((one) => one.method === method);
  if (found !== undefined) return found;
  if (there.length === 0) throw new HttpError(404, "there is nothing at this path", { code: "not_found" });
  const allow = there.map((one) => one.method).join(", ");
  throw new HttpError(405, `this path takes ${allow}`, { code: "method_not_allowed", headers: { allow } });
}

async function identify({ headers, path }: HttpCall, { authorise }: HandlerOptions): Promise<Routing> {
  if (authorise === undefined) return {};
  const identity = await authorise({ headers, path });
  if (identity === undefined || identity === null)
    throw new HttpError(401, "the key is missing or not known", { code: "invalid_api_key" });
  return identity;
}
