import type { CompletionChunk, CompletionUsage, ProviderError } from "../../contracts/index.ts";
import { type Fields, fieldsOf } from "../fields-of.ts";
import { addParts } from "./answer-content.ts";
import { isNamed, newCallId, readMessage } from "./answer-message.ts";
import { endedByFailure } from "./failed-answer.ts";
import { answerEnd } from "./finish-words.ts";
import { firstChoice, incomplete, oddHead, sourcesIn, unreadCalls, withUsage } from "./read-answer.ts";
import { toldUsage, withExecutedTools } from "./told-usage.ts";

/** Most calls of one answer whose beginning is remembered. */
const mostCalls = 1_024;

/**
 * Reads the chunks of one answer, in whatever shape a server or a user's own model sends them, and returns them in ours: see
 * `readAnswer`. Its state is what a later chunk has to know.
 */
export class ChunkReader {
  readonly #model: string;
  /** True once a finish reason has come, or a word for a failure: what follows is usage, or nothing. */
  hasEnded = false;
  /** The failure by which the answer ended. It is thrown once the usage has been read. */
  failure: ProviderError | undefined;
  #callsTools = false;
  #hasContent = false;
  #parts: Fields[] | undefined;
  #begun: Set<unknown> | undefined;
  #executed: unknown;
  #last: CompletionChunk | undefined;

  constructor(model: string) {
    this.#model = model;
  }

  read(chunk: CompletionChunk): CompletionChunk {
    if (isPlain(chunk)) {
      this.#last = chunk;
      this.sawText(chunk.choices[0]?.delta.content);
      return chunk;
    }
    return this.#read(chunk as unknown as Fields);
  }

