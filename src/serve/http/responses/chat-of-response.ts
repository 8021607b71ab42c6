import type {
  AssistantMessage,
  ChatMessage,
  ChatRequest,
  ChatTool,
  ContentPart,
  TextPart,
  ToolCall,
} from "../../../contracts/index.ts";
import { readSigned, type WrittenDelta } from "../../../plugin/signed.ts";
import { type Fields, fieldsOf, wrong } from "../fields.ts";

/** Fields that lean on what the provider keeps. Only the provider that keeps it could answer. */
const stateful = ["previous_response_id", "conversation", "prompt"] as const;

/** Fields that a chat request has as they are. */
const sameFields = [
  "temperature",
  "top_p",
  "top_logprobs",
  "parallel_tool_calls",
  "metadata",
  "prompt_cache_key",
  "prompt_cache_retention",
  "service_tier",
  "safety_identifier",
  "user",
] as const;

/**
 * Translates the body of a Responses request to a chat request. Throws `HttpError` for what cannot be read, and for what
 * needs the state of a provider, naming the field.
 */
export function chatOfResponse(body: Fields): ChatRequest {
  for (const field of stateful)
    if (body[field] !== undefined && body[field] !== null)
      throw wrong(field, "refers to what one provider keeps: send the whole input, as with store: false");
  if ((body["background"] ?? false) !== false)
    throw wrong("background", "is not supported: an answer is not kept");
  const {
    instructions,
    input,
    max_output_tokens: limit,
    tools,
    tool_choice: choice,
    top_logprobs: top,
  } = body;
  const texts = fieldsOf(body["text"]);
  const { effort } = fieldsOf(body["reasoning"]);
  const offered = toolsOf(tools);
  const chat: Record<string, unknown> = {
    messages: [...instructionsOf(instructions), ...messagesOf(input)],
  };
  for (const field of sameFields)
    if (body[field] !== undefined && body[field] !== null) chat[field] = body[field];
  if (top !== undefined && top !== null) chat["logprobs"] = true;
  if (limit !== undefined && limit !== null) chat["max_completion_tokens"] = limit;
  if (effort !== undefined && effort !== null) chat["reasoning_effort"] = effort;
  if (texts["verbosity"] !== undefined && texts["verbosity"] !== null) chat["verbosity"] = texts["verbosity"];
  if (offered.length > 0) {
    chat["tools"] = offered;
    if (choice !== undefined && choice !== null) chat["tool_choice"] = toolChoiceOf(choice);
  }
  return { ...chat, ...formatOf(texts["format"]) } as ChatRequest;
}

function instructionsOf(instructions: unknown): ChatMessage[] {
  if (instructions === undefined || instructions === null) return [];
  if (typeof instructions !== "string") throw wrong("instructions", "must be a text");
  return [{ role: "system", content: instructions }];
}

/** Items of one turn of the model (thinking, text, calls) become one message. */
function messagesOf(input: unknown): ChatMessage[] {
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
      turn ??= { texts: [], calls: [], thinking: {} };
      addTo(turn, item, field);
    } else {
      close();
      messages.push(messageOf(item, field));
    }
  }
  close();
  return messages;
}

/** A turn of the model that is being gathered. */
interface Turn {
  readonly texts: string[];
  readonly calls: ToolCall[];
  thinking: Partial<WrittenDelta>;
}

function isOfModel({ type = "message", role }: Fields): boolean {
  if (type === "message") return role === "assistant";
  return type === "function_call" || type === "custom_tool_call" || type === "reasoning";
}

function addTo(turn: Turn, item: Fields, field: string): void {
  const { type, call_id: id, name, arguments: json, input, content, encrypted_content: encrypted } = item;
  if (type === "reasoning") {
    turn.thinking = joined(turn.thinking, thinkingOf(encrypted));
    return;
  }
  if (type === "function_call" || type === "custom_tool_call") {
    if (typeof id !== "string" || typeof name !== "string") throw wrong(field, "must have call_id and name");
    turn.calls.push(
      type === "function_call"
        ? { id, type: "function", function: { name, arguments: String(json ?? "") } }
        : { id, type: "custom", custom: { name, input: String(input ?? "") } },
    );
    return;
  }
  for (const part of partsOf(content, field)) if (part.type === "text") turn.texts.push(part.text);
}

