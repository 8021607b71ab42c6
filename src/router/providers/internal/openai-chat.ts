import type { OpenAI } from "openai";
import type {
  CallOptions,
  ChatRequest,
  Completion,
  CompletionChunk,
  Model,
  ModelDefaults,
  ModelFacts,
} from "../../../contracts/index.ts";
import { abortOf, asksAbort } from "../../../plugin/call-abort.ts";
import { loadOpenAi } from "../../../plugin/load-openai.ts";
import { settleWithin } from "../../../plugin/settle-within.ts";
import { callSignal } from "./call-signal.ts";
import { incomplete } from "./incomplete.ts";
import { listedModels } from "./listed-models.ts";
import { checkAnswer, checkChunk } from "./openai-answer.ts";
import { openaiBatches } from "./openai-batches.ts";
import { type OutputLimitField, openaiBody } from "./openai-body.ts";
import { type DirectCalls, openaiDirect, type PlatformWire } from "./openai-direct.ts";
import { failureOf, type OpenAiSdk, toProviderError, toReadError } from "./openai-errors.ts";
import { holdsExtras } from "./openai-messages.ts";
import type { OpenAiRoute } from "./openai-route.ts";
import { type Provenance, writerOf } from "./provenance.ts";
import { reportRateLimit, reportRefusal } from "./rate-limit-headers.ts";
import { refuseUnsupported } from "./refuse-unsupported.ts";
import { untilEnd } from "./until-end.ts";

/** A target. `Key`: `string`, or `string | undefined` if the endpoint works without one. */
export interface OpenAiTarget<Key extends string | undefined> {
  readonly facts: ModelFacts;
  /** The name that requests say; null for none. Default: that of the facts. */
  readonly wireModel?: string | null | undefined;
  readonly defaults?: ModelDefaults | undefined;
  readonly outputLimitField: OutputLimitField;
  /** True for OpenAI's own API: see `MessageTarget`. Default false. */
  readonly strict?: boolean | undefined;
  /** True if the target has OpenAI's Batch API. Default false. */
  readonly hasBatches?: boolean | undefined;
  /** True for an own engine: its 503 means that it has no room. Default false. */
  readonly isEngine?: boolean | undefined;
  /** Called before each call. */
  readKey(): Key | Promise<Key>;
  /** Builds a client; called again only when the key changes. Absent: all calls are sent without the SDK. */
  connect?(sdk: OpenAiSdk, apiKey: Key): OpenAI;
  /** The way to send calls without the SDK. Absent: all go through it. */
  readonly direct?: DirectRoute<Key> | undefined;
}

export interface DirectRoute<Key extends string | undefined> {
  /** A caller's own `fetch`. */
  readonly fetch: typeof fetch | undefined;
  /** Returns address and headers; called again only when the key changes. */
  routeFor(apiKey: Key): OpenAiRoute;
  readonly platform?: PlatformWire | undefined;
}

type SdkBody = Omit<OpenAI.Chat.ChatCompletionCreateParams, "stream" | "stream_options">;

interface Connection {
  readonly sdk: OpenAiSdk;
  readonly client: OpenAI;
  readonly apiKey: string | undefined;
}

/**
 * A model behind an endpoint that speaks OpenAI chat completions. Calls are sent without OpenAI's SDK if the
 * target says how, else through it; batches always go through it.
 */
