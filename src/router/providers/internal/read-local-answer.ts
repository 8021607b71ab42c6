import {
  type Completion,
  type FinishReason,
  isRouterError,
  ProviderError,
  type ToolCall,
} from "../../../contracts/index.ts";
import { incomplete } from "./incomplete.ts";
import type { LocalToolCall, LocalUsage } from "./local-answer.ts";
import { tokenCount } from "./token-count.ts";

/** Content of an answer or a piece, checked. */
export interface ReadAnswer {
  readonly text: string | undefined;
  readonly toolCalls: readonly LocalToolCall[];
  readonly finishReason: FinishReason | undefined;
  readonly usage: LocalUsage | undefined;
  readonly servedModel: string | undefined;
  /** True if it was an object and no mere text. */
  readonly isObject: boolean;
}

/** Longest answer, in UTF-16 units: that of a body which is read over HTTP. */
export const longestAnswer: number = 64 * 2 ** 20;
/** Most tool calls of an answer. */
const mostToolCalls = 1_024;

const finishReasons: ReadonlySet<unknown> = new Set(["stop", "length", "tool_calls", "content_filter"]);

/** Reads what a user's function has returned. Throws `ProviderError` of kind `incomplete`, without its text. */
export function readLocalAnswer(value: unknown, model: string): ReadAnswer {
  if (typeof value === "string") return { ...nothing, text: within(value, model) };
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw incomplete(model, `the answer is ${kindOf(value)} and neither a text nor an object with one`);
  const { text, toolCalls, finishReason, usage, model: served } = value as Record<string, unknown>;
  if (text === undefined && toolCalls === undefined && finishReason === undefined && usage === undefined)
    throw incomplete(model, "the answer has none of text, toolCalls, finishReason and usage");
  if (text !== undefined && typeof text !== "string")
    throw incomplete(model, `text of the answer is ${kindOf(text)} and no string`);
  if (finishReason !== undefined && !finishReasons.has(finishReason))
    throw incomplete(model, "finishReason of the answer must be stop, length, tool_calls or content_filter");
  return {
    text: text === undefined ? undefined : within(text, model),
    toolCalls: readToolCalls(toolCalls, model),
    finishReason: finishReason as FinishReason | undefined,
    usage: typeof usage === "object" && usage !== null ? (usage as LocalUsage) : undefined,
    servedModel: typeof served === "string" && served !== "" && served.length <= 200 ? served : undefined,
    isObject: true,
  };
}

const nothing: ReadAnswer = {
  text: undefined,
  toolCalls: [],
  finishReason: undefined,
  usage: undefined,
  servedModel: undefined,
  isObject: false,
};

function within(text: string, model: string): string {
  if (text.length <= longestAnswer) return text;
  throw tooLong(model);
}

export function tooLong(model: string): ProviderError {
  return incomplete(model, `the answer is longer than ${longestAnswer} characters`);
}

function readToolCalls(value: unknown, model: string): readonly LocalToolCall[] {
  if (value === undefined) return [];
  const fits =
    Array.isArray(value) &&
    value.length <= mostToolCalls &&
    value.every(
      (one: LocalToolCall | null | undefined) =>
        typeof one?.name === "string" &&
        typeof one.arguments === "string" &&
        (one.id === undefined || typeof one.id === "string"),
    );
  if (!fits)
    throw incomplete(
      model,
      `toolCalls of the answer must be at most ${mostToolCalls} objects whose name and arguments are strings`,
    );
  return value;
}

/** Returns tool calls in our shape; `from` is the number of those before them. */
export function toToolCalls(
  calls: readonly LocalToolCall[],
  id: string,
  from: number,
): Extract<ToolCall, { type: "function" }>[] {
  return calls.map((call, index) => ({
    id: call.id ?? `${id}-${from + index}`,
    type: "function",
    function: { name: call.name, arguments: call.arguments },
  }));
}

/** Returns the usage in our shape, without what cannot be a count. */
export function toCompletionUsage(usage: LocalUsage): Completion["usage"] {
  const input = tokenCount(usage.inputTokens);
  const output = tokenCount(usage.outputTokens);
  const cached = tokenCount(usage.cachedInputTokens);
  const reasoning = tokenCount(usage.reasoningTokens);
  if (input === undefined && output === undefined) return undefined;
  // What is left out is estimated by the router, and marked.
  return {
    ...(input !== undefined && { prompt_tokens: input }),
    ...(output !== undefined && { completion_tokens: output }),
    ...(input !== undefined && output !== undefined && { total_tokens: input + output }),
    ...(cached !== undefined && { prompt_tokens_details: { cached_tokens: cached } }),
    ...(reasoning !== undefined && { completion_tokens_details: { reasoning_tokens: reasoning } }),
  } as Completion["usage"];
}

/**
 * Returns the error of a call. A `ProviderError` keeps its kind and facts; anything else that a user's function throws
 * is a failure of the server, which it is. Its text may quote the prompt, so that it goes into `detail`.
 */
export function localFailure(error: unknown, model: string): ProviderError {
  if (isRouterError(error, "provider")) {
    if (error.model === model) return error;
    const { kind, status, requestId, retryable, mayBeBilled, retryAfterMs, detail } = error;
    return new ProviderError({
      kind,
      model,
      status,
      requestId,
      retryable,
      mayBeBilled,
      retryAfterMs,
      detail,
    });
  }
  return new ProviderError({
    kind: "server",
    model,
    mayBeBilled: true,
    summary: "the function has thrown",
    detail: textOf(error),
  });
}

function textOf(error: unknown): string | undefined {
  if (typeof error === "string") return error;
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : undefined;
  } catch {
    // Its fields are getters that throw.
    return undefined;
  }
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : typeof value;
}
