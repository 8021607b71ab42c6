import type { CallOptions, Completion, ModelFacts } from "../../contracts/index.ts";
import { isRouterError, ProviderError } from "../../contracts/index.ts";
import type { BoundedResponse } from "../../plugin/http/bounded-response.ts";
import { guardedFetch, refusalIn } from "../../plugin/http/guarded-fetch.ts";
import { unlessAborted } from "../../plugin/unless-aborted.ts";
import { defaultFetch, hasOwnTransport } from "../transport/default-fetch.ts";
import { callSignal } from "./call-signal.ts";
import { ChatChunks } from "./chat-chunks.ts";
import { incomplete } from "./incomplete.ts";
import { checkAnswer } from "./openai-answer.ts";
import { failureOf, systemCode } from "./openai-errors.ts";
import { readError } from "./openai-fetch.ts";
import type { OpenAiRoute } from "./openai-route.ts";
import { reportRateLimit } from "./rate-limit-headers.ts";

export interface DirectTarget {
  readonly facts: ModelFacts;
  /** See `writerOf`. */
  readonly writer: string;
  /** A caller's own `fetch`. */
  readonly fetch: typeof fetch | undefined;
  /** Returns the route of the next call. */
  route(): Promise<OpenAiRoute>;
}

/** An open call: an answer with a status of success. */
interface Call {
  readonly response: BoundedResponse;
  /** Ends the call; `whole` if the answer was read to its end. */
  end(whole: boolean): void;
}

/** Calls of an endpoint that speaks OpenAI chat completions, without OpenAI's SDK. */
export interface DirectCalls {
  generate(body: object, options: CallOptions): Promise<Completion>;
  stream(body: () => object, options: CallOptions): ChatChunks;
  /** Returns the answer to a request for the list of models. */
  health(signal: AbortSignal): Promise<string>;
}

export function openaiDirect({ facts, writer, fetch: own, route }: DirectTarget): DirectCalls {
  const model = facts.name;
  const send = guardedFetch({ own: own ?? defaultFetch, model });

  async function open(
    path: string,
    body: object | undefined,
    { signal, onRateLimit }: Pick<CallOptions, "signal" | "onRateLimit">,
  ): Promise<Call> {
    const { url, headers } = await unlessAborted(route(), signal);
    // Another `fetch` gets a signal of its own: it may leave its listener on it, or its connection open.
    const link = hasOwnTransport(own) ? undefined : callSignal(signal);
    const init = { method: "GET", headers, signal: link?.signal ?? signal };
    let response: BoundedResponse;
    try {
      const sent = body === undefined ? init : { ...init, method: "POST", body: JSON.stringify(body) };
      response = (await send(url(path), sent)) as unknown as BoundedResponse;
    } catch (error) {
      link?.end();
      throw sendFailure(error, model);
    }
    reportRateLimit(response.headers, onRateLimit);
    if (!response.ok) {
      link?.end();
      throw failureOf(readError(await response.text()), model, response.status, response.headers);
    }
    return {
      response,
      end: (whole) => {
        link?.end(whole);
        if (!whole) response.close();
      },
    };
  }

  return {
    async generate(body, options) {
      const { signal } = options;
      let call: Call | undefined;
      let whole = false;
      try {
        call = await open("/chat/completions", body, options);
        const completion = await readCompletion(call.response, model);
        whole = true;
        return completion;
      } catch (error) {
        throw signal.aborted ? signal.reason : error;
      } finally {
        call?.end(whole);
      }
    },

    stream: (body, options) =>
      new ChatChunks({
        model,
        writer,
        signal: options.signal,
        open: async () => {
          const call = await open("/chat/completions", body(), options);
          return { source: call.response.body?.source, headers: call.response.headers, end: call.end };
        },
      }),

    async health(signal) {
      try {
        const call = await open("/models", undefined, { signal });
        try {
          return await call.response.text();
        } finally {
          call.end(false);
        }
      } catch (error) {
        throw signal.aborted ? signal.reason : error;
      }
    },
  };
}

/** Converts what `fetch` threw: without an answer, the connection is at fault. */
function sendFailure(error: unknown, model: string): unknown {
  if (isRouterError(error)) return error;
  const refusal = refusalIn(error);
  if (refusal !== undefined) return refusal;
  const isAbort = error instanceof Error && error.name === "AbortError";
  const cause = error instanceof Error && error.cause !== undefined ? String(error.cause) : "";
  // As OpenAI's SDK takes them apart.
  const isLate = isAbort || /timed? ?out/i.test(String(error) + cause);
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  if (isLate) return new ProviderError({ kind: "timeout", model, detail });
  return new ProviderError({ kind: "connection", model, detail, summary: systemCode(error) });
}

async function readCompletion(response: BoundedResponse, model: string): Promise<Completion> {
  let body: Partial<Completion> & { error?: unknown };
  try {
    body = JSON.parse(await response.text());
  } catch (error) {
    throw readFailure(error, model);
  }
  if (body?.error) throw failureOf(body.error, model, undefined, response.headers);
  return checkAnswer(body, model);
}

function readFailure(error: unknown, model: string): unknown {
  if (isRouterError(error)) return error;
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return incomplete(model, "the answer broke off or cannot be read", detail);
}
