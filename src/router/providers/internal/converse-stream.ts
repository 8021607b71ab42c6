import type { CompletionChunk } from "../../../contracts/index.ts";
import { fromBase64, toBase64 } from "../../../plugin/base64.ts";
import { fieldsOf, isObject } from "../../../plugin/fields-of.ts";
import { nodeCrypto } from "../../../plugin/node-crypto.ts";
import {
  type ConverseContext,
  type Finish,
  metadataOf,
  partsOf,
  servedName,
  toFinish,
  toUsage,
} from "./converse-answer.ts";
import { annotationOf, blocksOf, callOf, imageOf, thinkingOf } from "./converse-blocks.ts";
import type { ConverseBlock, ConverseMetadata } from "./converse-wire.ts";
import { incomplete } from "./incomplete.ts";
import type { ServerEvent } from "./server-events.ts";

type Delta = CompletionChunk["choices"][number]["delta"];
type Fields = Readonly<Record<string, unknown>>;

/**
 * Translates the events of ConverseStream to chunks: one with the role, deltas of text, calls and reasoning, one with the
 * finish reason, one with the usage. `thinking_blocks` and images come whole, at the end of their block. Throws
 * `ProviderError` (`incomplete`) unless the answer came to its end.
 */
export async function* toChunks(
  events: AsyncIterable<ServerEvent>,
  context: ConverseContext,
): AsyncGenerator<CompletionChunk> {
  const id = nodeCrypto().randomUUID();
  const message = new OpenMessage();
  let metadata: ConverseMetadata = {};
  let finish: Finish | undefined;
  let isSigned = false;
  const chunk = (delta: Delta | undefined, end?: Finish): CompletionChunk => ({
    id,
    object: "chat.completion.chunk",
    created: context.created,
    model: servedName(metadata) ?? context.model,
    choices: delta === undefined ? [] : [{ index: 0, delta, finish_reason: null, ...end, logprobs: null }],
  });
  const signed = (delta: Delta): Delta => {
    if (isSigned || !(delta.reasoning_content || delta.thinking_blocks || delta.provider_parts)) return delta;
    isSigned = true;
    return { ...delta, written_by: context.writer };
  };

  for await (const { type, fields } of events) {
    if (type === "metadata") metadata = { ...metadata, ...fields };
    if (type === "messageStop" && finish === undefined) {
      const { stopReason, additionalModelResponseFields } = fields;
      finish = toFinish(stopReason, message.text, context);
      metadata = { ...metadata, ...(additionalModelResponseFields ? { additionalModelResponseFields } : {}) };
      const parts = partsOf(message.blocks);
      // At once: what follows may come late, or never.
      yield chunk(signed(parts === undefined ? {} : { provider_parts: parts }), finish);
      continue;
    }
    const delta =
      type === "messageStart" ? { role: "assistant" as const, content: "" } : message.add(type, fields);
    if (delta !== undefined) yield chunk(signed(delta));
  }
  if (finish === undefined) throw incomplete(context.name, "the stream ended before the answer did");
  const about = metadataOf(metadata);
  if (about.provider_metadata !== undefined) yield chunk(about);
  const usage = toUsage(metadata);
  if (usage) yield { ...chunk(undefined), usage };
}

/** Tells which events end an answer: see `untilEnd`. Usage follows its end. */
export function endsAnswer({ type }: ServerEvent): boolean | undefined {
  if (type === "messageStop") return true;
  return type.startsWith("contentBlock") ? false : undefined;
}

/** A block that is being built. What comes in pieces is kept in pieces. */
interface OpenBlock {
  /** Fields of its start, and pieces of kinds that are not known. */
  readonly said: Record<string, unknown>;
  text: string | undefined;
  /** JSON of a call's input. */
  json: string;
  reasoning: string | undefined;
  signature: string;
  /** Bytes of an image, or of reasoning that only its writer can read. */
  readonly bytes: Uint8Array[];
  readonly citations: Fields[];
  readonly results: ConverseBlock[];
  /** Index among the calls of the message. */
  call: number | undefined;
}

/** A message that is being built from its events. */
class OpenMessage {
  /** Text so far. */
  text = "";
  readonly #open = new Map<unknown, OpenBlock>();
  #calls = 0;