  /** Notes a text that `read` has not seen: that of a chunk which differs from the one before by it alone. */
  sawText(text: string | null | undefined): void {
    if (!text) return;
    this.#hasContent = true;
    if (this.#parts !== undefined) addParts(this.#parts, [{ type: "text", text }]);
  }

  /**
   * Returns the chunk with the finish reason that a stream lacks whose end is marked (Snowflake, recorded 2026-07). Undefined
   * if it has one, or if nothing was said.
   */
  missingEnd(): CompletionChunk | undefined {
    if (this.hasEnded || !this.#hasContent || this.#last === undefined) return undefined;
    this.hasEnded = true;
    const { usage: _, ...head } = this.#last;
    const finish_reason = this.#callsTools ? "tool_calls" : "stop";
    return { ...head, choices: [{ index: 0, delta: this.#endDelta({}) as object, finish_reason }] };
  }

  #read(chunk: Fields): CompletionChunk {
    const given = firstChoice(chunk);
    const delta = fieldsOf(given?.["delta"]);
    const read = readMessage(delta, false);
    // The text after it is still read.
    if (read.hasUnreadCalls) this.failure ??= incomplete(unreadCalls, this.#model);
    this.#executed ??= delta["executed_tools"];
    const usage = withExecutedTools(toldUsage(chunk, given), this.#executed);
    let said = this.#withIds(read.message);
    this.#note(said, read.parts);
    const { reason, native } = this.#end(given);
    if (reason !== null) said = this.#endDelta(said, chunk);
    const result = changed(chunk, given, { said, reason, native, usage });
    if (given !== undefined) this.#last = result;
    return result;
  }

  #end(choice: Fields | undefined): { reason: string | null; native?: string | undefined } {
    const { finish_reason: word, native_finish_reason: native } = choice ?? {};
    if (!word) return { reason: null };
    this.hasEnded = true;
    const end = answerEnd(word, native, this.#callsTools);
    if (!("failure" in end)) return end;
    this.failure ??= endedByFailure(end.failure, end.native, this.#model);
    return { reason: null };
  }

  #note(said: Fields, parts: readonly Fields[] | undefined): void {
    const { content, tool_calls: calls } = said;
    if (Array.isArray(calls) && calls.length > 0) this.#callsTools = true;
    if (parts !== undefined) {
      this.#parts ??= [];
      addParts(this.#parts, parts);
    } else if (typeof content === "string") this.sawText(content);
    for (const field in said) if (field !== "role" && isSaid(said[field])) this.#hasContent = true;
  }

  /** The first piece of a call has an id, which the message with its result names. */
  #withIds(said: Fields): Fields {
    const { tool_calls: calls } = said;
    if (!Array.isArray(calls)) return said;
    let changed: Fields[] | undefined;
    for (let at = 0; at < calls.length; at += 1) {
      const call = calls[at] as Fields;
      const place = call["index"];
      if (typeof place !== "number" || this.#begun?.has(place)) continue;
      if (!isNamed(call["function"]) && !isNamed(call["custom"])) continue;
      this.#begun ??= new Set();
      if (this.#begun.size < mostCalls) this.#begun.add(place);
      if (call["id"]) continue;
      changed ??= [...(calls as Fields[])];
      changed[at] = { ...call, id: newCallId() };
    }
    return changed === undefined ? said : { ...said, tool_calls: changed };
  }

  /** Adds to the last delta what is told once: the parts of the answer, and its sources. */
  #endDelta(delta: Fields, chunk?: Fields): Fields {
    const parts = this.#parts;
    this.#parts = undefined;
    const annotations = delta["annotations"] == null && chunk !== undefined ? sourcesIn(chunk) : undefined;
    if (parts === undefined && annotations === undefined) return delta;
    return {
      ...delta,
      ...(parts !== undefined && { provider_parts: parts }),
      ...(annotations !== undefined && { annotations }),
    };
  }
}

interface Read {
  readonly said: Fields;
  readonly reason: string | null;
  readonly native: string | undefined;
  readonly usage: CompletionUsage | undefined;
}

/** Returns the chunk as it was read: the same object where it was in our shape, which its events may be tied to. */
function changed(chunk: Fields, given: Fields | undefined, read: Read): CompletionChunk {
  const { said, reason, native, usage } = read;
  const head = oddHead(chunk, false);
  const isSame =
    head === undefined &&
    (chunk["choices"] as unknown[]).length === (given === undefined ? 0 : 1) &&
    (given === undefined ||
      (given["index"] === 0 && given["delta"] === said && (given["finish_reason"] ?? null) === reason)) &&
    usage === (chunk["usage"] ?? undefined);
  if (isSame) return chunk as unknown as CompletionChunk;
  const choice = given && {
    ...given,
    index: 0,
    ...(native !== undefined && !given["native_finish_reason"] && { native_finish_reason: native }),
    delta: said,
    finish_reason: reason,
  };
  const result = { ...chunk, ...head, choices: choice === undefined ? [] : [choice] };
  return withUsage(result, usage) as unknown as CompletionChunk;
}

function isSaid(value: unknown): boolean {
  return (
    value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0)
  );
}

/** True for a chunk in our shape that adds text, or nothing: nearly all are. It must take no longer than these comparisons. */
function isPlain(chunk: CompletionChunk): boolean {
  const { choices, usage } = chunk;
  if (choices.length !== 1 || (usage !== undefined && usage !== null)) return false;
  if (oddHead(chunk as unknown as Fields, false) !== undefined) return false;
  const choice = choices[0] as Partial<CompletionChunk["choices"][number]> | null;
  if (choice === null || choice.finish_reason != null) return false;
  if (choice.index !== 0 && choice.index !== undefined) return false;
  const { delta } = choice;
  if (typeof delta !== "object" || delta === null || typeof delta.content !== "string") return false;
  for (const field in delta) {
    if (field === "content") continue;
    const value: unknown = delta[field as keyof typeof delta];
    if (value !== null && (typeof value !== "string" || noTexts.has(field))) return false;
  }
  return true;
}

/** Fields of a delta in which a text cannot stand. */
const noTexts: ReadonlySet<string> = new Set([
  "tool_calls",
  "function_call",
  "audio",
  "annotations",
  "images",
  "thinking_blocks",
  "provider_parts",
]);
