import type { CallOptions, ChatMessage, ToolCall } from "../../../contracts/index.ts";
import { reportLost } from "./lost-extensions.ts";
import { writtenBy } from "./provenance.ts";
import { listOf, saidBy } from "./responses-items.ts";
import { createToolCallIds } from "./tool-call-ids.ts";

export type Item = Readonly<Record<string, unknown>>;

/** Throws, because leaving this out would change what is asked. */
export type Refuse = (field: string, problem: string) => never;

/** Longest id of a call that the API takes, in characters. */
const longestId = 64;

export interface InputTarget {
  /** See `writerOf`. */
  readonly writer: string;
  readonly refuse: Refuse;
  readonly onDropped: CallOptions["onDropped"];
}

/**
 * Translates messages to input items. Items, reasoning and phases go back to their writer alone; what another model has
 * written beyond OpenAI's fields is left out and reported.
 */
export function toInput(
  messages: readonly ChatMessage[],
  { writer, refuse, onDropped }: InputTarget,
): Item[] {
  const ids = createToolCallIds((id) => id !== "" && id.length <= longestId);
  const customIds = new Set<string>();
  return messages.flatMap((message, at): Item[] => {
    const field = `messages[${at}]`;
    if (message.role === "assistant") {
      if (message.audio) refuse(`${field}.audio`, "must be absent: audio is not supported");
      if (message.function_call) refuse(`${field}.function_call`, "must be absent: use tool_calls");
      const calls = message.tool_calls ?? [];
      const callIds = ids.ofCalls(calls.map(({ id }) => id));
      for (const { type, id } of calls) if (type === "custom") customIds.add(id);
      const isOwn = writtenBy(message) === writer;
      const parts = isOwn ? unchangedParts(message) : undefined;
      if (parts !== undefined) return parts;
      reportLost(message, isOwn, onDropped);
      const { phase } = message;
      return [
        ...(isOwn ? reasoningItems(message) : []),
        ...spoken(message).map((content) => ({
          role: "assistant",
          content,
          ...(isOwn && phase && { phase }),
        })),
        ...calls.map((call, index): Item => {
          const call_id = callIds[index] ?? call.id;
          return call.type === "function"
            ? { type: "function_call", call_id, name: call.function.name, arguments: call.function.arguments }
            : { type: "custom_tool_call", call_id, name: call.custom.name, input: call.custom.input };
        }),
      ];
    }
    if (message.role === "tool") {
      const { content, tool_call_id: id } = message;
      const output = outputOf(content, field, refuse);
      const type = customIds.has(id) ? "custom_tool_call_output" : "function_call_output";
      return [{ type, call_id: ids.ofResult(id), output }];
    }
    if (message.role === "function") return refuse(`${field}.role`, "must not be function: use tool");
    return [{ role: message.role, content: contentOf(message.content, field, refuse) }];
  });
}

type AssistantMessage = Extract<ChatMessage, { role: "assistant" }>;

/** Returns the items that a message was read from, unless its text or its calls were changed since. */
function unchangedParts(message: AssistantMessage): Item[] | undefined {
  const { provider_parts: parts, tool_calls: calls = [] } = message;
  if (!Array.isArray(parts) || parts.length === 0) return undefined;
  const items = listOf(parts);
  if (!items.every(isOfModel)) return undefined;
  const said = saidBy(items);
  const text = (said.content ?? "") + (said.refusal ?? "");
  if (text !== spoken(message).join("") || said.calls.length !== calls.length) return undefined;
  return said.calls.every((call, at) => isSameCall(call, calls[at])) ? items : undefined;
}

/** Results that the caller brings, and items that refer to what the provider keeps. */
const ofCaller: ReadonlySet<unknown> = new Set([
  "item_reference",
  "additional_tools",
  "mcp_approval_response",
  "function_call_output",
  "custom_tool_call_output",
  "computer_call_output",
  "local_shell_call_output",
  "apply_patch_call_output",
]);

/** False for an item that no answer holds: as a part of one it would be in no place where constraints look. */
function isOfModel({ type, role, content }: Item): boolean {
  if (type !== "message") return typeof type === "string" && !ofCaller.has(type);
  return role === "assistant" && listOf(content).every((part) => !String(part["type"]).startsWith("input_"));
}

function isSameCall(a: ToolCall, b: ToolCall | undefined): boolean {
  if (a.id !== b?.id || a.type !== b.type) return false;
  return a.type === "function"
    ? b.type === "function" &&
        a.function.name === b.function.name &&
        a.function.arguments === b.function.arguments
    : b.type === "custom" && a.custom.name === b.custom.name && a.custom.input === b.custom.input;
}

/** Returns what an earlier answer says: its text, and the words of a refusal. */
function spoken({ content, refusal }: AssistantMessage): string[] {
  const texts =
    typeof content === "string"
      ? [content]
      : (content ?? []).map((part) => (part.type === "text" ? part.text : part.refusal));
  if (refusal) texts.push(refusal);
  const text = texts.join("");
  return text === "" ? [] : [text];
}

function reasoningItems(message: object): Item[] {
  const { thinking_blocks: blocks } = message as { readonly thinking_blocks?: unknown };
  if (!Array.isArray(blocks)) return [];
  return blocks.flatMap((given): Item[] => {
    const { type, thinking, signature, data } = Object(given) as Item;
    const encrypted = type === "thinking" ? signature : data;
    if (typeof encrypted !== "string" || encrypted === "") return [];
    const summary =
      typeof thinking === "string" && thinking !== "" ? [{ type: "summary_text", text: thinking }] : [];
    return [{ type: "reasoning", summary, encrypted_content: encrypted }];
  });
}

/** A result with an image or a file is a list of parts, which chat completions do not have. */
function outputOf(
  content: Extract<ChatMessage, { role: "tool" }>["content"],
  field: string,
  refuse: Refuse,
): string | Item[] {
  if (typeof content === "string") return content;
  const texts = content.flatMap((part) => (part.type === "text" ? [part.text] : []));
  if (texts.length === content.length) return texts.join("");
  return contentOf(content, field, refuse) as Item[];
}

function contentOf(
  content: Extract<ChatMessage, { role: "user" }>["content"],
  field: string,
  refuse: Refuse,
): string | Item[] {
  if (typeof content === "string") return content;
  return content.map((part, at): Item => {
    if (part.type === "text") return { type: "input_text", text: part.text };
    if (part.type === "image_url") {
      const { url, detail = "auto" } = part.image_url;
      return { type: "input_image", image_url: url, detail };
    }
    if (part.type === "file") return { type: "input_file", ...part.file };
    return refuse(`${field}.content[${at}].type`, "must be text, image_url or file");
  });
}
