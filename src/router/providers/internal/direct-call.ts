import { type CallOptions, isRouterError, ProviderError } from "../../../contracts/index.ts";
import type { Aborting } from "../../../plugin/call-abort.ts";
import { errorText } from "../../../plugin/error-text.ts";
import type { BoundedResponse } from "../../../plugin/http/bounded-response.ts";
import { guardedFetch, refusalIn } from "../../../plugin/http/guarded-fetch.ts";
import { lostConnection } from "../../../plugin/http/lost-connection.ts";
import { systemCode } from "../../../plugin/http/system-code.ts";
import { settleWithin } from "../../../plugin/settle-within.ts";
import { defaultFetch, hasOwnTransport } from "../transport/default-fetch.ts";
import { callSignal } from "./call-signal.ts";
import { incomplete } from "./incomplete.ts";
import { reportRateLimit } from "./rate-limit-headers.ts";

/** An endpoint that is called without an SDK. */
export interface DirectEndpoint {
  /** Name of the model, for errors. */
  readonly model: string;
  /** A caller's own `fetch`. */
  readonly fetch: typeof fetch | undefined;
  /** Returns the error of an answer with a status of failure. */
  failureOf(text: string, response: Pick<BoundedResponse, "status" | "headers">): ProviderError;
  /** Returns the text of an error for a host that could not be reached, by the system's code. Default: the code. */
  readonly unreachable?: ((code: string) => string | undefined) | undefined;
}

/** A request as it is sent. */
export interface DirectRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Returns the JSON that is posted. Absent: a GET. */
  readonly body?: (() => string) | undefined;
}

/** An open call: an answer with a status of success. */
export interface OpenCall {
  readonly response: BoundedResponse;
  /** Ends the call; `whole` if the answer was read to its end. */
  end(whole: boolean): void;
}

/** The options of a model that a direct call needs. */
export interface DirectOptions extends Pick<CallOptions, "onRateLimit"> {
  readonly signal: Aborting;
}

export type OpenDirectCall = (
  request: () => DirectRequest | Promise<DirectRequest>,
  options: DirectOptions,
) => Promise<OpenCall>;

/** Returns a function that sends one request. It rejects with `ProviderError`, or what `fetch` threw after an abort. */
export function directCalls({ model, fetch: own, failureOf, unreachable }: DirectEndpoint): OpenDirectCall {
  const send = guardedFetch({ own: own ?? defaultFetch, model });
  return async (request, { signal, onRateLimit }) => {
    const asked = request();
    const { url, headers, body } = asked instanceof Promise ? await settleWithin(asked, { signal }) : asked;
    signal.throwIfAborted();
    // Another `fetch` gets a signal of its own: it may leave its listener on it, or its connection open.
    const link = hasOwnTransport(own) ? undefined : callSignal(signal);
    // Our transport takes what aborts a call as it is. Another `fetch` may add headers: to its own copy, since many calls share them.
    const init: RequestInit = {
      method: body === undefined ? "GET" : "POST",
      headers: link === undefined ? headers : { ...headers },
      signal: link === undefined ? (signal as AbortSignal) : link.signal,
      redirect: "manual",
    };
    let response: BoundedResponse;
    try {
      if (body !== undefined) init.body = body();
      response = (await send(url, init)) as unknown as BoundedResponse;
    } catch (error) {
      link?.end();
      throw sendFailure(error, model, unreachable);
    }
    reportRateLimit(response.headers, onRateLimit);
    if (!response.ok) {
      link?.end();
      throw failureOf(await response.text(), response);
    }
    return {
      response,
      end: (whole) => {
        link?.end(whole);
        if (!whole) response.close();
      },
    };
  };
}

/** Converts what `fetch` threw: without an answer, the connection is at fault. */
function sendFailure(error: unknown, model: string, unreachable: DirectEndpoint["unreachable"]): unknown {
  if (isRouterError(error)) return error;
  const refusal = refusalIn(error);
  if (refusal !== undefined) return refusal;
  const isAbort = error instanceof Error && error.name === "AbortError";
  const cause = error instanceof Error && error.cause !== undefined ? String(error.cause) : "";
  // As OpenAI's SDK takes them apart.
  const isLate = isAbort || /timed? ?out/i.test(String(error) + cause);
  const detail = errorText(error);
  const { mayBeBilled, summary: usual } = lostConnection(error);
  if (isLate) return new ProviderError({ kind: "timeout", model, detail, mayBeBilled });
  const code = systemCode(error);
  const summary = (code === undefined ? undefined : unreachable?.(code)) ?? usual;
  return new ProviderError({ kind: "connection", model, detail, mayBeBilled, summary });
}

/** Converts an error that reading an answer threw. */
export function readFailure(error: unknown, model: string): unknown {
  if (isRouterError(error)) return error;
  return incomplete(model, "the answer broke off or cannot be read", errorText(error));
}
