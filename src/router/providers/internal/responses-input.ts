import type { ChatMessage } from "../../../contracts/index.ts";
import { writtenBy } from "./provenance.ts";
import { createToolCallIds } from "./tool-call-ids.ts";

export type Item = Readonly<Record<string, unknown>>;

/** Throws, because leaving this out would change what is asked. */
export type Refuse = (field: string, problem: string) => never;

/** Longest id of a call that the API takes, in characters. */
const longestId = 64;

/** Translates messages to input items. Reasoning goes back to its writer alone; its items are encrypted. */
export function toInput(messages: readonly ChatMessage[], writer: string, refuse: Refuse): Item[] {
  const ids = createToolCallIds((id) => id !== "" && id.length <= longestId);
  return messages.flatMap((message, at): Item[] => {
    const field = `messages[${at}]`;
    if (message.role === "assistant") {
      if (message.audio) refuse(`${field}.audio`, "must be absent: audio is not supported");
      if (message.function_call) refuse(`${field}.function_call`, "must be absent: use tool_calls");
      const calls = message.tool_calls ?? [];
      const callIds = ids.ofCalls(calls.map(({ id }) => id));
      return [
        ...(writtenBy(message) === writer ? reasoningItems(message) : []),
        ...spoken(message).map((content) => ({ role: "assistant", content })),
        ...calls.map((call, index): Item => {
          if (call.type !== "function")
            return refuse(`${field}.tool_calls[${index}].type`, "must be function");
          const { name, arguments: json } = call.function;
          return { type: "function_call", call_id: callIds[index] ?? call.id, name, arguments: json };
        }),
      ];
    }
    if (message.role === "tool") {
      const { content, tool_call_id: id } = message;
      const textOf = (part: (typeof content)[number]) =>
        typeof part !== "string" && part.type === "text"
          ? part.text
          : refuse(`${field}.content`, "must be text");
      const output = typeof content === "string" ? content : content.map(textOf).join("");
      return [{ type: "function_call_output", call_id: ids.ofResult(id), output }];
    }
    if (message.role === "function") return refuse(`${field}.role`, "must not be function: use tool");
    return [{ role: message.role, content: contentOf(message.content, field, refuse) }];
  });
}

/** Returns what an earlier answer says: its text, and the words of a refusal. */
function spoken({ content, refusal }: Extract<ChatMessage, { role: "assistant" }>): string[] {
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
