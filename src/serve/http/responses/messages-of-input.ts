import type {
  AssistantMessage,
  ChatMessage,
  ContentPart,
  TextPart,
  ToolCall,
} from "../../../contracts/index.ts";
import { type Fields, fieldsOf, wrong } from "../fields.ts";
import { type NativeParts, shownType } from "../native-only.ts";
import type { ClientTools } from "./client-tools.ts";
import { extensionsIn, serversContent, type WrittenExtensions } from "./written-extensions.ts";

/**
 * Translates the input of a response to messages. Items of one turn of the model (thinking, text, calls) become one message.
 * What no chat request can say is noted in `native`, and is there as text, since constraints and budgets read the messages.
 */
export function messagesOf(input: unknown, native: NativeParts, tools: ClientTools): ChatMessage[] {
  if (typeof input === "string") return [{ role: "user", content: input }];
  if (!Array.isArray(input)) throw wrong("input", "must be a text or an array of items");
  const messages: ChatMessage[] = [];
  let turn: Turn | undefined;
  const close = () => {
    if (turn !== undefined) messages.push(assistantOf(turn));
    turn = undefined;
  };
  for (const [at, given] of input.entries()) {
    const item = fieldsOf(given);
    const field = `input[${at}]`;
    if (isOfModel(item)) {
      turn ??= { items: [], texts: [], calls: [], written: {}, hasOthers: false };
      addTo(turn, item, field, native, tools);
    } else {
      const message = messageOf(item, field, native, tools);
      // Between results the turn goes on.
      if (message === undefined) continue;
      close();
      messages.push(message);
    }
  }
  close();
  return messages;
}

/** A turn of the model that is being gathered. */
interface Turn {
  /** Items in the provider's form, each with the writer of reasoning. */
  readonly items: { readonly item: Fields; readonly writer?: string }[];
  readonly texts: string[];
  readonly calls: ToolCall[];
  written: WrittenExtensions;
  phase?: unknown;
  /** True once an item has no place in a message of its own. */
  hasOthers: boolean;
}

/** Items that tell what ran at the provider. Another model goes on without them. */
const ranAtProvider: ReadonlySet<unknown> = new Set([
  "web_search_call",
  "file_search_call",
  "code_interpreter_call",
  "image_generation_call",
  "mcp_list_tools",
  "mcp_call",
  "x_search_call",
  "tool_search_call",
]);

/** Items of the client: results, answers to questions, and what it adds. */
const ofClient = /(?:_output|_response)$|^(?:additional_tools|item_reference)$/;

function isOfModel({ type = "message", role }: Fields): boolean {
  return type === "message" ? role === "assistant" : typeof type === "string" && !ofClient.test(type);
}

function addTo(turn: Turn, item: Fields, field: string, native: NativeParts, tools: ClientTools): void {
  const { type = "message", content, phase } = item;
  if (type === "reasoning") {
    const { encrypted_content: encrypted } = item;
    turn.written = joined(turn.written, extensionsIn(encrypted));
    const own = serversContent(encrypted);
    if (own !== undefined)
      turn.items.push({ item: { ...item, encrypted_content: own.signature }, writer: own.writer });
    return;
  }
  turn.items.push({ item });
  const call = tools.callOf(item, field);
  if (call !== undefined) turn.calls.push(call);
  else if (type === "message") {
    turn.phase = phase ?? turn.phase;
    for (const part of partsOf(content, `${field}.content`, native)) {
      // Constraints look for images and files where a user sends them.
      if (part.type !== "text") throw wrong(`${field}.content`, "must be text in a turn of the model");
      turn.texts.push(part.text);
    }
  } else {
    turn.hasOthers = true;
    if (!ranAtProvider.has(type)) native.add(field, otherItem(type));
  }
}

function otherItem(type: unknown): string {
  return `is an item of the type ${shownType(type)}, which other models do not know`;
}

function assistantOf({ items, texts, calls, written, phase, hasOthers }: Turn): ChatMessage {
  const isPhase = phase === "commentary" || phase === "final_answer";
  const writer = written.written_by ?? unknownWriter;
  const parts = items.filter((one) => one.writer === undefined || one.writer === writer);
  return {
    role: "assistant",
    content: texts.length === 0 ? null : texts.join(""),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(isPhase && { phase }),
    ...(hasOthers && { provider_parts: parts.map(({ item }) => item) }),
    ...((isPhase || hasOthers) && { written_by: writer }),
    ...written,
  } satisfies AssistantMessage;
}

/** Stands for the writer of what a client does not say who wrote it: no model gets that but as the client sent it. */
const unknownWriter = "unknown";

