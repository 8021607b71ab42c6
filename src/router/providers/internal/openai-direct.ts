import type { Completion, ModelFacts } from "../../../contracts/index.ts";
import { isRouterError, type ProviderError } from "../../../contracts/index.ts";
import type { BoundedResponse } from "../../../plugin/http/bounded-response.ts";
import { ChatChunks } from "./chat-chunks.ts";
import {
  type DirectOptions,
  type DirectRequest,
  directCalls,
  type OpenCall,
  readFailure,
} from "./direct-call.ts";
import { type AnswerOf, completionOf } from "./openai-answer.ts";
import { failureOf } from "./openai-errors.ts";
import { readError } from "./openai-fetch.ts";
import type { OpenAiRoute } from "./openai-route.ts";

export interface DirectTarget {
  readonly facts: ModelFacts;
  /** See `writerOf`. */
  readonly writer: string;
  /** A caller's own `fetch`. */
  readonly fetch: typeof fetch | undefined;
  /** Returns the route of the next call. */
  route(): OpenAiRoute | Promise<OpenAiRoute>;
  readonly platform?: PlatformWire | undefined;
  /** See `FailureOptions`. */
  readonly isEngine?: boolean | undefined;
  /** The name that requests say; null for none. */
  readonly wireModel: string | null;
}

/** Differences of a platform between a call and a server that speaks chat completions. */
export interface PlatformWire {
  /** Returns the error of a refusal. `usual`: as a server without a platform would mean it. */
  failureOf?(text: string, response: Refusal, usual: () => ProviderError): ProviderError;
  /** Returns the text of an error for a host that could not be reached, by the system's code. */
  unreachable?(code: string): string | undefined;
  /** Unwraps the body of a stream. Absent: it is an event stream. */
  unwrap?(source: unknown): unknown;
  /**
   * True if the platform has no list of models. Its health is then that a request without messages is refused by what
   * serves the model, or answered.
   */
  readonly hasNoList?: boolean | undefined;
}

export type Refusal = Pick<BoundedResponse, "status" | "headers">;

/** Calls of an endpoint that speaks OpenAI chat completions, without OpenAI's SDK. */
export interface DirectCalls {
  generate(body: object, options: DirectOptions): Promise<Completion>;
  stream(body: () => object, options: DirectOptions): ChatChunks;
  /** Returns the answer to a request for the list of models. */
  health(signal: AbortSignal): Promise<string>;
}

export function openaiDirect(target: DirectTarget): DirectCalls {
  const { facts, writer, fetch: own, route, platform = {} } = target;
  const model = facts.name;
  const probe = { model: target.wireModel ?? undefined, messages: [], max_tokens: 1 };
  const call = directCalls({
    model,
    fetch: own,
    failureOf: (text, response) => {
      const { status, headers } = response;
      const usual = () => failureOf(readError(text), model, status, headers, target);
      return platform.failureOf?.(text, response, usual) ?? usual();
    },
    unreachable: platform.unreachable,
  });
  const open = (
    path: string,
    body: object | undefined,
    options: DirectOptions,
    streams = false,
  ): Promise<OpenCall> =>
    call(() => {
      // No promise where none is needed: there is one for each call.
      const known = route();
      return known instanceof Promise
        ? known.then((one) => requestOf(one, path, body, streams))
        : requestOf(known, path, body, streams);
    }, options);

  async function isServed(signal: AbortSignal): Promise<string> {
    try {
      const call = await open("/chat/completions", probe, { signal });
      call.end(false);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (!isRouterError(error, "provider") || !refusedByModel.has(error.kind)) throw error;
    }
    return "";
  }

  return {
    async generate(body, options) {
      const { signal } = options;
      let call: OpenCall | undefined;
      let whole = false;
      try {
        call = await open("/chat/completions", body, options);
        const completion = await readCompletion(call.response, { model, writer });
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
        isEngine: target.isEngine,
        signal: options.signal,
        open: async () => {
          const call = await open("/chat/completions", body(), options, true);
          const { body: answer, headers } = call.response;
          const source = platform.unwrap === undefined ? answer?.source : platform.unwrap(answer?.source);
          return { source, headers, end: call.end };
        },
      }),

    async health(signal) {
      if (platform.hasNoList) return isServed(signal);
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

function requestOf(
  { url, headers, sign }: OpenAiRoute,
  path: string,
  body: object | undefined,
  streams: boolean,
): DirectRequest | Promise<DirectRequest> {
  const at = url(path, streams);
  if (sign === undefined) return { url: at, headers, body: body && (() => JSON.stringify(body)) };
  const text = body && JSON.stringify(body);
  const request = { url: at, headers, body: text, method: text === undefined ? "GET" : "POST" } as const;
  return sign(request).then((all) => ({
    url: at,
    headers: all,
    body: text === undefined ? undefined : () => text,
  }));
}

/** Kinds by which what serves the model refuses a request without messages. */
const refusedByModel = new Set(["invalid-request", "context-overflow"]);

export async function readCompletion(response: BoundedResponse, of: AnswerOf): Promise<Completion> {
  let body: unknown;
  try {
    body = JSON.parse(await response.text());
  } catch (error) {
    throw readFailure(error, of.model);
  }
  return completionOf(body, of, response.headers);
}
