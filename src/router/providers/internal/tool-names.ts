import type { ChatMessage, ChatRequest, Completion, CompletionChunk } from "../../../contracts/index.ts";
import { fieldsOf, isObject } from "../../../plugin/fields-of.ts";
import { nodeCrypto } from "../../../plugin/node-crypto.ts";

/** Names that all servers of chat completions take (OpenAI's reference; kochava-studios/witsy#164, 2025-04-04; QwenLM/Qwen3-VL#2069, 2026-03-19). */
const valid = /^[a-zA-Z0-9_-]{1,64}$/;
const longestKept = 55;
const hashLength = 8;

/** Names of a request's tools as its server gets them, and back. */
export interface ToolNames {
  /** Returns the name that is sent for a name of the request. */
  sent(name: string): string;
  /** Puts the request's own names into an answer. */
  answer(completion: Completion): Completion;
  chunk(chunk: CompletionChunk): CompletionChunk;
}

/**
 * Returns valid names for those of a request's tools that are not; undefined if all are, as mostly. The same name is always sent in the
 * same way, unless another tool of the request has that name.
 */
export function toolNames({ tools, messages }: ChatRequest): ToolNames | undefined {
  const given = new Set<string>();
  let areValid = true;
  const note = (name: unknown): void => {
    if (typeof name !== "string" || given.has(name)) return;
    given.add(name);
    areValid &&= valid.test(name);
  };
  if (Array.isArray(tools)) for (const tool of tools) note(nameIn(tool));
  for (const message of messages)
    if (message.role === "assistant") for (const call of message.tool_calls ?? []) note(nameIn(call));
  if (areValid) return undefined;

  const bySent = new Map<string, string>();
  const byGiven = new Map<string, string>();
  for (const name of given) {
    if (valid.test(name)) continue;
    let sent = validName(name);
    for (let again = 1; given.has(sent) || bySent.has(sent); again += 1) sent = validName(name, again);
    bySent.set(sent, name);
    byGiven.set(name, sent);
  }
  const back = (call: unknown): void => {
    for (const place of ["function", "custom"] as const) {
      const called = isObject(call) ? call[place] : undefined;
      if (!isObject(called)) continue;
      const name = bySent.get(String(called["name"]));
      if (name !== undefined) Object.assign(called, { name });
    }
  };
  const within = <Answer extends Completion | CompletionChunk>(
    answer: Answer,
    of: "message" | "delta",
  ): Answer => {
    for (const choice of answer.choices) {
      const calls = fieldsOf(fieldsOf(choice)[of])["tool_calls"];
      if (Array.isArray(calls)) calls.forEach(back);
    }
    return answer;
  };
  return {
    sent: (name) => byGiven.get(name) ?? name,
    answer: (completion) => within(completion, "message"),
    chunk: (chunk) => within(chunk, "delta"),
  };
}

function nameIn(tool: unknown): unknown {
  const { function: called, custom } = fieldsOf(tool);
  return fieldsOf(called ?? custom)["name"];
}

function validName(name: string, again = 0): string {
  const hash = nodeCrypto().createHash("sha256").update(`${again}:${name}`).digest("base64url");
  return `${name.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, longestKept)}_${hash.slice(0, hashLength)}`;
}

/** Returns the body of a request with the names that are sent. */
export function withSentNames<Body extends ChatRequest>(body: Body, { sent }: ToolNames): Body {
  const renamed = <Tool>(tool: Tool): Tool => {
    const { function: called, custom } = fieldsOf(tool);
    const place = called === undefined ? "custom" : "function";
    const fields = fieldsOf(called ?? custom);
    const { name } = fields;
    if (typeof name !== "string" || sent(name) === name) return tool;
    return { ...tool, [place]: { ...fields, name: sent(name) } };
  };
  const { tools, tool_choice: choice, messages } = body;
  const list = fieldsOf(fieldsOf(choice)["allowed_tools"]);
  return {
    ...body,
    ...(Array.isArray(tools) && { tools: tools.map(renamed) }),
    ...(isObject(choice) && {
      tool_choice: Array.isArray(list["tools"])
        ? { ...choice, allowed_tools: { ...list, tools: list["tools"].map(renamed) } }
        : renamed(choice),
    }),
    messages: messages.map((message): ChatMessage => {
      if (message.role !== "assistant" || !message.tool_calls?.length) return message;
      return { ...message, tool_calls: message.tool_calls.map(renamed) };
    }),
  };
}
