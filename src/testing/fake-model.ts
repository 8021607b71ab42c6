import type {
  CallOptions,
  ChatRequest,
  Completion,
  CompletionChunk,
  Model,
  ModelFacts,
  Usage,
} from "../contracts/index.ts";
import { abortOf, asksAbort } from "../plugin/call-abort.ts";
import { settleWithin } from "../plugin/settle-within.ts";

type StreamedChoice = CompletionChunk["choices"][number];
type ToolCall = NonNullable<Completion["choices"][number]["message"]["tool_calls"]>[number];
type ToolCalls = Extract<ToolCall, { type: "function" }>[];

/** Answer of a fake model: a text, or tool calls with or without a text. */
export type FakeAnswer = string | { readonly text?: string | undefined; readonly toolCalls: ToolCalls };

export interface FakeModelOptions extends Partial<ModelFacts> {
  /** Answer to each call. Default "ok". If a function throws, the call fails with its error. */
  readonly answer?:
    | FakeAnswer
    | ((request: ChatRequest, options: CallOptions) => FakeAnswer | Promise<FakeAnswer>)
    | undefined;
  /**
   * Error that each call fails with instead of answering; a stream fails after `piecesBeforeError` pieces.
   */
  readonly error?: Error | undefined;
  /** Number of pieces a stream delivers before `error`. Default 0. */
  readonly piecesBeforeError?: number | undefined;
  /** Usage of each answer. Default: estimated from messages and answer, four characters per token. */
  readonly usage?: Usage | undefined;
  /** Splits the text into the pieces of a stream. Default: after each space. */
  readonly piecesOf?: ((text: string) => readonly string[]) | undefined;
  /** Called and awaited before an answer and before each chunk of a stream. Default: no wait. */
  readonly wait?: ((signal: AbortSignal) => Promise<void>) | undefined;
}

/** An in-memory model that records its requests. */
export interface FakeModel extends Model {
  /** Requests in order of arrival. */
  readonly requests: readonly ChatRequest[];
}

/**
 * Creates a model without a network, for tests. It answers "ok" or as configured, whole or in pieces, fails
 * if configured to, and rejects with the signal's reason after an abort. Its facts are the given ones; its
 * name is `fake:model` by default.
 */
export function fakeModel(options: FakeModelOptions = {}): FakeModel {
  const { answer = "ok", error, piecesBeforeError = 0, usage, piecesOf = words, wait, ...given } = options;
  // Models with names of their own are different models.
  const { provider = "fake", model = given.name ?? "model" } = given;
  const facts: ModelFacts = { labels: {}, name: `${provider}:${model}`, ...given, provider, model };
  const requests: ChatRequest[] = [];
  const head = () => ({ id: `fake-${requests.length}`, created: 0, model });

  const say = async (request: ChatRequest, call: CallOptions): Promise<FakeAnswer> => {
    await wait?.(call.signal);
    return typeof answer === "function" ? answer(request, call) : answer;
  };

  const answerTo = async (request: ChatRequest, call: CallOptions) => {
    const abort = abortOf(call);
    abort.throwIfAborted();
    const said = await settleWithin(say(request, call), { signal: abort });
    return typeof said === "string" ? { text: said } : { text: said.text ?? "", toolCalls: said.toolCalls };
  };

  const fake: FakeModel = {
    ...facts,
    requests,

    async generate(request, call) {
      requests.push(request);
      const common = head();
      const { text, toolCalls } = await answerTo(request, call);
      if (error !== undefined) throw error;
      const content = text === "" && toolCalls !== undefined ? null : text;
      const message = { role: "assistant" as const, content, refusal: null };
      return {
        ...common,
        object: "chat.completion",
        choices: [
          {
            index: 0,
            finish_reason: finishReason(toolCalls),
            logprobs: null,
            message: toolCalls === undefined ? message : { ...message, tool_calls: toolCalls },
          },
        ],
        usage: asCompletionUsage(usage ?? estimate(request, text)),
      };
    },

    async *stream(request, call) {
      requests.push(request);
      const common = { ...head(), object: "chat.completion.chunk" as const };
      const abort = abortOf(call);
      const { text, toolCalls } = await answerTo(request, call);
      const chunk = (
        delta: StreamedChoice["delta"],
        finish_reason: StreamedChoice["finish_reason"] = null,
      ): CompletionChunk => ({ ...common, choices: [{ index: 0, delta, finish_reason }] });

      let delivered = 0;
      for (const content of text === "" ? [] : piecesOf(text)) {
        if (error !== undefined && delivered === piecesBeforeError) throw error;
        yield chunk(delivered === 0 ? { role: "assistant", content } : { content });
        delivered += 1;
        abort.throwIfAborted();
        await settleWithin(Promise.resolve(wait?.(call.signal)), { signal: abort });
      }
      if (error !== undefined) throw error;
      if (toolCalls !== undefined) {
        const calls = toolCalls.map((toolCall, index) => ({ index, ...toolCall }));
        yield chunk({ ...(delivered === 0 && { role: "assistant" as const }), tool_calls: calls });
      }
      yield chunk({}, finishReason(toolCalls));
      yield { ...common, choices: [], usage: asCompletionUsage(usage ?? estimate(request, text)) };
    },
  };
  // A function of the user's gets the options, and may copy them.
  if (typeof answer !== "function") for (const ask of [fake.generate, fake.stream]) asksAbort(ask);
  return fake;
}

function words(text: string): readonly string[] {
  return text.split(/(?<= )/);
}

function finishReason(toolCalls: ToolCalls | undefined): "stop" | "tool_calls" {
  return toolCalls === undefined ? "stop" : "tool_calls";
}

function estimate(request: ChatRequest, answer: string): Usage {
  const tokens = (text: string) => Math.ceil(text.length / 4);
  return { inputTokens: tokens(JSON.stringify(request.messages)), outputTokens: tokens(answer) };
}

function asCompletionUsage(usage: Usage): NonNullable<Completion["usage"]> {
  const { inputTokens, outputTokens, cachedInputTokens, reasoningTokens } = usage;
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    ...(cachedInputTokens !== undefined && { prompt_tokens_details: { cached_tokens: cachedInputTokens } }),
    ...(reasoningTokens !== undefined && {
      completion_tokens_details: { reasoning_tokens: reasoningTokens },
    }),
  };
}
