import { type Completion, type MessageExtensions, ProviderError } from "../../../contracts/index.ts";
import { fieldsOf, isObject } from "../../../plugin/fields-of.ts";
import { annotationsOf, factsOf, partsOf } from "./anthropic-parts.ts";
import { toUsage } from "./anthropic-usage.ts";
import type { AnswerBlock, AnswerMessage, ThinkingBlock } from "./anthropic-wire.ts";
import { incomplete, keepingText } from "./incomplete.ts";

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

/**
 * Translates a whole answer. Throws `ProviderError`: `incomplete` if it is not a finished message, `context-overflow` if the
 * window was full before it began.
 */
export function toCompletion(answer: unknown, { name, writer, created }: AnswerContext): Completion {
  const message = readMessage(answer, name);
  const blocks = message.content;
  const texts = blocks.filter((block) => block.type === "text").map(textOf);
  const usage = toUsage(message.usage);
  const end = keepingText(texts.join(""), usage, () => {
    const told = toEnd(message.stop_reason);
    if (told === undefined) throw incomplete(name, "the answer has no stop reason");
    return told;
  });
  const toolCalls = blocks.flatMap(toToolCalls);
  const annotations = annotationsIn(blocks);
  const parts = partsOf(blocks);
  if (isOverflow(message) && blocks.length === 0) throw overflow(name);
  const reply: Choice["message"] = {
    role: "assistant",
    content: texts.length === 0 ? null : texts.join(""),
    refusal: explanationOf(message),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
    ...(annotations.length > 0 && { annotations }),
    ...written(
      { ...toReasoning(blocks), ...(parts && { provider_parts: parts }), ...toMetadata(message) },
      writer,
    ),
  };
  return {
    id: message.id,
    object: "chat.completion",
    created,
    model: message.model,
    choices: [{ index: 0, message: reply, ...end, logprobs: null }],
    ...(usage && { usage }),
  };
}

/**
 * Reads the message of an answer, whole or at the start of a stream; checks only the fields that are used.
 */
export function readMessage(value: unknown, name: string): AnswerMessage {
  const { id, model, content } = fieldsOf(value) as Partial<AnswerMessage>;
  if (!Array.isArray(content)) throw incomplete(name, "the answer is not a message of the Messages API");
  const message = value as AnswerMessage;
  if (typeof id === "string" && typeof model === "string" && content.every(isObject)) return message;
  return {
    ...message,
    id: said(id),
    model: said(model),
    content: (content as AnswerBlock[]).filter(isObject),
  };
}

/** Returns the text of a block. */
export function textOf({ text }: AnswerBlock): string {
  return said(text);
}

/** Returns a text, and "" for any other value: it is shown, and must not be `[object Object]`. */
export function said(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function annotationsIn(blocks: readonly AnswerBlock[]): NonNullable<Choice["message"]["annotations"]> {
  let start = 0;
  return blocks.flatMap((block) => {
    if (block.type !== "text") return [];
    const found = annotationsOf(block, start);
    start += textOf(block).length;
    return found;
  });
}

/** Names the writer of fields that only it can read. */
export function written(fields: MessageExtensions, writer: string): MessageExtensions {
  return Object.keys(fields).length === 0 ? fields : { ...fields, written_by: writer };
}

export function toMetadata(message: AnswerMessage): MessageExtensions {
  const facts = factsOf(message);
  return Object.keys(facts).length === 0 ? {} : { provider_metadata: facts };
}

/** Returns the words in which the model refused. */
export function explanationOf({ stop_details: details }: AnswerMessage): string | null {
  const { explanation } = fieldsOf(details);
  return typeof explanation === "string" && explanation !== "" ? explanation : null;
}

function toToolCalls(block: AnswerBlock): NonNullable<Choice["message"]["tool_calls"]> {
  if (block.type !== "tool_use") return [];
  const { id, name, input = {}, input_json } = block;
  const called = { name: said(name), arguments: input_json || JSON.stringify(input) };
  return [{ id: said(id), type: "function", function: called }];
}

function toReasoning(content: readonly AnswerBlock[]): MessageExtensions {
  const blocks = content.flatMap((block) => toThinkingBlock(block) ?? []);
  const text = content.map((block) => (block.type === "thinking" ? said(block.thinking) : "")).join("");
  return {
    ...(text !== "" && { reasoning_content: text }),
    ...(blocks.length > 0 && { thinking_blocks: blocks }),
  };
}

export function toThinkingBlock({ type, thinking, signature, data }: AnswerBlock): ThinkingBlock | undefined {
  if (type === "thinking" && said(signature) !== "")
    return { type, thinking: said(thinking), signature: said(signature) };
  return type === "redacted_thinking" && said(data) !== "" ? { type, data: said(data) } : undefined;
}

/** Maps, because the reason comes from the server and could be "constructor". Of these OpenAI's word says all. */
const sameReasons: ReadonlyMap<unknown, FinishReason> = new Map([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["max_tokens", "length"],
  ["tool_use", "tool_calls"],
  ["refusal", "content_filter"],
]);

/** Reasons that say more than OpenAI's. A turn that has to be continued is not finished. */
const otherReasons: ReadonlyMap<unknown, FinishReason> = new Map([
  ["model_context_window_exceeded", "length"],
  ["pause_turn", "length"],
  ["compaction", "length"],
]);

/** Returns OpenAI's reason, with Anthropic's if it says more. Undefined if the answer did not end. An unknown reason counts as an end. */
export function toEnd(
  stopReason: string | null | undefined,
): Pick<Choice, "finish_reason" | "native_finish_reason"> | undefined {
  if (!stopReason) return undefined;
  const same = sameReasons.get(stopReason);
  if (same !== undefined) return { finish_reason: same };
  const finish_reason = otherReasons.get(stopReason) ?? "stop";
  return typeof stopReason === "string"
    ? { finish_reason, native_finish_reason: stopReason.slice(0, longestReason) }
    : { finish_reason };
}

/** Longest unknown reason that is kept, in characters. */
const longestReason = 64;

/** True if the answer ended because the window is full. */
export function isOverflow({ stop_reason }: AnswerMessage): boolean {
  return stop_reason === "model_context_window_exceeded";
}

/** Creates the error of an answer that the window left no room for: a model with a larger one may have it. */
export function overflow(model: string): ProviderError {
  return new ProviderError({
    kind: "context-overflow",
    model,
    summary: "the context window was full before the answer began",
  });
}
