import type { CompletionChunk } from "../../../contracts/index.ts";
import {
  type AnswerContext,
  type Reasoning,
  readMessage,
  toFinishReason,
  toThinkingBlock,
  toUsage,
} from "./anthropic-answer.ts";
import type { AnswerBlock, AnswerEvent, AnswerMessage, AnswerUsage } from "./anthropic-wire.ts";
import { incomplete } from "./incomplete.ts";
import { tokenCount } from "./token-count.ts";

type ChunkChoice = CompletionChunk["choices"][number];
type Delta = ChunkChoice["delta"] & Reasoning;

/** A message that is being built from its events. */
interface Assembly {
  message: AnswerMessage;
  /** JSON received so far of each tool call's input, by block index. */
  readonly json: Map<number, string>;
  readonly blocks: Map<number, AnswerBlock>;
}

/**
 * Translates a stream's events to chunks: one with the role, deltas of text, tool calls and reasoning, one
 * chunk with the finish reason, one with the usage. `thinking_blocks` come whole, at the end of each block;
 * the first delta of reasoning names its writer. Throws `ProviderError` (`incomplete`) unless the answer
 * came to its end.
 */
export async function* toChunks(
  events: AsyncIterable<AnswerEvent>,
  context: AnswerContext,
): AsyncGenerator<CompletionChunk> {
  const { name, writer, created } = context;
  const toolIndexes = new Map<number, number>();
  let isSigned = false;
  for await (const { event, assembly } of assemble(events, name, false)) {
    const { id, model } = assembly.message;
    const toChunk = (choices: ChunkChoice[]): CompletionChunk => ({
      id,
      object: "chat.completion.chunk",
      created,
      model,
      choices,
    });
    if (event.type === "message_stop") {
      const { stop_reason, stop_details, usage } = assembly.message;
      const explanation = stop_details?.explanation;
      const finishReason = toFinishReason(stop_reason) ?? null;
      const delta = explanation ? { refusal: explanation } : {};
      yield toChunk([{ index: 0, delta, finish_reason: finishReason, logprobs: null }]);
      const total = toUsage(usage);
      if (total) yield { ...toChunk([]), usage: total };
      continue;
    }
    let delta = toDelta(event, assembly, toolIndexes);
    if (!isSigned && (delta?.reasoning_content || delta?.thinking_blocks)) {
      isSigned = true;
      delta = { ...delta, written_by: writer };
    }
    if (delta) yield toChunk([{ index: 0, delta, finish_reason: null, logprobs: null }]);
  }
}

/** Reads a streamed answer into one message, as a call without streaming returns it. */
export async function readStreamedMessage(
  events: AsyncIterable<AnswerEvent>,
  name: string,
): Promise<AnswerMessage> {
  let last: Assembly | undefined;
  for await (const { assembly } of assemble(events, name, true)) last = assembly;
  if (last === undefined) throw incomplete(name, "the stream is empty");
  const { blocks, json } = last;
  const content = [...blocks].map(([index, block]) => ({ ...block, input_json: json.get(index) }));
  return { ...last.message, content };
}

/**
 * Assembles one message from its events and throws if it does not end. `keepsText`: true if the assembly
 * keeps the answer's text; chunks have already delivered it.
 */
async function* assemble(
  events: AsyncIterable<AnswerEvent>,
  name: string,
  keepsText: boolean,
): AsyncGenerator<{ readonly event: AnswerEvent; readonly assembly: Assembly }> {
  let assembly: Assembly | undefined;
  let ended = false;
  for await (const event of events) {
    if (ended) continue;
    if (event.type === "message_start") {
      assembly ??= { message: atStart(readMessage(event.message, name)), json: new Map(), blocks: new Map() };
    }
    if (assembly === undefined) throw incomplete(name, "the stream begins without a message");
    update(assembly, event, keepsText);
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

/** Tells which events end an answer: see `untilEnd`. */
export function endsAnswer({ type, delta }: AnswerEvent): boolean | undefined {
  if (type === "message_stop" || (type === "message_delta" && delta?.stop_reason)) return true;
  return type === "content_block_start" || type === "content_block_delta" ? false : undefined;
}

function update(assembly: Assembly, event: AnswerEvent, keepsText: boolean): void {
  const { index = 0, delta, content_block: started } = event;
  const block = assembly.blocks.get(index);
  if (event.type === "content_block_start" && started) assembly.blocks.set(index, started);
  if (event.type === "content_block_delta" && block && delta) {
    const { text = "", thinking = "", signature, partial_json: json } = delta;
    if (json !== undefined) assembly.json.set(index, (assembly.json.get(index) ?? "") + json);
    else
      assembly.blocks.set(index, {
        ...block,
        text: keepsText ? (block.text ?? "") + text : "",
        thinking: (block.thinking ?? "") + thinking,
        ...(signature !== undefined && { signature }),
      });
  }
  if (event.type === "message_delta") {
    const { message } = assembly;
    assembly.message = {
      ...message,
      stop_reason: delta?.stop_reason ?? message.stop_reason,
      stop_details: delta?.stop_details ?? message.stop_details ?? null,
      usage: { ...message.usage, ...saidOf(event.usage) },
    };
  }
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
    const { id = "", name = "" } = block;
    return { tool_calls: [{ index: next, id, type: "function", function: { name, arguments: "" } }] };
  }
  if (type === "content_block_start" && block?.text) return { content: block.text };
  if (type === "content_block_delta" && delta) {
    if (delta.text) return { content: delta.text };
    if (delta.thinking) return { reasoning_content: delta.thinking };
    if (delta.partial_json && toolIndex !== undefined) return toArguments(toolIndex, delta.partial_json);
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

function toArguments(index: number, json: string): Delta {
  return { tool_calls: [{ index, function: { arguments: json } }] };
}