function assistantOf({ texts, calls, thinking }: Turn): ChatMessage {
  const message: AssistantMessage = {
    role: "assistant",
    content: texts.length === 0 ? null : texts.join(""),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  return { ...message, ...thinking };
}

/** One turn may think several times. Blocks of several writers cannot go back: those of the last one count. */
function joined(before: Partial<WrittenDelta>, more: Partial<WrittenDelta>): Partial<WrittenDelta> {
  if (more.thinking_blocks === undefined || before.written_by !== more.written_by) return more;
  return { ...more, thinking_blocks: [...(before.thinking_blocks ?? []), ...more.thinking_blocks] };
}

/** Thinking goes back to its writer alone; that of another server, or of another writer, is left out. */
function thinkingOf(encrypted: unknown): Partial<WrittenDelta> {
  const read = readSigned(encrypted);
  if (read === undefined) return {};
  const { writer: written_by, signature } = read;
  // The content of a server's own item, which is not JSON.
  if (!signature.startsWith("["))
    return { thinking_blocks: [{ type: "redacted_thinking", data: signature }], written_by };
  try {
    return { thinking_blocks: JSON.parse(signature), written_by };
  } catch {
    return {};
  }
}

function messageOf(item: Fields, field: string): ChatMessage {
  const { type = "message", role, content, call_id: id, output } = item;
  if (type === "function_call_output" || type === "custom_tool_call_output") {
    if (typeof id !== "string") throw wrong(`${field}.call_id`, "must be a text");
    const parts = partsOf(output ?? "", `${field}.output`);
    return { role: "tool", tool_call_id: id, content: textsOnly(parts, `${field}.output`) };
  }
  if (type === "item_reference")
    throw wrong(
      `${field}.type`,
      "refers to an item that is not kept: send it whole, as clients do with store: false",
    );
  if (type !== "message")
    throw wrong(`${field}.type`, "is not supported here: it refers to what one provider keeps or runs");
  if (role === "user") return { role, content: partsOf(content, `${field}.content`) };
  if (role === "system" || role === "developer")
    return { role, content: textsOnly(partsOf(content, `${field}.content`), `${field}.content`) };
  throw wrong(`${field}.role`, "must be user, assistant, system or developer");
}

function textsOnly(parts: readonly ContentPart[], field: string): TextPart[] {
  return parts.map((part) => {
    if (part.type !== "text") throw wrong(field, "must be text");
    return part;
  });
}

function partsOf(content: unknown, field: string): ContentPart[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (!Array.isArray(content)) throw wrong(field, "must be a text or an array of parts");
  return content.map((part, at) => partOf(fieldsOf(part), `${field}[${at}]`));
}

function partOf(part: Fields, field: string): ContentPart {
  const { type, text, refusal, image_url: url, detail, file_id: fileId, file_data: data, filename } = part;
  if (type === "input_text" || type === "output_text" || type === "text") {
    if (typeof text !== "string") throw wrong(`${field}.text`, "must be a text");
    return { type: "text", text };
  }
  if (type === "refusal") return { type: "text", text: String(refusal ?? "") };
  if (type === "input_image" && typeof url === "string")
    return {
      type: "image_url",
      image_url: { url, ...(typeof detail === "string" && { detail: detail as "auto" }) },
    };
  if ((type === "input_file" || type === "input_image") && typeof fileId === "string")
    return { type: "file", file: { file_id: fileId } };
  if (type === "input_file" && typeof data === "string")
    return { type: "file", file: { file_data: data, ...(typeof filename === "string" && { filename }) } };
  throw wrong(
    `${field}.type`,
    "must be input_text, input_image, input_file or output_text, with its content",
  );
}

/** Tools that run at the provider have a type of their own, and no other model could run them. */
function toolsOf(tools: unknown): ChatTool[] {
  if (tools === undefined || tools === null) return [];
  if (!Array.isArray(tools)) throw wrong("tools", "must be an array");
  return tools.map((given, at): ChatTool => {
    const { type, name, description, parameters, strict, format } = fieldsOf(given);
    if (type !== "function" && type !== "custom")
      throw wrong(`tools[${at}].type`, "must be function or custom: other tools run at one provider");
    if (typeof name !== "string") throw wrong(`tools[${at}].name`, "must be a text");
    const said = typeof description === "string" ? { description } : {};
    if (type === "custom") return { type, custom: { name, ...said, ...customFormat(format) } };
    const schema =
      typeof parameters === "object" && parameters !== null
        ? { parameters: parameters as Record<string, unknown> }
        : {};
    return { type, function: { name, ...said, ...schema, ...(typeof strict === "boolean" && { strict }) } };
  });
}

/** The grammar of a custom tool is flat here, and nested in a chat request. */
function customFormat(format: unknown): object {
  const { type, syntax, definition } = fieldsOf(format);
  if (type === "grammar") return { format: { type, grammar: { syntax, definition } } };
  return type === "text" ? { format: { type } } : {};
}

function toolChoiceOf(choice: unknown): unknown {
  if (typeof choice === "string") return choice;
  const { type, name, mode, tools } = fieldsOf(choice);
  if (type === "function" || type === "custom") return { type, [type]: { name } };
  if (type === "allowed_tools" && Array.isArray(tools)) {
    const named = tools
      .map(fieldsOf)
      .map((tool) => ({ type: tool["type"], [String(tool["type"])]: { name: tool["name"] } }));
    return { type, allowed_tools: { mode, tools: named } };
  }
  throw wrong("tool_choice", "must be auto, none, required, a function, a custom tool or allowed_tools");
}

function formatOf(format: unknown): Pick<ChatRequest, "response_format"> {
  const { type, name = "answer", schema, strict, description } = fieldsOf(format);
  if (type === "json_object") return { response_format: { type } };
  if (type !== "json_schema") return {};
  const json_schema = {
    name,
    schema,
    ...(strict !== undefined && { strict }),
    ...(description !== undefined && { description }),
  };
  return { response_format: { type, json_schema } } as Pick<ChatRequest, "response_format">;
}
