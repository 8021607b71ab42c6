import type {
  CallOptions,
  ChatRequest,
  Completion,
  CompletionChunk,
  NativeRequest,
  ProviderError,
  ProviderOptions,
} from "../../contracts/index.ts";
import { type NativeEvent, withNative } from "../../plugin/native-answer.ts";
import { withNativeFailure } from "../../plugin/native-failure.ts";
import { type AnswerContext, toCompletion } from "./anthropic-answer.ts";
import { toProviderError } from "./anthropic-errors.ts";
import { type NativeSettings, nativeMessagesBody } from "./anthropic-native-body.ts";
import { endsAnswer, toChunks } from "./anthropic-stream.ts";
import type { AnswerEvent } from "./anthropic-wire.ts";
import { type DirectRequest, directCalls, type OpenCall, readFailure } from "./direct-call.ts";
import { settingOf } from "./openai-route.ts";
import { serverEvents } from "./server-events.ts";
import { untilEnd } from "./until-end.ts";

type Headers = Readonly<Record<string, string>>;

export interface NativeTarget {
  /** Name of the model, for errors. */
  readonly name: string;
  readonly fetch: typeof fetch | undefined;
  readonly settings: Omit<NativeSettings, "isStreamed">;
  /** Returns address and headers of a call, with the sender's headers among them. */
  route(headers: Headers): Promise<Pick<DirectRequest, "url" | "headers">>;
}

/**
 * Calls that send a Messages request as its sender wrote it, and keep what the server sends. `request` is the translation.
 * Both reject with `ProviderError`, or with the signal's reason.
 */
export interface NativeMessages {
  generate(native: NativeRequest, request: ChatRequest, call: CallOptions): Promise<Completion>;
  stream(native: NativeRequest, request: ChatRequest, call: CallOptions): AsyncIterable<CompletionChunk>;
}

export function nativeMessages({ name, fetch, settings, route }: NativeTarget): NativeMessages {
  const { writer } = settings;
  const openCall = directCalls({
    model: name,
    fetch,
    failureOf: (text, { status, headers }) => failureOf(text, name, status, headers),
  });
  const open = (native: NativeRequest, request: ChatRequest, call: CallOptions, isStreamed: boolean) => {
    const body = nativeMessagesBody(native, request, { ...settings, isStreamed }, call);
    return openCall(async () => ({ ...(await route(native.headers)), body: () => body }), call);
  };
  const context = (): AnswerContext => ({ name, writer, created: Math.floor(Date.now() / 1_000) });

  return {
    async generate(native, request, call) {
      let opened: OpenCall | undefined;
      let whole = false;
      try {
        opened = await open(native, request, call, false);
        const text = await opened.response.text();
        whole = true;
        const completion = toCompletion(parsed(text, name), context());
        return withNative(completion, { protocol: "messages", writer, content: text });
      } catch (error) {
        throw call.signal.aborted ? call.signal.reason : error;
      } finally {
        opened?.end(whole);
      }
    },

    async *stream(native, request, call) {
      let opened: OpenCall | undefined;
      let whole = false;
      try {
        opened = await open(native, request, call, true);
        yield* nativeChunks(opened, call, context());
        whole = true;
      } catch (error) {
        throw call.signal.aborted ? call.signal.reason : error;
      } finally {
        opened?.end(whole);
      }
    },
  };
}

/** Each chunk carries the events that have come since the one before it. */
async function* nativeChunks(
  { response }: OpenCall,
  { signal }: CallOptions,
  context: AnswerContext,
): AsyncGenerator<CompletionChunk> {
  const { name, writer } = context;
  let waiting: NativeEvent[] = [];
  const events = async function* (): AsyncGenerator<AnswerEvent> {
    for await (const { type, data, fields } of serverEvents(response.body?.source, name)) {
      signal.throwIfAborted();
      if (type === "error") throw failureOf(data, name, undefined, response.headers);
      waiting.push({ type, data });
      if (type !== "ping") yield fields as unknown as AnswerEvent;
    }
    signal.throwIfAborted();
  };
  for await (const chunk of toChunks(untilEnd(events(), endsAnswer), context)) {
    yield waiting.length === 0
      ? chunk
      : withNative(chunk, { protocol: "messages", writer, content: waiting });
    waiting = [];
  }
}

/** Returns address and headers of a call. The sender's version counts, since its body is written for it; betas add up. */
export function nativeRoute(
  key: string,
  {
    baseUrl,
    version = "2026-10-21",
    headers: own = {},
  }: Pick<ProviderOptions, "baseUrl" | "headers"> & {
    readonly version?: string | undefined;
  },
  sent: Headers,
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

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw readFailure(error, name);
  }
}

/** Creates the error for an error's body, which it keeps as it came. */
function failureOf(
  text: string,
  name: string,
  status: number | undefined,
  headers: globalThis.Headers,
): ProviderError {
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
