import type { Router, Routing } from "../contracts/index.ts";
import type { HttpCall } from "./call.ts";
import type { Endpoint, Serving } from "./endpoints/endpoint.ts";
import { endpoints } from "./endpoints/index.ts";
import { openaiError } from "./endpoints/openai-error.ts";
import { failureOf } from "./failure.ts";
import { checkHandlerOptions, type HandlerOptions } from "./handler-options.ts";
import { HttpError } from "./http-error.ts";
import type { Reply } from "./reply.ts";

/** The interface as functions of plain calls. Handler and server put it behind their own shapes of a request. */
export interface Answering {
  /** Rejects for an abort alone, with the signal's reason. */
  answer(call: HttpCall): Promise<Reply>;
  /** Returns the reply to a request that could not be read. */
  refuse(error: unknown): Reply;
  serves(method: string, path: string): boolean;
  readonly maxBodyBytes: number;
}

/** Throws `InvalidOptionError`. */
export function answering<Id extends string>(router: Router<Id>, options: HandlerOptions<Id>): Answering {
  // Ids of a request come from outside as any text: the router checks them.
  const served = router as unknown as Router;
  const given = options as HandlerOptions;
  checkHandlerOptions(given, served);
  const { basePath = "/v1", maxBodyBytes = 33_554_432 } = given;
  const base = basePath.replace(/\/+$/, "");
  const serving: Serving = { router: served, options: given, identify: (call) => identify(call, given) };
  return {
    maxBodyBytes,
    refuse: (error) => openaiError(failureOf(error)),
    serves: (method, path) => there(path, base).some((one) => one.method === method),
    async answer(call) {
      let refuse: Endpoint["refuse"] = openaiError;
      try {
        const endpoint = endpointOf(call, base);
        refuse = endpoint.refuse;
        return await endpoint.serve(call, serving);
      } catch (error) {
        if (call.signal?.aborted) throw call.signal.reason;
        return refuse(failureOf(error));
      }
    },
  };
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
