import type { OpenAI } from "openai";
import type {
  CallOptions,
  ChatRequest,
  Completion,
  CompletionChunk,
  Model,
  ModelDefaults,
  ModelFacts,
  RoleRule,
} from "../../../contracts/index.ts";
import { readAnswer } from "../../../plugin/answer/read-answer.ts";
import { type Aborting, abortOf, asksAbort } from "../../../plugin/call-abort.ts";
import type { BoundedResponse } from "../../../plugin/http/bounded-response.ts";
import { loadOpenAi } from "../../../plugin/load-openai.ts";
import { readsRequests } from "../../../plugin/reading-sinks.ts";
import { settleWithin } from "../../../plugin/settle-within.ts";
import { callSignal } from "./call-signal.ts";
import { ChatChunks, type ChunkSource } from "./chat-chunks.ts";
import { customAsFunctions } from "./custom-as-functions.ts";
import { listedModels } from "./listed-models.ts";
import { type OpenAiBatchWire, openaiBatches } from "./openai-batches.ts";
import { type OutputLimitField, openaiBody } from "./openai-body.ts";
import { type DirectCalls, openaiDirect, type PlatformWire, readCompletion } from "./openai-direct.ts";
import { type OpenAiSdk, toProviderError } from "./openai-errors.ts";
import type { MessageTarget } from "./openai-messages.ts";
import type { OpenAiRoute } from "./openai-route.ts";
import { writerOf } from "./provenance.ts";
import { reportRateLimit, reportRefusal } from "./rate-limit-headers.ts";
import { refuseUnsupported } from "./refuse-unsupported.ts";
import { roleRuleOf, stricterRule } from "./role-rule.ts";
import { type ToolNames, toolNames, withSentNames } from "./tool-names.ts";

/** A target. `Key`: `string`, or `string | undefined` if the endpoint works without one. */
export interface OpenAiTarget<Key extends string | undefined> {
  readonly facts: ModelFacts;
  /** The name that requests say; null for none. Default: that of the facts. */
  readonly wireModel?: string | null | undefined;
  readonly defaults?: ModelDefaults | undefined;
  readonly outputLimitField: OutputLimitField;
  /** True for OpenAI's own API: see `MessageTarget`. Custom tools go as they are, unless the caller sees to them. Default false. */
  readonly strict?: boolean | undefined;
  /** Rule for messages that holds whatever refusals show. Default: the list's, which refusals make stricter. */
  readonly roles?: RoleRule | undefined;
  /** OpenAI's Batch API: `chat`, or another interface that a batch calls. Absent: the target has none. */
  readonly batches?: "chat" | OpenAiBatchWire | undefined;
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

/** Part of the options of a call on which its body depends. */
type Learnt = Pick<CallOptions, "onDropped" | "roles">;

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
  const usualRule = strict ? "as-sent" : roleRuleOf(wireModel ?? facts.model, target.isEngine === true);
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
  function bodyOf(request: ChatRequest, { onDropped, roles }: Learnt = {}): SdkBody {
    // Of OpenAI's models those search that have it in their name. Other servers know what they do with the field.
    refuseUnsupported(request, facts.name, {
      audio: true,
      search: !strict || facts.model.includes("search"),
    });
    const rule = target.roles ?? stricterRule(usualRule, roles);
    const history: MessageTarget = { writer, strict, onDropped, roles: rule };
    const body: object = openaiBody(request, defaults, outputLimitField, history);
    return Object.assign(body, { model: wireModel ?? undefined }) as SdkBody;
  }

  const direct = target.direct === undefined ? undefined : directCalls(target, target.direct, writer);

  async function generate(request: ChatRequest, options: CallOptions): Promise<Completion> {
    const signal = abortOf(options);
    const { onRateLimit } = options;
    signal.throwIfAborted();
    const names = toolNames(request);
    const body = named(bodyOf(request, options), names);
    const answer = (completion: Completion) => names?.answer(completion) ?? completion;
    if (direct !== undefined) return answer(await direct.generate(body, { signal, onRateLimit }));
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
      const bounded = response as unknown as BoundedResponse;
      const completion = await readCompletion(bounded, { model: facts.name, writer });
      whole = true;
      return answer(completion);
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      call.end(whole);
    }
  }

  function stream(request: ChatRequest, options: CallOptions): AsyncIterable<CompletionChunk> {
    const { onRateLimit } = options;
    const names = toolNames(request);
    const body = () =>
      Object.assign(named(bodyOf(request, options), names), {
        stream: true as const,
        stream_options: { include_usage: true },
      });
    const call = { signal: abortOf(options), onRateLimit };
    const open = () => openThroughSdk(body, call);
    const chunks =
      direct?.stream(body, call) ?? new ChatChunks({ model: facts.name, writer, signal: call.signal, open });
    return names === undefined ? chunks : renamed(chunks, names);
  }

  /** Opens a stream through the SDK, which makes the call and reads none of its answer. */
  async function openThroughSdk(
    body: () => SdkBody & { readonly stream: true },
    { signal, onRateLimit }: Pick<CallOptions, "onRateLimit"> & { readonly signal: Aborting },
  ): ReturnType<ChunkSource["open"]> {
    const call = callSignal(signal);
    try {
      const { sdk, client } = await settleWithin(connect(), { signal });
      const response = await client.chat.completions
        .create(body(), { signal: call.signal })
        .asResponse()
        .catch((error: unknown) => {
          reportRefusal(error, onRateLimit);
          throw toProviderError(error, sdk, facts.name, target);
        });
      reportRateLimit(response.headers, onRateLimit);
      const bounded = response as unknown as BoundedResponse;
      const end = (whole: boolean): void => {
        call.end(whole);
        if (!whole) bounded.close();
      };
      return { source: bounded.body?.source, headers: response.headers, end };
    } catch (error) {
      call.end(false);
      throw error;
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

  const chatBatch: OpenAiBatchWire = {
    endpoint: "/v1/chat/completions",
    bodyOf: (request) => bodyOf(request),
    completionOf: (body) => readAnswer(body, facts.name),
  };

  const calls = readsRequests({
    ...facts,
    ...(target.defaults !== undefined && { defaults }),
    generate: asksAbort(generate),
    stream: asksAbort(stream),
    health,
    ...(target.batches && {
      batches: openaiBatches({
        name: facts.name,
        connect,
        wire: target.batches === "chat" ? chatBatch : target.batches,
      }),
    }),
  });
  return strict ? calls : customAsFunctions(calls);
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

function named(body: SdkBody, names: ToolNames | undefined): SdkBody {
  return names === undefined
    ? body
    : (withSentNames(body as unknown as ChatRequest, names) as unknown as SdkBody);
}

async function* renamed(
  chunks: AsyncIterable<CompletionChunk>,
  names: ToolNames,
): AsyncGenerator<CompletionChunk> {
  for await (const chunk of chunks) yield names.chunk(chunk);
}
