import type { Completion } from "../../../contracts/index.ts";
import type { AnswerBlock, AnswerMessage, AnswerUsage, ThinkingBlock } from "./anthropic-wire.ts";
import { incomplete } from "./incomplete.ts";
import type { Provenance } from "./provenance.ts";
import { addCounts, tokenCount } from "./token-count.ts";

export interface AnswerContext {
  /** Name of the model, for errors. */
  readonly name: string;
  /** See `writerOf`. */
  readonly writer: string;
  /** Seconds since the epoch. */
  readonly created: number;
}

type Choice = Completion["choices"][number];
type FinishReason = Choice["finish_reason"];

/** Fields of an answer beyond OpenAI's. */
export interface Reasoning extends Provenance {
  /** Text of the reasoning, if the API shows it. */
  readonly reasoning_content?: string;
  /** Blocks to send back with the message: a tool loop with thinking needs them. */
  readonly thinking_blocks?: readonly ThinkingBlock[];
}

/** Translates a whole answer. Throws `ProviderError` (`incomplete`) if it is not a finished message. */
export function toCompletion(answer: unknown, { name, writer, created }: AnswerContext): Completion {
  const message = readMessage(answer, name);
  const finishReason = toFinishReason(message.stop_reason);
  if (finishReason === undefined) throw incomplete(name, "the answer has no stop reason");

  const texts = message.content.filter((block) => block.type === "text");
  const toolCalls = message.content.flatMap(toToolCalls);
  const reply: Choice["message"] & Reasoning = {
    role: "assistant",
    content: texts.length === 0 ? null : texts.map((block) => block.text ?? "").join(""),
    refusal: message.stop_details?.explanation ?? null,
    ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
    ...toReasoning(message.content, writer),
  };
  const usage = toUsage(message.usage);
  return {
    id: message.id,
    object: "chat.completion",
    created,
    model: message.model,
    choices: [{ index: 0, message: reply, finish_reason: finishReason, logprobs: null }],
    ...(usage && { usage }),
  };
}

/**
 * Reads the message of an answer, whole or at the start of a stream; checks only the fields that are used.
 */
export function readMessage(value: unknown, name: string): AnswerMessage {
  const { id, model, content } = (value ?? {}) as Partial<AnswerMessage>;
  if (typeof id !== "string" || typeof model !== "string" || !Array.isArray(content))
    throw incomplete(name, "the answer is not a message of the Messages API");
  return value as AnswerMessage;
}

function toToolCalls(block: AnswerBlock): NonNullable<Choice["message"]["tool_calls"]> {
  if (block.type !== "tool_use") return [];
  const { id = "", name = "", input = {}, input_json } = block;
  return [{ id, type: "function", function: { name, arguments: input_json || JSON.stringify(input) } }];
}

function toReasoning(content: readonly AnswerBlock[], writer: string): Reasoning {
  const blocks = content.flatMap((block) => toThinkingBlock(block) ?? []);
  const text = content.map((block) => (block.type === "thinking" ? block.thinking : "")).join("");
  return {
    ...(text !== "" && { reasoning_content: text }),
    ...(blocks.length > 0 && { thinking_blocks: blocks }),
    ...((text !== "" || blocks.length > 0) && { written_by: writer }),
  };
}

export function toThinkingBlock(block: AnswerBlock): ThinkingBlock | undefined {
  const { type, thinking = "", signature, data } = block;
  if (type === "thinking" && signature) return { type, thinking, signature };
  return type === "redacted_thinking" && data ? { type, data } : undefined;
}

/** A map, because the reason comes from the server and could be "constructor". */
const finishReasons: ReadonlyMap<unknown, FinishReason> = new Map([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["tool_use", "tool_calls"],
  ["refusal", "content_filter"],
  // A long turn with the provider's own tools that has to be continued: not finished.
  ["pause_turn", "length"],
]);

/** Returns `undefined` if the answer did not end. An unknown reason counts as an end. */
export function toFinishReason(stopReason: string | null | undefined): FinishReason | undefined {
  return stopReason ? (finishReasons.get(stopReason) ?? "stop") : undefined;
}

/**
 * Converts the counts: OpenAI includes cached input in the input, Anthropic counts it separately. A side that
 * is not known, or cannot be a count, is left out, so that it is estimated and not taken for 0.
 */
export function toUsage(usage: AnswerUsage | undefined): Completion["usage"] {
  if (!isFields(usage)) return undefined;
  const cacheRead = countUnlessAbsent(usage.cache_read_input_tokens);
  const cacheWrite = countUnlessAbsent(usage.cache_creation_input_tokens);
  const details = isFields(usage.output_tokens_details) ? usage.output_tokens_details : undefined;
  const reasoning = tokenCount(details?.thinking_tokens);
  const input = addCounts(tokenCount(usage.input_tokens), cacheRead.count, cacheWrite.count);
  const output = tokenCount(usage.output_tokens);
  const total = addCounts(input, output);
  if (input === undefined && output === undefined) return undefined;
  const kept = isFields(usage.cache_creation) ? usage.cache_creation : undefined;
  const written1h = tokenCount(kept?.ephemeral_1h_input_tokens);
  const tier = usage.speed === "fast" ? "fast" : usage.service_tier;
  const known = {
    ...(input !== undefined && { prompt_tokens: input }),
    ...(output !== undefined && { completion_tokens: output }),
    ...(total !== undefined && { total_tokens: total }),
    ...(typeof tier === "string" && tier !== "standard" && { service_tier: tier.slice(0, longestTier) }),
    prompt_tokens_details: {
      ...(cacheRead.isTold && { cached_tokens: cacheRead.count }),
      ...(cacheWrite.isTold && { cache_write_tokens: cacheWrite.count }),
      ...(written1h !== undefined &&
        written1h > 0 && { cache_creation_token_details: { ephemeral_1h_input_tokens: written1h } }),
    },
    ...(reasoning !== undefined && { completion_tokens_details: { reasoning_tokens: reasoning } }),
  };
  return known as Completion["usage"];
}

/** Reads a count that is 0 if it is absent; undefined if it cannot be one. */
function countUnlessAbsent(value: unknown): { readonly count: number | undefined; readonly isTold: boolean } {
  if (value === undefined || value === null) return { count: 0, isTold: false };
  const count = tokenCount(value);
  return { count, isTold: count !== undefined };
}

/** Longest name of a class of service that is kept, in characters. */
const longestTier = 32;

function isFields(value: unknown): value is AnswerUsage & {
  thinking_tokens?: unknown;
  ephemeral_1h_input_tokens?: unknown;
} {
  return typeof value === "object" && value !== null;
}
