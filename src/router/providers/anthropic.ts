import type { Anthropic } from "@anthropic-ai/sdk";
import {
  type CallOptions,
  type ChatRequest,
  type Completion,
  type CompletionChunk,
  isRouterError,
  MissingDependencyError,
  type Model,
  ProviderError,
  type ProviderOptions,
} from "../../contracts/index.ts";
import { guardedFetch } from "../../plugin/http/guarded-fetch.ts";
import type { OptionTable } from "../../plugin/index.ts";
import { readsRequests } from "../../plugin/reading-sinks.ts";
import { settleWithin } from "../../plugin/settle-within.ts";
import { toCompletion } from "./internal/anthropic-answer.ts";
import { anthropicBatches } from "./internal/anthropic-batches.ts";
import { toProviderError } from "./internal/anthropic-errors.ts";
import { nativeMessages, nativeRoute } from "./internal/anthropic-native.ts";
import { DEFAULT_MAX_TOKENS, toMessagesBody } from "./internal/anthropic-request.ts";
import { endsAnswer, readStreamedMessage, toChunks } from "./internal/anthropic-stream.ts";
import type { AnswerEvent, MessagesBody } from "./internal/anthropic-wire.ts";
import { callSignal } from "./internal/call-signal.ts";
import { reasoningOfClaude } from "./internal/claude-models.ts";
import { anthropicContentTypes } from "./internal/content-types.ts";
import { customAsFunctions } from "./internal/custom-as-functions.ts";
import { pathOf } from "./internal/path-of.ts";
import { writerOf } from "./internal/provenance.ts";
import { requireKey } from "./internal/provider-key.ts";
import {
  factsOf,
  type OpenOption,
  providerOptions,
  readProviderOptions,
} from "./internal/provider-options.ts";
import { reportRateLimit, reportRefusal } from "./internal/rate-limit-headers.ts";
import { untilEnd } from "./internal/until-end.ts";
import { defaultFetch } from "./transport/default-fetch.ts";

export interface AnthropicOptions extends ProviderOptions {
  /**
   * API version. `2026-10-21` (default) refuses sampling parameters, so they are dropped and reported.
   * `2023-06-01` accepts `temperature` (above 1: sent as 1) and `top_p`, and takes the key as `x-api-key`;
   * it is for older models and for servers that imitate the API.
   */
  readonly version?: "2026-10-21" | "2023-06-01" | undefined;
  /**
   * Form in which `reasoning_effort` is sent. `effort`: adaptive thinking with an effort. `budget`: a share
   * of the output limit as thinking tokens, at least 1,024; models before 4.6 know no other. Default:
   * chosen by the model's id.
   */
  readonly reasoning?: "effort" | "budget" | undefined;
}

export const anthropicOptions: OptionTable<AnthropicOptions, OpenOption | "reasoning"> = {
  ...providerOptions,
  version: { is: "choice", of: ["2026-10-21", "2023-06-01"], default: "2026-10-21" },
  reasoning: { is: "choice", of: ["effort", "budget"], optional: true },
};

/**
 * An Anthropic model, called through `@anthropic-ai/sdk` (an optional peer, loaded at the first call;
 * `MissingDependencyError` if it is not installed). The key is `apiKey` or `ANTHROPIC_API_KEY`, read at
 * each call. `baseUrl` has no version in it (default `ANTHROPIC_BASE_URL`, else
 * `https://api.anthropic.com`).
 *
 *     anthropic("claude-haiku-4-5", { labels: { residency: "us" } })
 *
 * Beyond OpenAI's fields, an answer's message may hold `reasoning_content` and `thinking_blocks`, together
 * with `written_by`, and `provider_parts` if the provider's own tools took part, whose container is in
 * `provider_metadata`. Send the message back unchanged to continue a tool loop. Thinking and parts that
 * are not known to come from this model are left out, because the API refuses them; tool call ids that the API
 * refuses are replaced. So a conversation that another model began can continue. Citations are `annotations`. A
 * `pause_turn` (a turn of the provider's own tools) ends with finish reason `length`, and with its own word in
 * `native_finish_reason`. Without an output limit, 8,192 tokens are
 * requested. Keys of `defaults.extraBody` replace those of the translated body, for instance
 * `{ cache_control: { type: "ephemeral" } }`, except for an output limit that the request has itself.
 *
 * Throws `InvalidOptionError`.
 */
