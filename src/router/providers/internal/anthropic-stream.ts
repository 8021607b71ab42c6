import type { CompletionChunk } from "../../../contracts/index.ts";
import { fieldsOf, isObject } from "../../../plugin/fields-of.ts";
import { createGrowingText, type GrowingText } from "../../../plugin/growing-text.ts";
import {
  type AnswerContext,
  explanationOf,
  isOverflow,
  overflow,
  readMessage,
  said,
  textOf,
  toEnd,
  toMetadata,
  toThinkingBlock,
  written,
} from "./anthropic-answer.ts";
import { annotationsOf, factsOf, partsOf } from "./anthropic-parts.ts";
import { toUsage } from "./anthropic-usage.ts";
import type {
  AnswerBlock,
  AnswerCitation,
  AnswerEvent,
  AnswerMessage,
  AnswerUsage,
} from "./anthropic-wire.ts";
import { incomplete } from "./incomplete.ts";
import { tokenCount } from "./token-count.ts";

type ChunkChoice = CompletionChunk["choices"][number];
type Delta = ChunkChoice["delta"];
/** Our own, which is filled in place. */
type GrowingBlock = { -readonly [Key in keyof AnswerBlock]: AnswerBlock[Key] };

/** A message that is being built from its events. */
interface Assembly {
  message: AnswerMessage;
  /** JSON received so far of each call's input, by block index. */
  readonly json: Map<number, string>;
  readonly blocks: Map<number, GrowingBlock>;
  /** Text of the blocks that are open, by block index. */
  readonly texts: Map<number, GrowingText>;
}

/**
 * Translates a stream's events to chunks: one with the role and the usage that is known by then, deltas of text, tool calls
 * and reasoning, one chunk with the finish reason, one with the usage. `thinking_blocks` and `annotations` come at the end
 * of each block; the first delta of reasoning names its writer. What has no place in deltas comes with the finish reason.
 * Throws `ProviderError` (`incomplete`) unless the answer came to its end.
 */
export async function* toChunks(
  events: AsyncIterable<AnswerEvent>,
  context: AnswerContext,
): AsyncGenerator<CompletionChunk> {
  const { name, writer, created } = context;
  const toolIndexes = new Map<number, number>();
  let isSigned = false;
  /** Length of the text before the block that is open. */
  let length = 0;
  for await (const { event, assembly } of assemble(events, name)) {
    const { id, model } = assembly.message;
    const toChunk = (choices: ChunkChoice[]): CompletionChunk => ({
      id,
      object: "chat.completion.chunk",
      created,
      model,
      choices,
    });
    if (event.type === "message_stop") {
      const { message } = assembly;
      const content = contentOf(assembly);
      if (isOverflow(message) && content.length === 0) throw overflow(name);
      const explanation = explanationOf(message);
      const parts = partsOf(content);
      const others = written({ ...(parts && { provider_parts: parts }), ...toMetadata(message) }, writer);
      const { written_by: by, ...fields } = others;
      // A stream names its writer once: clients join texts.
      const named = by !== undefined && !isSigned ? { written_by: by } : {};
      const delta = { ...(explanation !== null && { refusal: explanation }), ...fields, ...named };
      const end = toEnd(message.stop_reason) ?? { finish_reason: null };
      yield toChunk([{ index: 0, delta, ...end, logprobs: null }]);
      const total = toUsage(message.usage);
      if (total) yield { ...toChunk([]), usage: total };
      continue;
    }
    let delta = toDelta(event, assembly, toolIndexes);
    if (!isSigned && (delta?.reasoning_content || delta?.thinking_blocks)) {
      isSigned = true;
      delta = { ...delta, written_by: writer };
    }
    const block = assembly.blocks.get(event.index ?? 0);
    if (event.type === "content_block_stop" && block?.type === "text") {
      const annotations = annotationsOf(block, length);
      if (annotations.length > 0) delta = { ...delta, annotations };
      length += textOf(block).length;
    }
    if (delta === undefined) continue;
    const chunk = toChunk([{ index: 0, delta, finish_reason: null, logprobs: null }]);
    // A caller that leaves before the end is billed by what is known by then.
    const early = event.type === "message_start" ? toUsage(assembly.message.usage) : undefined;
    yield early === undefined ? chunk : { ...chunk, usage: early };
  }
}

