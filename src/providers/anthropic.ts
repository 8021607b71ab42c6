import type { Anthropic } from "@anthropic-ai/sdk";
import {
  type CallOptions,
  type ChatRequest,
  type Completion,
  type CompletionChunk,
  InvalidOptionError,
  isRouterError,
  MissingDependencyError,
  type Model,
  ProviderError,
  type ProviderOptions,
} from "../contracts/index.ts";
import { callSignal, unlessAborted } from "./internal/abort.ts";
import { toCompletion } from "./internal/anthropic-answer.ts";
import { anthropicBatches } from "./internal/anthropic-batches.ts";
import { toProviderError } from "./internal/anthropic-errors.ts";
import { DEFAULT_MAX_TOKENS, toMessagesBody } from "./internal/anthropic-request.ts";
import { readStreamedMessage, toChunks } from "./internal/anthropic-stream.ts";
import type { AnswerEvent, MessagesBody } from "./internal/anthropic-wire.ts";
import { writerOf } from "./internal/provenance.ts";
import { requireKey } from "./internal/provider-key.ts";
import { checkProviderOptions, factsOf } from "./internal/provider-options.ts";
import { tellRateLimit, tellRefusal } from "./internal/rate-limit-headers.ts";
import { decodedHeaders, MAX_ANSWER_BYTES, MAX_ERROR_BYTES, readBounded } from "./internal/read-bounded.ts";

export interface AnthropicOptions extends ProviderOptions {
  /**
   * Version of the wire. `2026-10-21` (default) refuses sampling parameters, which are dropped and
   * reported. `2023-06-01` takes `temperature` (above 1: sent as 1) and `top_p`, and the key as
   * `x-api-key`: for older models and for servers that imitate the API.
   */
  readonly version?: "2026-10-21" | "2023-06-01" | undefined;
  /**
   * How `reasoning_effort` is asked for. `effort`: adaptive thinking with an effort. `budget`: a share
   * of the output limit as thinking tokens, at least 1,024, the only way of models before 4.6.
   * Default: by the model's id.
   */
  readonly reasoning?: "effort" | "budget" | undefined;
}

/**
 * A model of Anthropic, over `@anthropic-ai/sdk` (an optional peer, loaded at the first call;
 * `MissingDependencyError` without it). The key is `apiKey` or `ANTHROPIC_API_KEY`, read at each call.
 * `baseUrl` is given without the version (default `ANTHROPIC_BASE_URL`, else `https://api.anthropic.com`).
 *
 *     anthropic("claude-haiku-4-5", { labels: { residency: "us" } })
 *
 * Beyond OpenAI's shape: an answer's message may hold `reasoning_content` and `thinking_blocks`, and
 * then `written_by`; send it back as it is and a tool loop with thinking goes on. Thinking that is not
 * known to be this model's own is left out, since the API refuses it, and ids of tool calls that the
 * API refuses are replaced: a conversation that another model began goes on. A `pause_turn`
 * (a turn of the provider's own tools) ends with finish reason `length`. Without any output limit
 * 8,192 tokens are asked for. Keys of `defaults.extraBody` replace those of the translated body, for
 * instance `{ cache_control: { type: "ephemeral" } }`.
 *
 * Throws `InvalidOptionError`.
 */