export function openaiChat<Key extends string | undefined>(target: OpenAiTarget<Key>): Model {
  const { facts, defaults = {}, outputLimitField, strict = false, wireModel = facts.model } = target;
  const writer = writerOf(facts);
  let connection: Connection | undefined;

  async function connect(): Promise<Connection> {
    const sdk = connection?.sdk ?? (await loadOpenAi(facts.name));
    const apiKey = await target.readKey();
    if (connection === undefined || connection.apiKey !== apiKey) {
      if (target.connect === undefined) throw new Error(`${facts.name} is not called through the SDK`);
      connection = { sdk, apiKey, client: target.connect(sdk, apiKey) };
    }
    return connection;
  }

  // A cast: our type of a request allows what either version of the SDK knows, and `undefined`; it is sent as JSON.
  function bodyOf(request: ChatRequest): SdkBody {
    refuseUnsupported(request, facts.name);
    const body: object = openaiBody(request, defaults, outputLimitField, { writer, strict });
    return Object.assign(body, { model: wireModel ?? undefined }) as SdkBody;
  }

  const direct = target.direct === undefined ? undefined : directCalls(target, target.direct, writer);

  async function generate(request: ChatRequest, options: CallOptions): Promise<Completion> {
    const signal = abortOf(options);
    const { onRateLimit } = options;
    signal.throwIfAborted();
    const body = bodyOf(request);
    if (direct !== undefined) return signed(await direct.generate(body, { signal, onRateLimit }), writer);
    const call = callSignal(signal);
    let whole = false;
    try {
      const { sdk, client } = await settleWithin(connect(), { signal });
      const response = await client.chat.completions
        .create(body, { signal: call.signal })
        .asResponse()
        .catch((error: unknown) => {
          reportRefusal(error, onRateLimit);
          throw toProviderError(error, sdk, facts.name, target);
        });
      reportRateLimit(response.headers, onRateLimit);
      const completion = await readCompletion(response, sdk, facts.name);
      whole = true;
      return signed(completion, writer);
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      call.end(whole);
    }
  }

  const streamedBody = (request: ChatRequest) =>
    Object.assign(bodyOf(request), { stream: true as const, stream_options: { include_usage: true } });

  function stream(request: ChatRequest, options: CallOptions): AsyncIterable<CompletionChunk> {
    if (direct === undefined) return streamThroughSdk(request, options);
    const { onRateLimit } = options;
    return direct.stream(() => streamedBody(request), { signal: abortOf(options), onRateLimit });
  }

  async function* streamThroughSdk(
    request: ChatRequest,
    { signal, onRateLimit }: CallOptions,
  ): AsyncGenerator<CompletionChunk, void> {
    signal.throwIfAborted();
    const body = streamedBody(request);
    const call = callSignal(signal);
    try {
      const { sdk, client } = await settleWithin(connect(), { signal });
      const { data: chunks, response } = await client.chat.completions
        .create(body, { signal: call.signal })
        .withResponse()
        .catch((error: unknown) => {
          reportRefusal(error, onRateLimit);
          throw toProviderError(error, sdk, facts.name, target);
        });
      reportRateLimit(response.headers, onRateLimit);
      let finished = false;
      let isSigned = false;
      const endsWith = ({ choices }: CompletionChunk): boolean | undefined => {
        finished ||= Boolean(choices[0]?.finish_reason);
        return choices[0] === undefined ? undefined : finished;
      };
      for await (const chunk of untilEnd(readChunks(chunks, sdk, facts.name), endsWith)) {
        const choice = chunk.choices[0];
        if (!isSigned && choice?.delta && holdsExtras(choice.delta)) {
          isSigned = true;
          Object.assign(choice.delta, { written_by: writer } satisfies Provenance);
        }
        yield chunk;
      }
      // The SDK ends an aborted stream as if it were complete.
      signal.throwIfAborted();
      if (!finished) throw incomplete(facts.name, "the stream ended without a finish reason");
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      call.end();
    }
  }

  async function health({
    signal = new AbortController().signal,
    onModels,
  }: Parameters<NonNullable<Model["health"]>>[0] = {}): Promise<boolean> {
    signal.throwIfAborted();
    if (direct !== undefined) {
      const list = await direct.health(signal);
      onModels?.(listedModels(list));
      return true;
    }
    const call = callSignal(signal);
    try {
      const { sdk, client } = await settleWithin(connect(), { signal });
      const response = await client.models
        .list({ signal: call.signal })
        .asResponse()
        .catch((error: unknown) => {
          throw toProviderError(error, sdk, facts.name, target);
        });
      if (onModels !== undefined) onModels(listedModels(await response.text()));
      return true;
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      call.end();
    }
  }

  return {
    ...facts,
    ...(target.defaults !== undefined && { defaults }),
    generate: asksAbort(generate),
    stream: asksAbort(stream),
    health,
    ...(target.hasBatches && { batches: openaiBatches({ name: facts.name, connect, bodyOf }) }),
  };
}

function directCalls<Key extends string | undefined>(
  { facts, readKey, isEngine, wireModel = facts.model }: OpenAiTarget<Key>,
  { fetch, routeFor, platform }: DirectRoute<Key>,
  writer: string,
): DirectCalls {
  let current: { readonly apiKey: Key; readonly route: OpenAiRoute } | undefined;
  const routeOf = (apiKey: Key): OpenAiRoute => {
    if (current === undefined || current.apiKey !== apiKey) current = { apiKey, route: routeFor(apiKey) };
    return current.route;
  };
  const route = (): OpenAiRoute | Promise<OpenAiRoute> => {
    const apiKey = readKey();
    return apiKey instanceof Promise ? apiKey.then(routeOf) : routeOf(apiKey);
  };
  return openaiDirect({ facts, writer, fetch, route, platform, wireModel, isEngine });
}

/** Marks an answer that holds more than OpenAI's fields with its writer. */
function signed(completion: Completion, writer: string): Completion {
  const message = completion.choices[0]?.message;
  if (message && holdsExtras(message)) Object.assign(message, { written_by: writer } satisfies Provenance);
  return completion;
}

async function readCompletion(response: Response, sdk: OpenAiSdk, model: string): Promise<Completion> {
  let body: Partial<Completion> & { error?: unknown };
  try {
    body = JSON.parse(await response.text());
  } catch (error) {
    throw toReadError(error, sdk, model);
  }
  if (body?.error) throw failureOf(body.error, model, undefined, response.headers);
  return checkAnswer(body, model);
}

async function* readChunks(
  chunks: AsyncIterable<CompletionChunk>,
  sdk: OpenAiSdk,
  model: string,
): AsyncGenerator<CompletionChunk, void> {
  try {
    for await (const chunk of chunks) {
      // Error events of older vLLM carry no `error`. Other events without choices, such as pings, are
      // skipped.
      if (Array.isArray(chunk?.choices)) yield checkChunk(chunk, model);
      else if ((chunk?.object as string) === "error") throw failureOf(chunk, model, undefined, undefined);
    }
  } catch (error) {
    throw toReadError(error, sdk, model);
  }
}