/** Reads a streamed answer into one message, as a call without streaming returns it. */
export async function readStreamedMessage(
  events: AsyncIterable<AnswerEvent>,
  name: string,
): Promise<AnswerMessage> {
  let last: Assembly | undefined;
  for await (const { assembly } of assemble(events, name)) last = assembly;
  if (last === undefined) throw incomplete(name, "the stream is empty");
  return { ...last.message, content: contentOf(last) };
}

function contentOf(assembly: Assembly): AnswerBlock[] {
  const { blocks, json, texts } = assembly;
  for (const index of texts.keys()) settleText(assembly, index);
  return [...blocks].map(([index, block]) => ({ ...block, input_json: json.get(index) }));
}

/** Assembles one message from its events and throws if it does not end. Events of unknown types are passed by. */
async function* assemble(
  events: AsyncIterable<AnswerEvent>,
  name: string,
): AsyncGenerator<{ readonly event: AnswerEvent; readonly assembly: Assembly }> {
  let assembly: Assembly | undefined;
  let ended = false;
  for await (const event of events) {
    if (ended || !isObject(event) || !ofMessage.has(event.type)) continue;
    // A start that is missing, or cannot be read, says nothing of the text after it.
    assembly ??= {
      message: atStart(messageIn(event, name)),
      json: new Map(),
      blocks: new Map(),
      texts: new Map(),
    };
    update(assembly, event);
    if (event.type === "message_stop") {
      if (!assembly.message.stop_reason) throw incomplete(name, "the stream has no stop reason");
      ended = true;
    }
    yield { event, assembly };
  }
  if (ended) return;
  // The stop reason is the end of the answer, and `message_stop` only that of the stream.
  if (!assembly?.message.stop_reason) throw incomplete(name, "the stream ended before the answer did");
  yield { event: { type: "message_stop" }, assembly };
}

function messageIn({ type, message }: AnswerEvent, name: string): AnswerMessage {
  const { content } = fieldsOf(type === "message_start" ? message : undefined);
  return readMessage({ ...message, content: Array.isArray(content) ? content : [] }, name);
}

/** Types of events that build a message. */
const ofMessage: ReadonlySet<string> = new Set([
  "message_start",
  "content_block_start",
  "content_block_delta",
  "content_block_stop",
  "message_delta",
  "message_stop",
]);

/** Tells which events end an answer: see `untilEnd`. */
export function endsAnswer(event: AnswerEvent | null): boolean | undefined {
  const { type, delta } = fieldsOf(event) as Partial<AnswerEvent>;
  if (type === "message_stop" || (type === "message_delta" && delta?.stop_reason)) return true;
  return type === "content_block_start" || type === "content_block_delta" ? false : undefined;
}

function update(assembly: Assembly, event: AnswerEvent): void {
  const { index = 0, delta, content_block: started } = event;
  if (event.type === "content_block_start" && isObject(started)) assembly.blocks.set(index, begun(started));
  if (event.type === "content_block_delta" && isObject(delta)) grow(assembly, index, delta);
  if (event.type === "content_block_stop") settleText(assembly, index);
  if (event.type !== "message_delta") return;
  const { message } = assembly;
  const reason = fieldsOf(delta)["stop_reason"];
  assembly.message = {
    ...message,
    ...factsOf(event),
    ...factsOf(fieldsOf(delta)),
    stop_reason: typeof reason === "string" ? reason : message.stop_reason,
    usage: { ...message.usage, ...saidOf(event.usage) },
  };
}

