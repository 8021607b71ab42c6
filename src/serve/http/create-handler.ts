import type { Router } from "../../contracts/index.ts";
import { answering } from "./answering.ts";
import { callOf, type HttpCall, pathOf } from "./call.ts";
import { type HandlerOptions, readHandlerOptions } from "./handler-options.ts";
import { responseOf } from "./reply.ts";

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
 * Creates a handler for `POST /v1/chat/completions`, `/v1/responses`, `/v1/messages`, `/v1beta/models/{model}:generateContent`,
 * `GET /v1/models`, `/v1beta/models`, `/healthz` and `HEAD /`; the `/v1` may be absent. Throws `InvalidOptionError`.
 */
export function createHandler<Id extends string>(
  router: Router<Id>,
  options: HandlerOptions<Id> = {},
): Handler {
  // Ids of a request come from outside as any text: the router checks them.
  const served = router as unknown as Router;
  const read = readHandlerOptions("createHandler", options as HandlerOptions, served);
  const { answer, refuse, serves, maxBodyBytes } = answering(served, read);
  const handle = async (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
    let call: HttpCall;
    try {
      call = callOf(input, init, maxBodyBytes);
    } catch (error) {
      return responseOf(refuse(error));
    }
    return responseOf(await answer(call), call.signal);
  };
  const servesInput: Handler["serves"] = (input, init) => {
    try {
      const method = init?.method ?? (typeof input === "object" && "method" in input ? input.method : "GET");
      return serves(method.toUpperCase(), pathOf(input));
    } catch {
      return false;
    }
  };
  const handler = Object.assign(handle, { serves: servesInput }) as Handler;
  return Object.assign(handler, { fetch: handler });
}
