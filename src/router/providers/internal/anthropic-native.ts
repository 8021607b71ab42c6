import {
  type CallOptions,
  type ChatRequest,
  type Completion,
  type CompletionChunk,
  isRouterError,
  type NativeRequest,
  type ProviderError,
  type ProviderOptions,
} from "../../../contracts/index.ts";
import { fieldsOf } from "../../../plugin/fields-of.ts";
import { toCompletion } from "./anthropic-answer.ts";
import { toProviderError } from "./anthropic-errors.ts";
import { type NativeSettings, nativeCountBody, nativeMessagesBody } from "./anthropic-native-body.ts";
import { endsAnswer, toChunks } from "./anthropic-stream.ts";
import type { AnswerEvent } from "./anthropic-wire.ts";
import { type DirectRequest, directCalls } from "./direct-call.ts";
import { incomplete } from "./incomplete.ts";
import { settingOf } from "./openai-route.ts";
import type { ServerEvent } from "./server-events.ts";
import { type FailureText, writtenCalls } from "./written-calls.ts";

type HeaderFields = Readonly<Record<string, string>>;

export interface NativeTarget {
  /** Name of the model, for errors. */
  readonly name: string;
  readonly fetch: typeof fetch | undefined;
  readonly settings: Omit<NativeSettings, "isStreamed">;
  /** Returns address and headers of a call, with the sender's headers among them. */
  route(headers: HeaderFields): Promise<Pick<DirectRequest, "url" | "headers">>;
}

/**
 * Calls that send a Messages request as its sender wrote it, and keep what the server sends. `request` is the translation.
 * Both reject with `ProviderError`, or with the signal's reason.
 */
export interface NativeMessages {
  generate(native: NativeRequest, request: ChatRequest, call: CallOptions): Promise<Completion>;
  stream(native: NativeRequest, request: ChatRequest, call: CallOptions): AsyncIterable<CompletionChunk>;
  count(native: NativeRequest, signal: AbortSignal): Promise<number>;
}

export function nativeMessages({ name, fetch, settings, route }: NativeTarget): NativeMessages {
  const calls = writtenCalls({
    protocol: "messages",
    name,
    writer: settings.writer,
    fetch,
    failureOf: (failure) => failureOf(failure, name),
    completionOf: toCompletion,
    chunksOf: (events, context) => toChunks(answerEvents(events), context),
    endsAnswer: ({ fields }) => endsAnswer(fields as unknown as AnswerEvent),
    isFailure: ({ type }) => type === "error",
  });
  const requestOf =
    (native: NativeRequest, request: ChatRequest, call: CallOptions, isStreamed: boolean) =>
    async (): Promise<DirectRequest> => {
      const body = nativeMessagesBody(native, request, { ...settings, isStreamed }, call);
      return { ...(await route(native.headers)), body: () => body };
    };
  const failureIn = (text: string, { status, headers }: Pick<FailureText, "status" | "headers">) =>
    failureOf({ text, status, headers }, name);
  const open = directCalls({ model: name, fetch, failureOf: failureIn });
  return {
    async count(native, signal) {
      const body = nativeCountBody(native, settings);
      const called = await open(
        async () => {
          const { url, headers } = await route(native.headers);
          return { url: `${url}/count_tokens`, headers, body: () => body };
        },
        { signal },
      );
      let whole = false;
      try {
        const tokens = fieldsOf(JSON.parse(await called.response.text()))["input_tokens"];
        whole = true;
        if (Number.isSafeInteger(tokens) && (tokens as number) >= 0) return tokens as number;
      } catch (error) {
        if (signal.aborted || isRouterError(error)) throw error;
      } finally {
        called.end(whole);
      }
      throw incomplete(name, "the answer has no number of tokens");
    },
    generate: (native, request, call) => calls.generate(requestOf(native, request, call, false), call),
    stream: (native, request, call) => calls.stream(requestOf(native, request, call, true), call),
  };
}

export async function* answerEvents(events: AsyncIterable<ServerEvent>): AsyncGenerator<AnswerEvent> {
  for await (const { fields } of events) yield fields as unknown as AnswerEvent;
}

/** Returns address and headers of a call. The sender's version counts, since its body is written for it; betas add up. */
export function nativeRoute(
  key: string,
  {
    baseUrl,
    version = "2026-10-21",
    headers: own = {},
  }: Pick<ProviderOptions, "baseUrl" | "headers"> & { readonly version?: string | undefined },
  sent: HeaderFields,
): Pick<DirectRequest, "url" | "headers"> {
  const headers: Record<string, string> = {
    accept: "application/json",
    "content-type": "application/json",
    "user-agent": "switchpoint",
    "anthropic-version": version,
    ...(version === "2023-06-01" ? { "x-api-key": key } : { authorization: `Bearer ${key}` }),
  };
  for (const [name, value] of Object.entries(own)) headers[name.toLowerCase()] = value;
  const betas = [headers["anthropic-beta"], sent["anthropic-beta"]].filter((value) => value !== undefined);
  const base = (baseUrl ?? settingOf("ANTHROPIC_BASE_URL") ?? "https://api.anthropic.com").replace(
    /\/+$/,
    "",
  );
  return {
    url: `${base}/v1/messages`,
    headers: { ...headers, ...sent, ...(betas.length > 0 && { "anthropic-beta": betas.join(",") }) },
  };
}

/** Creates the error of an answer, or of an event, that reports a failure. */
export function failureOf({ text, status, headers }: FailureText, name: string): ProviderError {
  const body = bodyOf(text);
  const { type, message } = body.error ?? {};
  return toProviderError(
    {
      status,
      error: body,
      type: typeof type === "string" ? type : status === undefined ? "api_error" : undefined,
      apiMessage: typeof message === "string" ? message : text.slice(0, longestDetail),
      requestID: headers.get("request-id") ?? body.request_id,
      headers,
    },
    name,
  ) as ProviderError;
}

const longestDetail = 2_000;

function bodyOf(text: string): {
  readonly error?: { readonly type?: unknown; readonly message?: unknown } | null;
  readonly request_id?: unknown;
} {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
