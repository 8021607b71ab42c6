import { type Fields, isObject } from "../fields-of.ts";
import { nodeCrypto } from "../node-crypto.ts";
import { readContent } from "./answer-content.ts";
import { addReadLists } from "./answer-lists.ts";

/** A message or a delta in our shape. The parts of its content stand apart: a stream tells them once. */
export interface ReadMessage {
  readonly message: Fields;
  readonly parts: readonly Fields[] | undefined;
  /** True if its tool calls cannot be read. The message lacks them. */
  readonly hasUnreadCalls: boolean;
}

/** Reads a message, or a delta. Returns the same object where nothing has to change. */
export function readMessage(said: Fields, isWhole: boolean): ReadMessage {
  const more: Record<string, unknown> = {};
  let parts: readonly Fields[] | undefined;
  let hasUnreadCalls = false;
  const { content, refusal, tool_calls: calls } = said;
  if (content === undefined) {
    if (isWhole) more["content"] = null;
  } else if (typeof content !== "string" && content !== null) {
    const read = readContent(content);
    parts = read.parts;
    more["content"] = read.text;
    if (read.reasoning !== "") more["reasoning_content"] = read.reasoning;
    if (read.refusal !== "") more["refusal"] = read.refusal;
    if (read.images.length > 0) more["images"] = read.images;
  }
  if (isWhole ? refusal === "" : false) more["refusal"] = null;
  else if (typeof refusal !== "string" && refusal !== null && refusal !== undefined)
    more["refusal"] = readContent(refusal).text || null;
  if (calls !== undefined && calls !== null) {
    const read = readCalls(calls, isWhole);
    hasUnreadCalls = read === undefined;
    if (read !== calls) more["tool_calls"] = read;
  }
  if (!isText(said["reasoning_content"]))
    more["reasoning_content"] = readContent([
      { type: "reasoning", reasoning: said["reasoning_content"] },
    ]).reasoning;
  addReadLists(more, said);
  addStrayFields(more, said, isWhole);
  if (isEmpty(more)) return { message: said, parts, hasUnreadCalls };
  const message: Record<string, unknown> = { ...said, ...more };
  for (const field in more) if (more[field] === undefined) delete message[field];
  return { message, parts, hasUnreadCalls };
}

function isEmpty(fields: object): boolean {
  for (const _ in fields) return false;
  return true;
}

function isText(value: unknown): boolean {
  return value === undefined || value === null || typeof value === "string";
}

/** Takes out the fields that say nothing: the empty calls and recordings that Snowflake adds to each answer (recorded 2026-07). */
function addStrayFields(more: Record<string, unknown>, said: Fields, isWhole: boolean): void {
  for (const field of ["function_call", "audio"] as const) {
    const value = said[field];
    const isKept = value === undefined || value === null || (isObject(value) && !(isWhole && isBlank(value)));
    if (!isKept) more[field] = undefined;
  }
}

/** True for an object whose texts are all empty. */
function isBlank(value: Fields): boolean {
  return Object.values(value).every((one) => one === "" || one === 0 || one === null);
}

/** Reads calls, or pieces of calls. The same list where nothing has to change; undefined for anything else. */
function readCalls(calls: unknown, isWhole: boolean): unknown[] | undefined {
  if (!Array.isArray(calls)) return undefined;
  let changed: unknown[] | undefined;
  for (let at = 0; at < calls.length; at += 1) {
    const call: unknown = calls[at];
    if (!isObject(call)) return undefined;
    const read = readCall(call, isWhole);
    if (read === undefined) return undefined;
    if (read === call) continue;
    changed ??= [...calls];
    changed[at] = read;
  }
  return changed ?? calls;
}

function readCall(call: Fields, isWhole: boolean): Fields | undefined {
  const { id, type, index, function: called, custom } = call;
  const more: Record<string, unknown> = {};
  const isCustom = type === "custom" || (!isNamed(called) && isNamed(custom));
  const [kind, field] = isCustom ? (["custom", "input"] as const) : (["function", "arguments"] as const);
  const said: unknown = call[kind];
  if (said === undefined || said === null ? isWhole : !isObject(said)) return undefined;
  if (isObject(said)) {
    const read = withTexts(said, field, isWhole);
    if (read === undefined) return undefined;
    if (read !== said) more[kind] = read;
  }
  // The first piece of a call has its name: Mistral leaves the type out of it (recorded 2025-10).
  if (typeof type !== "string" && (isWhole || isNamed(said))) more["type"] = kind;
  if (id !== undefined && id !== null && typeof id !== "string") {
    if (typeof id !== "number") return undefined;
    more["id"] = String(id);
  } else if (isWhole && !id) more["id"] = newCallId();
  // Without a place that can be one, the piece belongs to the last call.
  if (!isWhole && index !== undefined && !Number.isInteger(index)) more["index"] = undefined;
  return isEmpty(more) ? call : { ...call, ...more };
}

/** Returns an id for a call that came without one: its result has to name it. */
export function newCallId(): string {
  return `call_${nodeCrypto().randomUUID().replaceAll("-", "")}`;
}

/** True for the name of a function or a custom tool: pieces that follow have none, or an empty one. */
export function isNamed(called: unknown): boolean {
  return isObject(called) && typeof called["name"] === "string" && called["name"] !== "";
}

/** Some servers send arguments as an object, as Ollama's own interface does. */
function withTexts(said: Fields, field: string, isWhole: boolean): Fields | undefined {
  const { name, [field]: text } = said;
  if (name === undefined || name === null ? isWhole : typeof name !== "string") return undefined;
  if (typeof text === "string") return said;
  if (text === undefined || text === null)
    return isWhole ? { ...said, [field]: field === "arguments" ? "{}" : "" } : said;
  return typeof text === "object" ? { ...said, [field]: JSON.stringify(text) } : undefined;
}