/** One turn may think several times. Blocks of several writers cannot go back: those of the last one count. */
function joined(before: WrittenExtensions, more: WrittenExtensions): WrittenExtensions {
  if (more.thinking_blocks === undefined || before.written_by !== more.written_by) return more;
  return {
    ...before,
    ...more,
    thinking_blocks: [...(before.thinking_blocks ?? []), ...more.thinking_blocks],
  };
}

/** Undefined for an item that only offers tools, or says what a search at the provider found. */
function messageOf(
  item: Fields,
  field: string,
  native: NativeParts,
  tools: ClientTools,
): ChatMessage | undefined {
  const { type = "message", role, content, call_id: id, output } = item;
  const result = tools.resultOf(item);
  if (result !== undefined) {
    if (typeof id !== "string") throw wrong(`${field}.call_id`, "must be a text");
    return { role: "tool", tool_call_id: id, content: result };
  }
  if (type === "additional_tools" || type === "tool_search_output") return undefined;
  if (type === "function_call_output" || type === "custom_tool_call_output") {
    if (typeof id !== "string") throw wrong(`${field}.call_id`, "must be a text");
    return { role: "tool", tool_call_id: id, content: partsOf(output ?? "", `${field}.output`, native) };
  }
  if (type === "item_reference")
    throw wrong(
      `${field}.type`,
      "refers to an item that is not kept: send it whole, as clients do with store: false",
    );
  if (type !== "message") {
    native.add(field, otherItem(type));
    return { role: "tool", tool_call_id: String(id ?? ""), content: shownParts(item) };
  }
  if (role === "user") return { role, content: partsOf(content, `${field}.content`, native) };
  if (role === "system" || role === "developer")
    return { role, content: textsOnly(partsOf(content, `${field}.content`, native), `${field}.content`) };
  throw wrong(`${field}.role`, "must be user, assistant, system or developer");
}

function textsOnly(parts: readonly ContentPart[], field: string): TextPart[] {
  return parts.map((part) => {
    if (part.type !== "text") throw wrong(field, "must be text");
    return part;
  });
}

function partsOf(content: unknown, field: string, native: NativeParts): ContentPart[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (!Array.isArray(content)) throw wrong(field, "must be a text or an array of parts");
  return content.flatMap((part, at) => partOf(fieldsOf(part), `${field}[${at}]`, native));
}

/** Fields by which a part gives its content. Of two of them the provider could read another one than constraints. */
const contents = ["image_url", "file_data", "file_id", "file_url"] as const;

function partOf(part: Fields, field: string, native: NativeParts): ContentPart[] {
  const { type, text, refusal, image_url: url, detail, file_id: fileId, file_data: data, filename } = part;
  if (typeof type !== "string") throw wrong(`${field}.type`, "must be a text");
  if (type === "input_text" || type === "output_text" || type === "text") {
    if (typeof text !== "string") throw wrong(`${field}.text`, "must be a text");
    return [{ type: "text", text }];
  }
  if (type === "refusal") return [{ type: "text", text: String(refusal ?? "") }];
  const held = contents.filter((name) => part[name] !== undefined && part[name] !== null);
  if (held.length > 1) throw wrong(field, `has ${held.join(" and ")}: send one`);
  if (type === "input_image" && typeof url === "string")
    return [
      {
        type: "image_url",
        image_url: { url, ...(typeof detail === "string" && { detail: detail as "auto" }) },
      },
    ];
  if ((type === "input_file" || type === "input_image") && typeof fileId === "string")
    return [{ type: "file", file: { file_id: fileId } }];
  if (type === "input_file" && typeof data === "string")
    return [{ type: "file", file: { file_data: data, ...(typeof filename === "string" && { filename }) } }];
  if (type === "input_file" || type === "input_image") {
    if (typeof part["file_url"] !== "string")
      throw wrong(field, "must have its content: image_url, file_data, file_url or file_id");
    native.add(field, "is a file by its address, which the provider would fetch");
  } else native.add(field, `is a part of the type ${shownType(type)}, which other models do not know`);
  return shownParts(part);
}

/** Returns all that an item or a part holds as text, and what it holds as data in parts of their own: text has another size. */
function shownParts(given: Fields): ContentPart[] {
  const held: ContentPart[] = [];
  const text = JSON.stringify(given, (_, value: unknown) => {
    if (typeof value !== "string" || !value.startsWith("data:")) return value;
    held.push(
      value.startsWith("data:image/")
        ? { type: "image_url", image_url: { url: value } }
        : { type: "file", file: { file_data: value } },
    );
    return "";
  });
  return [{ type: "text", text }, ...held];
}