  /** The blocks so far, in the order of their beginning. */
  get blocks(): readonly ConverseBlock[] {
    return [...this.#open.values()].map(blockOf).filter((block) => Object.keys(block).length > 0);
  }

  /** Adds an event, and returns what it adds to the answer. */
  add(type: string, { contentBlockIndex: index, start, delta }: Fields): Delta | undefined {
    if (type === "contentBlockStart") return this.#start(this.#at(index), fieldsOf(start));
    if (type === "contentBlockDelta") return this.#add(this.#at(index), fieldsOf(delta));
    const open = type === "contentBlockStop" ? this.#open.get(index) : undefined;
    return open && endOf(open);
  }

  #at(index: unknown): OpenBlock {
    const known = this.#open.get(index);
    if (known !== undefined) return known;
    const begun: OpenBlock = {
      // Without a prototype: a server names the fields.
      said: Object.create(null),
      text: undefined,
      json: "",
      reasoning: undefined,
      signature: "",
      bytes: [],
      citations: [],
      results: [],
      call: undefined,
    };
    this.#open.set(index, begun);
    return begun;
  }

  #start(open: OpenBlock, start: Fields): Delta | undefined {
    Object.assign(open.said, start);
    const call = callOf(open.said);
    if (call === undefined || open.call !== undefined) return undefined;
    open.call = this.#calls;
    this.#calls += 1;
    const { id, function: named } = call;
    return {
      tool_calls: [{ index: open.call, id, type: "function", function: { name: named.name, arguments: "" } }],
    };
  }

  #add(open: OpenBlock, delta: Fields): Delta | undefined {
    const { text, toolUse, reasoningContent, citation, toolResult, image, ...others } = delta;
    Object.assign(open.said, others);
    if (typeof text === "string") {
      open.text = (open.text ?? "") + text;
      this.text += text;
      return text === "" ? undefined : { content: text };
    }
    if (isObject(toolUse)) return addInput(open, toolUse["input"]);
    if (isObject(reasoningContent)) return addReasoning(open, reasoningContent);
    if (isObject(citation)) {
      open.citations.push(citation);
      const end = this.text.length;
      return { annotations: [annotationOf(citation, end - (open.text ?? "").length, end)] };
    }
    if (Array.isArray(toolResult)) for (const piece of blocksOf(toolResult)) open.results.push(piece);
    if (isObject(image)) {
      const { source, ...about } = image;
      Object.assign(open.said, { image: { ...fieldsOf(open.said["image"]), ...about } });
      addBytes(open, fieldsOf(source)["bytes"]);
    }
    return undefined;
  }
}

function addInput(open: OpenBlock, input: unknown): Delta | undefined {
  if (typeof input !== "string") return undefined;
  open.json += input;
  if (open.call === undefined || input === "") return undefined;
  return { tool_calls: [{ index: open.call, function: { arguments: input } }] };
}

function addReasoning(open: OpenBlock, { text, signature, redactedContent }: Fields): Delta | undefined {
  addBytes(open, redactedContent);
  if (typeof signature === "string") open.signature += signature;
  if (typeof text === "string" || open.signature !== "") open.reasoning ??= "";
  if (typeof text !== "string") return undefined;
  open.reasoning += text;
  return text === "" ? undefined : { reasoning_content: text };
}

function addBytes({ bytes }: OpenBlock, base64: unknown): void {
  if (typeof base64 === "string") bytes.push(fromBase64(base64));
}

/** Returns what the end of a block adds to the answer. */
function endOf(open: OpenBlock): Delta | undefined {
  // A tool without parameters streams no input at all, but arguments must be JSON.
  if (open.call !== undefined && open.json === "")
    return { tool_calls: [{ index: open.call, function: { arguments: "{}" } }] };
  const block = blockOf(open);
  const thinking = thinkingOf(block);
  const image = imageOf(block);
  if (thinking !== undefined) return { thinking_blocks: [thinking] };
  return image && { images: [image] };
}

/** Returns a block as a whole answer holds it. */
function blockOf({
  said,
  text,
  json,
  reasoning,
  signature,
  bytes,
  citations,
  results,
}: OpenBlock): ConverseBlock {
  const { toolUse, toolResult, image } = said as ConverseBlock;
  const base64 = bytes.length === 0 ? undefined : toBase64(joined(bytes));
  return {
    ...said,
    ...(text !== undefined &&
      (citations.length === 0 ? { text } : { citationsContent: { content: [{ text }], citations } })),
    ...(text === undefined && citations.length > 0 && { citationsContent: { citations } }),
    ...(toolUse && { toolUse: { ...toolUse, input: inputOf(json) } }),
    ...(toolResult && { toolResult: { ...toolResult, content: results } }),
    ...(reasoning !== undefined && {
      reasoningContent: { reasoningText: { text: reasoning, ...(signature !== "" && { signature }) } },
    }),
    ...(base64 !== undefined &&
      (image === undefined
        ? { reasoningContent: { redactedContent: base64 } }
        : { image: { ...image, source: { bytes: base64 } } })),
  };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Returns the input of a call; what was cut off is kept as text. */
function inputOf(json: string): unknown {
  if (json === "") return {};
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