export function anthropic(model: string, options: AnthropicOptions = {}): Model {
  checkProviderOptions("anthropic", model, options, ["version", "reasoning"]);
  checkOptions(options);
  const facts = factsOf("anthropic", model, options, contentTypes);
  const { name, maxOutputTokens } = facts;
  const writer = writerOf(facts);
  const { defaults } = options;
  const connect = connector(name, options);

  const translate = (request: ChatRequest, { onDropped }: Pick<CallOptions, "onDropped">): MessagesBody =>
    toMessagesBody(request, {
      model,
      name,
      writer,
      version: options.version ?? "2026-10-21",
      reasoning: options.reasoning ?? (budgetOnly.test(model) ? "budget" : "effort"),
      defaults,
      maxOutputTokens,
      strictParameters: options.strictParameters,
      onDropped,
    });

  // Not `client.messages.create`: it prints warnings about model ids to the console, and refuses long
  // answers that are not streamed.
  const post = async (body: MessagesBody, { signal, onRateLimit }: CallOptions): Promise<unknown> => {
    const client = await unlessAborted(connect(), signal);
    const own = callSignal(signal);
    let whole = false;
    try {
      const response = await client.post(path, { body, signal: own.signal }).asResponse();
      tellRateLimit(response.headers, onRateLimit);
      const text = await readBounded(response, MAX_ANSWER_BYTES);
      whole = text !== undefined;
      signal.throwIfAborted();
      if (text !== undefined) return JSON.parse(text);
      const summary = `the answer has more than ${MAX_ANSWER_BYTES} bytes`;
      throw new ProviderError({ kind: "incomplete", model: name, summary });
    } finally {
      own.end(whole);
    }
  };
  const events = async function* (
    body: MessagesBody,
    { signal, onRateLimit }: CallOptions,
  ): AsyncGenerator<AnswerEvent> {
    const client = await unlessAborted(connect(), signal);
    const streamed = { body: { ...body, stream: true }, signal, stream: true };
    const { data, response } = await client.post<AsyncIterable<AnswerEvent>>(path, streamed).withResponse();
    tellRateLimit(response.headers, onRateLimit);
    for await (const event of data) {
      signal.throwIfAborted();
      yield event;
    }
    // An abort ends the SDK's iteration as if the answer were complete.
    signal.throwIfAborted();
  };
  const failure = (error: unknown, { signal, onRateLimit }: CallOptions): unknown => {
    if (signal.aborted) return signal.reason;
    tellRefusal(error, onRateLimit);
    return toProviderError(error, name);
  };

  return {
    ...facts,
    ...(defaults && { defaults }),

    async generate(request: ChatRequest, call: CallOptions): Promise<Completion> {
      call.signal.throwIfAborted();
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
      const body = translate(request, call);
      try {
        yield* toChunks(events(body, call), { name, writer, created: secondsNow() });
      } catch (error) {
        throw failure(error, call);
      }
    },

    async health({ signal } = {}): Promise<boolean> {
      try {
        const client = await connect();
        await client.get(`/v1/models/${encodeURIComponent(model)}`, { signal });
        return true;
      } catch (error) {
        throw signal?.aborted ? signal.reason : toProviderError(error, name);
      }
    },

    batches: anthropicBatches({
      name,
      writer,
      connect,
      bodyOf: (request, onDropped) => translate(request, { onDropped }),
    }),
  };
}

/**
 * Whole answers with a higher limit are read as a stream: Node's `fetch` gives up on one whose
 * headers take 5 minutes, and idle connections do not live that long everywhere.
 */
const longestUnstreamed = DEFAULT_MAX_TOKENS;

/** Models before the 4.6 generation, which do not know adaptive thinking. */
const budgetOnly = /claude-(?:3|(?:opus|sonnet|haiku)-4(?:-[0-5])?(?:-20\d{6})?$)/;

const path = "/v1/messages";

/** What the translation has a place for: see `toTurns`. */
const contentTypes = ["image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf"];

const secondsNow = (): number => Math.floor(Date.now() / 1000);

/** A client for the key as it is now; a new one only when the key has changed. */
function connector(name: string, options: AnthropicOptions): () => Promise<Anthropic> {
  let current: { readonly key: string; readonly client: Anthropic } | undefined;
  return async () => {
    const [key, { Anthropic }] = await Promise.all([currentKey(name, options), loadSdk()]);
    if (current?.key === key) return current.client;
    const pinned = options.version === "2023-06-01";
    const client = new Anthropic({
      apiKey: key,
      maxRetries: 0,
      // Its log holds prompts and answers.
      logLevel: "off",
      openTelemetry: false,
      ...(options.baseUrl !== undefined && { baseURL: options.baseUrl }),
      fetch: boundedErrors(options.fetch),
      defaultHeaders: {
        ...(pinned && { "anthropic-version": "2023-06-01", "x-api-key": key, authorization: null }),
        ...options.headers,
      },
    });
    current = { key, client };
    return client;
  };
}

/** The SDK reads the body of a failed call to its end, however long it is. */
function boundedErrors(own: typeof fetch | undefined): typeof fetch {
  return async (input, init) => {
    // Looked up at each call: the SDK would keep the global one that it found first.
    const response = await (own ?? globalThis.fetch)(input, init);
    if (response.ok || response.body === null) return response;
    const { status, statusText, headers } = response;
    const text = await readBounded(response, MAX_ERROR_BYTES, true);
    return new Response(text, { status, statusText, headers: decodedHeaders(headers) });
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
    // What the function threw may hold the key.
    throw new ProviderError({ kind: "authentication", model: name, summary: "apiKey() failed" });
  }
}

function checkOptions({ version, reasoning }: AnthropicOptions): void {
  if (version !== undefined && version !== "2026-10-21" && version !== "2023-06-01")
    throw new InvalidOptionError("anthropic.version", version, '"2026-10-21" or "2023-06-01"');
  if (reasoning !== undefined && reasoning !== "effort" && reasoning !== "budget")
    throw new InvalidOptionError("anthropic.reasoning", reasoning, '"effort" or "budget"');
}