export function anthropic(model: string, given: AnthropicOptions = {}): Model {
  const options = readProviderOptions("anthropic", anthropicOptions, model, given);
  const facts = factsOf("anthropic", model, options, anthropicContentTypes);
  const { name, maxOutputTokens } = facts;
  const writer = writerOf(facts);
  const { defaults } = options;
  const connect = connector(name, options);
  const healthPath = `/v1/models/${pathOf("anthropic.model", model).replaceAll("/", "%2F")}`;

  const reasoning = options.reasoning ?? reasoningOfClaude(model);

  const translate = (request: ChatRequest, { onDropped }: Pick<CallOptions, "onDropped">): MessagesBody =>
    toMessagesBody(request, {
      model,
      name,
      writer,
      version: options.version,
      reasoning,
      defaults,
      maxOutputTokens,
      strictParameters: options.strictParameters,
      onDropped,
    });

  // `client.messages.create` is not used: it prints warnings about model ids to the console and refuses
  // long answers that are not streamed.
  const post = async (body: MessagesBody, { signal, onRateLimit }: CallOptions): Promise<unknown> => {
    const client = await settleWithin(connect(), { signal });
    const own = callSignal(signal);
    let whole = false;
    try {
      const response = await client.post(path, { body, signal: own.signal }).asResponse();
      reportRateLimit(response.headers, onRateLimit);
      const text = await response.text();
      whole = true;
      signal.throwIfAborted();
      return JSON.parse(text);
    } finally {
      own.end(whole);
    }
  };
  const native = nativeMessages({
    name,
    fetch: options.fetch,
    settings: { model, writer, reasoning, defaults, maxOutputTokens },
    route: async (headers) => nativeRoute(await currentKey(name, options), options, headers),
  });
  const events = async function* (
    body: MessagesBody,
    { signal, onRateLimit }: CallOptions,
  ): AsyncGenerator<AnswerEvent> {
    const client = await settleWithin(connect(), { signal });
    const own = callSignal(signal);
    const streamed = { body: { ...body, stream: true }, signal: own.signal, stream: true };
    try {
      const { data, response } = await client.post<AsyncIterable<AnswerEvent>>(path, streamed).withResponse();
      reportRateLimit(response.headers, onRateLimit);
      for await (const event of untilEnd(data, endsAnswer)) {
        signal.throwIfAborted();
        yield event;
      }
      // After an abort the SDK ends its iteration as if the answer were complete.
      signal.throwIfAborted();
    } finally {
      own.end();
    }
  };
  const failure = (error: unknown, { signal, onRateLimit }: CallOptions): unknown => {
    if (signal.aborted) return signal.reason;
    reportRefusal(error, onRateLimit);
    return toProviderError(error, name);
  };

  return customAsFunctions<Model>(
    readsRequests({
      ...facts,
      ...(defaults && { defaults }),
      speaks: ["messages"],
      countTokens: native.count,

      async generate(request: ChatRequest, call: CallOptions): Promise<Completion> {
        call.signal.throwIfAborted();
        if (call.native !== undefined) return native.generate(call.native, request, call);
        const body = translate(request, call);
        try {
          const answer =
            body.max_tokens > longestUnstreamed
              ? await readStreamedMessage(events(body, call), name)
              : await post(body, call);
          return toCompletion(answer, { name, writer, created: secondsNow() });
        } catch (error) {
          throw failure(error, call);
        }
      },

      async *stream(request: ChatRequest, call: CallOptions): AsyncGenerator<CompletionChunk> {
        call.signal.throwIfAborted();
        if (call.native !== undefined) {
          yield* native.stream(call.native, request, call);
          return;
        }
        const body = translate(request, call);
        try {
          yield* toChunks(events(body, call), { name, writer, created: secondsNow() });
        } catch (error) {
          throw failure(error, call);
        }
      },

      async health({ signal = new AbortController().signal } = {}): Promise<boolean> {
        signal.throwIfAborted();
        const own = callSignal(signal);
        try {
          const client = await settleWithin(connect(), { signal });
          await client.get(healthPath, { signal: own.signal });
          return true;
        } catch (error) {
          throw signal.aborted ? signal.reason : toProviderError(error, name);
        } finally {
          own.end();
        }
      },

      batches: anthropicBatches({
        name,
        writer,
        connect,
        bodyOf: (request, onDropped) => translate(request, { onDropped }),
      }),
    }),
  );
}

/**
 * Output limit above which an answer is always read as a stream: Node's `fetch` gives up when the headers
 * take 5 minutes, and idle connections often live less long than that.
 */
const longestUnstreamed = DEFAULT_MAX_TOKENS;

const path = "/v1/messages";

const secondsNow = (): number => Math.floor(Date.now() / 1000);

/**
 * Returns a function that gives a client for the current key; a new client is built only when the key has
 * changed.
 */
function connector(name: string, options: AnthropicOptions): () => Promise<Anthropic> {
  let current: { readonly key: string; readonly client: Anthropic } | undefined;
  return async () => {
    const [key, { Anthropic }] = await Promise.all([currentKey(name, options), loadSdk()]);
    if (current?.key === key) return current.client;
    const pinned = options.version === "2023-06-01";
    // Known once the client is: the SDK reads ANTHROPIC_BASE_URL.
    let address = "";
    const client = new Anthropic({
      apiKey: key,
      maxRetries: 0,
      // The SDK's log contains prompts and answers.
      logLevel: "off",
      openTelemetry: false,
      ...(options.baseUrl !== undefined && { baseURL: options.baseUrl }),
      fetch: guardedFetch({ own: options.fetch ?? defaultFetch, model: name, address: () => address }),
      defaultHeaders: {
        ...(pinned && { "anthropic-version": "2023-06-01", "x-api-key": key, authorization: null }),
        ...options.headers,
      },
    });
    address = client.baseURL;
    current = { key, client };
    return client;
  };
}

async function loadSdk(): Promise<{ readonly Anthropic: typeof Anthropic }> {
  try {
    return await import("@anthropic-ai/sdk");
  } catch (cause) {
    throw new MissingDependencyError("@anthropic-ai/sdk", "anthropic()", { cause });
  }
}

async function currentKey(name: string, { apiKey }: AnthropicOptions): Promise<string> {
  try {
    return await requireKey(name, apiKey, "ANTHROPIC_API_KEY");
  } catch (error) {
    if (isRouterError(error)) throw error;
    // The function's error may contain the key.
    throw new ProviderError({ kind: "authentication", model: name, summary: "apiKey() failed" });
  }
}
