import type { CallOptions, ChatRequest, Model } from "../../../contracts/index.ts";
import { abortOf, asksAbort } from "../../../plugin/call-abort.ts";
import { readsRequests } from "../../../plugin/reading-sinks.ts";
import type { DirectRequest } from "./direct-call.ts";
import type { OpenAiBatchWire } from "./openai-batches.ts";
import type { PlatformWire } from "./openai-direct.ts";
import { failureOf } from "./openai-errors.ts";
import { readError } from "./openai-fetch.ts";
import type { OpenAiRoute } from "./openai-route.ts";
import { endsResponse, toChunks, toCompletion } from "./responses-answer.ts";
import { nativeResponsesBody } from "./responses-native-body.ts";
import { type ResponsesSettings, toResponsesBody } from "./responses-request.ts";
import type { ServerEvent } from "./server-events.ts";
import { type FailureText, type WrittenOptions, writtenCalls } from "./written-calls.ts";

export interface ResponsesTarget {
  readonly settings: ResponsesSettings;
  readonly fetch: typeof fetch | undefined;
  /** Returns the route of the next call. */
  route(): Promise<OpenAiRoute>;
  readonly platform?: Pick<PlatformWire, "failureOf"> | undefined;
}

/** Protocols in which a model that is called so takes requests as they came. */
export const speaksResponses = ["responses"] as const;

/** Calls of a model through `/responses`: translated requests, and those that go as their senders wrote them. */
export function responsesCalls({
  settings,
  fetch,
  route,
  platform,
}: ResponsesTarget): Pick<Model, "generate" | "stream"> {
  const { name, writer, model, defaults } = settings;
  const calls = writtenCalls({
    protocol: "responses",
    name,
    writer,
    fetch,
    failureOf: ({ text, status, headers }: FailureText) => {
      if (status === undefined) return failureOf(errorOf(text), name, status, headers);
      const usual = () => failureOf(readError(text), name, status, headers);
      return platform?.failureOf?.(text, { status, headers }, usual) ?? usual();
    },
    completionOf: toCompletion,
    chunksOf: toChunks,
    endsAnswer: endsResponse,
    isFailure: ({ type }: ServerEvent) => type === "error" || type === "response.failed",
  });
  const requestOf =
    (request: ChatRequest, call: CallOptions, isStreamed: boolean) => async (): Promise<DirectRequest> => {
      const { native } = call;
      const body =
        native === undefined
          ? JSON.stringify({
              ...toResponsesBody(request, settings, call),
              ...(isStreamed && { stream: true }),
            })
          : nativeResponsesBody(native, request, { model, writer, defaults, isStreamed });
      const { url, headers } = await route();
      return { url: url("/responses"), headers: { ...headers, ...native?.headers }, body: () => body };
    };
  const optionsOf = (call: CallOptions): WrittenOptions => {
    const signal = abortOf(call);
    signal.throwIfAborted();
    return { signal, onRateLimit: call.onRateLimit, native: call.native };
  };
  return readsRequests({
    generate: asksAbort(async (request: ChatRequest, call: CallOptions) =>
      calls.generate(requestOf(request, call, false), optionsOf(call)),
    ),
    stream: asksAbort(async function* (request: ChatRequest, call: CallOptions) {
      yield* calls.stream(requestOf(request, call, true), optionsOf(call));
    }),
  });
}

/** The same for batches. */
export function responsesBatch(settings: ResponsesSettings): OpenAiBatchWire {
  const { name, writer } = settings;
  return {
    endpoint: "/v1/responses",
    bodyOf: (request, onDropped) => toResponsesBody(request, settings, { onDropped }),
    completionOf: (body) => toCompletion(body, { name, writer, created: Math.floor(Date.now() / 1_000) }),
  };
}

/** Returns the error in an event: its own fields, or those of the response that failed. */
function errorOf(text: string): unknown {
  const { response, error, ...own } = JSON.parse(text) as {
    readonly response?: { readonly error?: unknown };
    readonly error?: unknown;
    readonly type?: unknown;
  };
  // The type of the event is not that of an error.
  return response?.error ?? error ?? { ...own, type: undefined };
}