/** Adds a delta to its block. Other values where a text belongs are passed by. */
function grow(
  { blocks, json, texts }: Assembly,
  index: number,
  delta: NonNullable<AnswerEvent["delta"]>,
): void {
  const { text, thinking, signature, partial_json, citation, content, encrypted_content } = delta;
  // Text is shown, whether its block was begun or not.
  if (typeof text === "string" && !blocks.has(index)) blocks.set(index, { type: "text" });
  const block = blocks.get(index);
  if (block === undefined) return;
  if (typeof partial_json === "string") json.set(index, (json.get(index) ?? "") + partial_json);
  if (typeof text === "string") {
    const growing = texts.get(index) ?? createGrowingText();
    if (!texts.has(index)) growing.add(textOf(block));
    growing.add(text);
    texts.set(index, growing);
  }
  if (typeof thinking === "string") block.thinking = said(block.thinking) + thinking;
  if (typeof signature === "string") block.signature = signature;
  if (isObject(citation)) {
    if (Array.isArray(block.citations)) (block.citations as AnswerCitation[]).push(citation);
    else block.citations = [citation];
  }
  if (delta.type !== "compaction_delta") return;
  if (typeof content === "string")
    block.content = (typeof block.content === "string" ? block.content : "") + content;
  if (typeof encrypted_content === "string") Object.assign(block, { encrypted_content });
}

/** Gives a block the text that has grown. */
function settleText({ blocks, texts }: Assembly, index: number): void {
  const [block, growing] = [blocks.get(index), texts.get(index)];
  if (block !== undefined && growing !== undefined) block.text = growing.toString();
  texts.delete(index);
}

/** Returns a block of our own. Citations are added in place: a copy at each of them would take a square of time. */
function begun(started: AnswerBlock): GrowingBlock {
  const { citations } = started;
  return Array.isArray(citations)
    ? { ...started, citations: [...(citations as AnswerCitation[])] }
    : { ...started };
}

/**
 * Removes nulls, and counts that cannot be any: they are running totals, and those that the end does not
 * repeat keep the value from the start.
 */
function saidOf(usage: unknown): AnswerUsage {
  if (typeof usage !== "object" || usage === null) return {};
  const said = Object.entries(usage).filter(([, count]) =>
    typeof count === "object" ? count !== null : typeof count === "string" || tokenCount(count) !== undefined,
  );
  return Object.fromEntries(said);
}

/** Returns a message at the start of a stream: the output that it counts is not that of the answer. */
function atStart(message: AnswerMessage): AnswerMessage {
  const { output_tokens: _, ...usage } = message.usage ?? {};
  return { ...message, usage };
}

function toDelta(
  event: AnswerEvent,
  assembly: Assembly,
  toolIndexes: Map<number, number>,
): Delta | undefined {
  const { type, index = 0, delta } = event;
  const block = assembly.blocks.get(index);
  const toolIndex = toolIndexes.get(index);
  if (type === "message_start") return { role: "assistant", content: "" };
  if (type === "content_block_start" && block?.type === "tool_use") {
    const next = toolIndexes.size;
    toolIndexes.set(index, next);
    const called = { name: said(block.name), arguments: "" };
    return { tool_calls: [{ index: next, id: said(block.id), type: "function", function: called }] };
  }
  if (type === "content_block_start" && block?.type === "text" && textOf(block) !== "")
    return { content: textOf(block) };
  if (type === "content_block_delta" && isObject(delta)) {
    const { text, thinking, partial_json: json } = delta as NonNullable<AnswerEvent["delta"]>;
    if (isText(text)) return { content: text };
    if (isText(thinking)) return { reasoning_content: thinking };
    if (isText(json) && toolIndex !== undefined) return toArguments(toolIndex, json);
  }
  if (type === "content_block_stop" && block) {
    // A tool without parameters streams no input at all, but arguments must be JSON.
    if (toolIndex !== undefined && !assembly.json.get(index))
      return toArguments(toolIndex, JSON.stringify(block.input ?? {}));
    const thinking = toThinkingBlock(block);
    return thinking && { thinking_blocks: [thinking] };
  }
  return undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function toArguments(index: number, json: string): Delta {
  return { tool_calls: [{ index, function: { arguments: json } }] };
}
