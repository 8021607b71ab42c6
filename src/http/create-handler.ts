import type { Router, Routing } from "../contracts/index.ts";
import { callOf, type HttpCall, pathOf } from "./call.ts";
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
  /** True if the handler serves this method and path. Others it answers with status 404 or 405. */
  serves(input: Request | URL | string, init?: RequestInit): boolean;
}

/**
 * Creates a handler for `POST /v1/chat/completions`, `POST /v1/messages`, `GET /v1/models`, `GET /healthz` and
 * `HEAD /`; the `/v1` may be absent. Throws `InvalidOptionError`.
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
  const { maxBodyBytes = 33_554_432, basePath = "/v1" } = options;
  const base = basePath.replace(/\/+$/, "");
  const handle = async (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
    let refuse: Endpoint["refuse"] = openaiError;
    let call: HttpCall | undefined;
    try {
      call = callOf(input, init, maxBodyBytes);
      const endpoint = endpointOf(call, base);
      refuse = endpoint.refuse;
      return await endpoint.serve(call, serving);
    } catch (error) {
      if (call?.signal?.aborted) throw call.signal.reason;
      return refuse(failureOf(error));
    }
  };
  const serves: Handler["serves"] = (input, init) => {
    try {
      const method = init?.method ?? (typeof input === "object" && "method" in input ? input.method : "GET");
      return there(pathOf(input), base).some((one) => one.method === method.toUpperCase());
    } catch {
      return false;
    }
  };
  const handler = Object.assign(handle, { serves }) as Handler;
  return Object.assign(handler, { fetch: handler });
}

/** Throws `HttpError` for a path that is not served, and for another method. */
function endpointOf({ path, method }: HttpCall, base: string): Endpoint {
  const known = there(path, base);
  const found = known.find((one) => one.method === method);
  if (found !== undefined) return found;
  if (known.length === 0) throw new HttpError(404, "there is nothing at this path", { code: "not_found" });
  const allow = known.map((one) => one.method).join(", ");
  throw new HttpError(405, `this path takes ${allow}`, { code: "method_not_allowed", headers: { allow } });
}

/** Returns the endpoints of a path, one for each method. */
function there(path: string, base: string): readonly Endpoint[] {
  const local = path.startsWith(`${base}/`) ? path.slice(base.length) : path;
  return endpoints.filter((one) =>
    one.path.endsWith("/") && one.path !== "/" ? local.startsWith(one.path) : local === one.path,
  );
}

async function identify({ headers, path }: HttpCall, { authorise }: HandlerOptions): Promise<Routing> {
  if (authorise === undefined) return {};
  const identity = await authorise({ headers, path });
  if (identity === undefined || identity === null)
    throw new HttpError(401, "the key is missing or not known", { code: "invalid_api_key" });
  return identity;
}
