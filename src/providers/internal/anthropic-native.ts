import { type CallOptions, type Completion, type CompletionChunk, ProviderError } from "../../contracts/index.ts";
import { type NativeEvent, withNative } from "../../plugin/native-answer.ts";
import { withNativeFailure } from "../../plugin/native-failure.ts";
import { type AnswerContext, toCompletion } from "./anthropic-answer.ts";
import { toProviderError } from "./anthropic-errors.ts";
import { endsAnswer, toChunks } from "./anthropic-stream.ts";
import type { AnswerEvent } from "./anthropic-wire.ts";
import { type DirectRequest, directCalls, readFailure } from "./direct-call.ts";
import { serverEvents } from "./server-events.ts";
import { untilEnd } from "./until-end.ts";

export interface NativeTarget {
  /** Name of the model, for errors. */
  readonly name: string;
  readonly fetch: typeof fetch | undefined;
}

/** Calls that send a Messages request as its sender wrote it, and keep what the server sends. */
export interface NativeMessages {
  generate(request: () => Promise<DirectRequest>, call: CallOptions, context: AnswerContext): Promise<Completion>;
  stream(
    request: () => Promise<DirectRequest>,
    call: CallOptions,
    context: AnswerContext,
  ): AsyncIterable<CompletionChunk>;
}

/** Both reject with `ProviderError`, or with the signal's reason. */
export function nativeMessages({ name, fetch }: NativeTarget): NativeMessages {
  const open = directCalls({
    model: name,
    fetch,
    failureOf: (text, { status, headers }) => failureOf(text, name, status, headers),
  });
  return {
    async generate(request, call, context) {
      const { response, end } = await open(request, call);
      let whole = false;
      try {
        const text = await response.text();
        whole = true;
        call.signal.throwIfAborted();
        const completion = toCompletion(parsed(text, name), context);
        return withNative(completion, { protocol: "messages", writer: context.writer, content: text });
      } finally {
        end(whole);
      }
    },

    async *stream(request, call, context) {
      const { response, end } = await open(request, call);
      let waiting: NativeEvent[] = [];
      const events = async function* (): AsyncGenerator<AnswerEvent> {
        for await (const { type, data, fields } of serverEvents(response.body?.source, name)) {
          call.signal.throwIfAborted();
          if (type === "error") throw failureOf(data, name, undefined, response.headers);
          waiting.push({ type, data });
          if (type !== "ping") yield fields as unknown as AnswerEvent;
        }
        call.signal.throwIfAborted();
      };
      let whole = false;
      try {
        for await (const chunk of toChunks(untilEnd(events(), endsAnswer), context)) {
          const { writer } = context;
          yield waiting.length === 0
            ? chunk
            : withNative(chunk, { protocol: "messages", writer, content: waiting });
          waiting = [];
        }
        whole = true;
      } finally {
        end(whole);
      }
    },
  };
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw readFailure(error, name);
  }
}

/** Creates the error for an error's body, which it keeps as it came. */
function failureOf(text: string, name: string, status: number | undefined, headers: Headers): ProviderError {
  const body = bodyOf(text);
  const { type, message } = body.error ?? {};
  const error = toProviderError(
    {
      status,
      type: typeof type === "string" ? type : status === undefined ? "api_error" : undefined,
      apiMessage: typeof message === "string" ? message : text.slice(0, longestDetail),
      requestID: headers.get("request-id") ?? body.request_id,
      headers,
    },
    name,
  ) as ProviderError;
  return withNativeFailure(error, { protocol: "messages", status, text });
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
