import type {
  ChatMessage,
  ChatRequest,
  ChatTool,
  ContentPart,
  TextPart,
  ToolCall,
} from "../../../contracts/index.ts";
import { readSigned, type SignedThinking } from "../../../plugin/signed.ts";
import { type Fields, fieldsOf, wrong } from "../fields.ts";
import { leftOut } from "../left-out.ts";
import { type NativeParts, nativeParts, shownType } from "../native-only.ts";
import { clientTool } from "./client-tools.ts";
import { fieldsInChat } from "./fields-in-chat.ts";
import type { MessageBlock } from "./wire.ts";

/** A Messages request as a chat request. */
export interface TranslatedMessages {
  readonly chat: ChatRequest;
  /** Parts that a chat request cannot say, so that only models that speak Messages may have it. */
  readonly native: NativeParts;
}

/**
 * Translates the body of a Messages request to a chat request. What changes only how it is answered (places of cache marks,
 * `top_k`, beta features) is left out and named; what another model could not take at all is noted. Throws `HttpError` for what cannot
 * be read, naming the field.
 */
export function chatOfMessages(body: Fields): TranslatedMessages {
  const { messages, max_tokens: limit, stop_sequences: stop, temperature, top_p: topP, metadata } = body;
  if (!Array.isArray(messages)) throw wrong("messages", "must be an array");
  if (limit !== undefined && typeof limit !== "number") throw wrong("max_tokens", "must be a number");
  if (body["thread"] !== undefined && body["thread"] !== null)
    throw wrong("thread", "refers to what one provider keeps: send all messages", noThread);
  const native = nativeParts();
  const { mcp_servers: servers, container } = body;
  if (Array.isArray(servers) && servers.length > 0) {
    native.addProviderTool("mcp");
    native.add("mcp_servers", "are called by the provider");
  }
  if (container !== undefined && container !== null) native.keep("container", "container");
  const tools = toolsOf(body["tools"], body["tool_choice"], native);
  const user = fieldsOf(metadata)["user_id"];
  const chat: ChatRequest = {
    messages: [
      ...systemOf(body["system"]),
      ...messages.flatMap((message, at) => messagesOf(message, `messages[${at}]`, native)),
    ],
    ...(limit !== undefined && { max_completion_tokens: limit }),
    ...(Array.isArray(stop) && stop.length > 0 && { stop: stop as string[] }),
    ...(typeof temperature === "number" && { temperature }),
    ...(typeof topP === "number" && { top_p: topP }),
    ...(tools.length > 0 && { tools, ...toolChoiceOf(body["tool_choice"]) }),
    ...(typeof user === "string" && { safety_identifier: user.slice(0, longestUser) }),
    ...tierOf(body),
    ...reasoningOf(body),
    ...formatOf(body),
  };
  native.leaveOut(leftOut(body, fieldsInChat));
  return { chat, native };
}

/** On these a `toolRunner` of Anthropic's SDK (1.13 and later) goes on without a thread, and sends all messages. */
const noThread = { error_code: "thread_unsupported_request", unsupported: ["thread"] };

const longestUser = 64;

/** Classes of service have prices of their own. */
function tierOf({ speed, service_tier: tier }: Fields): Pick<ChatRequest, "service_tier"> {
  if (speed === "fast") return { service_tier: "fast" };
  if (tier === "auto") return { service_tier: "auto" };
  return tier === "standard_only" ? { service_tier: "default" } : {};
}

function systemOf(system: unknown): ChatMessage[] {
  if (system === undefined || system === null || system === "") return [];
  if (typeof system === "string") return [{ role: "system", content: system }];
  if (!Array.isArray(system)) throw wrong("system", "must be a text or an array of blocks");
  const parts = system.map((block, at) => textPart(block, `system[${at}]`));
  return parts.length === 0 ? [] : [{ role: "system", content: parts }];
}

function messagesOf(message: unknown, field: string, native: NativeParts): ChatMessage[] {
  const { role, content } = fieldsOf(message);
  const blocks: readonly MessageBlock[] =
    typeof content === "string" ? [{ type: "text", text: content }] : blocksOf(content, field);
  if (role === "assistant") return [assistantOf(blocks)];
  if (role === "user") return userOf(blocks, field, native);
  if (role !== "system") throw wrong(`${field}.role`, "must be user or assistant");
  const parts = blocks.flatMap((block, at) => textsOf(block, `${field}.content[${at}]`, native));
  return parts.length === 0 ? [] : [{ role: "system", content: parts }];
}

function blocksOf(content: unknown, field: string): readonly MessageBlock[] {
  if (!Array.isArray(content)) throw wrong(`${field}.content`, "must be a text or an array of blocks");
  return content.map(fieldsOf);
}

/** Results of tools come first, as messages of their own: a chat request has them right after the calls. */
function userOf(blocks: readonly MessageBlock[], field: string, native: NativeParts): ChatMessage[] {
  const results: ChatMessage[] = [];
  const parts: ContentPart[] = [];
  blocks.forEach((block, at) => {
    const place = `${field}.content[${at}]`;
    if (block.type !== "tool_result") {
      parts.push(...partsOf(block, place, native));
      return;
    }
    if (typeof block.tool_use_id !== "string") throw wrong(`${place}.tool_use_id`, "must be a text");
    const inner = typeof block.content === "string" ? [{ type: "text", text: block.content }] : block.content;
    const held = inner === undefined || inner === null ? [] : blocksOf(inner, place);
    const texts: TextPart[] = block.is_error === true ? [{ type: "text", text: "The tool failed:" }] : [];
    held.forEach((one, index) => {
      const within = `${place}.content[${index}]`;
      // A tool's message holds text alone: images and documents that a tool returned follow as the user's.
      if (one.type === "image" || one.type === "document") parts.push(...partsOf(one, within, native));
      else texts.push(...textsOf(one, within, native));
    });
    results.push({ role: "tool", tool_call_id: block.tool_use_id, content: texts });
  });
  return parts.length === 0 ? results : [...results, { role: "user", content: parts }];
}

/** Returns all text of a block that holds nothing else, since all of it is input that costs. */
function textsOf(block: MessageBlock, field: string, native: NativeParts): TextPart[] {
  const { type, title, source, content, tool_name: name } = block;
  if (type === "text") return [textPart(block, field)];
  if (type === "tool_reference") return [{ type: "text", text: String(name) }];
  if (type !== "search_result") {
    native.add(field, `is a block of the type ${shownType(type)}, which other models do not know`);
    return [];
  }
  const found = blocksOf(content, field).map((one) => textPart(one, `${field}.content`));
  return [{ type: "text", text: `${String(title)} (${String(source)})` }, ...found];
}

function assistantOf(blocks: readonly MessageBlock[]): ChatMessage {
  const texts: string[] = [];
  const calls: ToolCall[] = [];
  for (const block of blocks) {
    const { type, text, content, id, name, input } = block;
    // The summary of turns that are no longer sent.
    const said = type === "text" ? text : type === "compaction" ? content : undefined;
    if (typeof said === "string") texts.push(said);
    else if (type === "tool_use" && typeof id === "string" && typeof name === "string")
      calls.push({ id, type: "function", function: { name, arguments: JSON.stringify(input ?? {}) } });
    // What tools at the provider were asked and found, and blocks of tomorrow: all of it is input that costs.
    else if (type !== "thinking" && type !== "redacted_thinking") texts.push(`\n${JSON.stringify(block)}\n`);
  }
  return {
    role: "assistant",
    content: texts.length === 0 ? null : texts.join(""),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...thinkingOf(blocks),
  };
}

/** Thinking goes back to its writer alone. Blocks of several writers cannot be: those of the last one count. */
function thinkingOf(blocks: readonly MessageBlock[]): object {
  const thinking: SignedThinking[] = [];
  let writer: string | undefined;
  for (const { type, thinking: text, signature, data } of blocks) {
    if (type !== "thinking" && type !== "redacted_thinking") continue;
    const read = readSigned(type === "thinking" ? signature : data);
    if (read === undefined) continue;
    if (read.writer !== writer) thinking.length = 0;
    writer = read.writer;
    thinking.push(
      type === "thinking"
        ? { type, thinking: typeof text === "string" ? text : "", signature: read.signature }
        : { type, data: read.signature },
    );
  }
  return writer === undefined ? {} : { thinking_blocks: thinking, written_by: writer };
}

function textPart(block: unknown, field: string): TextPart {
  const { type, text } = fieldsOf(block);
  if (type !== "text" || typeof text !== "string") throw wrong(field, "must be a block of text");
  return { type: "text", text };
}

/** A document that only its provider can read. Bounds on cost take it for the longest that there may be. */
const unreadDocument: ContentPart = {
  type: "file",
  file: { file_data: "data:application/pdf;base64,", filename: "document" },
};
const unreadImage: ContentPart = { type: "image_url", image_url: { url: "file:" } };

function partsOf(block: MessageBlock, field: string, native: NativeParts): ContentPart[] {
  const isImage = block.type === "image";
  if (!isImage && block.type !== "document") return textsOf(block, field, native);
  const { type, media_type: mediaType, data, url, file_id: fileId, content } = fieldsOf(block.source);
  const names = [block.title, block.context].filter((text) => typeof text === "string");
  if (type === "text" && typeof data === "string")
    return [{ type: "text", text: [...names, data].join("\n") }];
  if (type === "content" && !isImage) {
    const inner = typeof content === "string" ? [{ type: "text", text: content }] : content;
    const parts = blocksOf(inner, field).flatMap((one, at) => partsOf(one, `${field}[${at}]`, native));
    return names.length === 0 ? parts : [{ type: "text", text: names.join("\n") }, ...parts];
  }
  if (typeof fileId === "string") {
    native.keep(field, "file", "is a file that the provider keeps");
    return [isImage ? unreadImage : unreadDocument];
  }
  const address = type === "base64" ? `data:${String(mediaType)};base64,${String(data)}` : url;
  if (typeof address !== "string")
    throw wrong(`${field}.source`, "must be base64, url, text, content or file");
  if (isImage) return [{ type: "image_url", image_url: { url: address } }];
  if (type !== "base64") {
    native.add(field, "is a document by its address, which the provider would fetch");
    return [unreadDocument];
  }
  const { title } = block;
  return [
    { type: "file", file: { file_data: address, ...(typeof title === "string" && { filename: title }) } },
  ];
}

/** Tools that the client runs have a schema of ours. Others with a type of their own run at the provider. */
function toolsOf(tools: unknown, choice: unknown, native: NativeParts): ChatTool[] {
  if (tools === undefined || tools === null) return [];
  if (!Array.isArray(tools)) throw wrong("tools", "must be an array");
  return tools.flatMap((given, at): ChatTool | [] => {
    const tool = fieldsOf(given);
    const { name, input_schema: schema, type, strict, ...others } = tool;
    const run = clientTool(type, tool);
    if (run !== undefined) return run;
    if (type !== undefined && type !== null && type !== "custom") {
      native.addProviderTool(shownType(type));
      // It finds deferred tools. A model that is offered all of them needs none.
      if (typeof type === "string" && type.startsWith("tool_search_tool_") && !isNamed(choice, name)) {
        native.leaveOut([`tools.${shownType(type)}`]);
        return [];
      }
      native.add(`tools[${at}]`, `is of the type ${shownType(type)}, which runs at the provider`);
      // It counts among the tools of the request, and goes to no model in this form.
      const shown = typeof name === "string" ? name : shownType(type);
      return { type: "function", function: { name: shown, description: JSON.stringify(given) } };
    }
    if (typeof name !== "string") throw wrong(`tools[${at}].name`, "must be a text");
    const description = [
      ...(typeof others["description"] === "string" ? [others["description"]] : []),
      ...(Array.isArray(others["input_examples"])
        ? [`Examples of its input: ${JSON.stringify(others["input_examples"])}`]
        : []),
    ].join("\n");
    return {
      type: "function",
      function: {
        name,
        ...(description !== "" && { description }),
        ...(typeof schema === "object" &&
          schema !== null && { parameters: schema as Record<string, unknown> }),
        ...(typeof strict === "boolean" && { strict }),
      },
    };
  });
}

function isNamed(choice: unknown, name: unknown): boolean {
  return fieldsOf(choice)["name"] === name;
}

function toolChoiceOf(choice: unknown): Pick<ChatRequest, "tool_choice" | "parallel_tool_calls"> {
  const { type, name, disable_parallel_tool_use: single } = fieldsOf(choice);
  const parallel = single === true ? { parallel_tool_calls: false } : {};
  if (type === "any") return { tool_choice: "required", ...parallel };
  if (type === "none") return { tool_choice: "none" };
  if (type === "tool" && typeof name === "string")
    return { tool_choice: { type: "function", function: { name } }, ...parallel };
  return parallel;
}

const efforts: ReadonlySet<unknown> = new Set(["minimal", "low", "medium", "high", "xhigh", "max"]);

/**
 * An effort that is named counts. `adaptive` thinking, which clients send to any model, asks for nothing in particular:
 * each model then has its default. A budget of thinking tokens becomes the effort that such a budget is usual for.
 */
function reasoningOf({ thinking, output_config: output }: Fields): Pick<ChatRequest, "reasoning_effort"> {
  const { effort } = fieldsOf(output);
  if (efforts.has(effort)) return { reasoning_effort: effort as "low" };
  const { type, budget_tokens: budget } = fieldsOf(thinking);
  if (type === "disabled") return { reasoning_effort: "none" };
  if (type !== "enabled" || typeof budget !== "number") return {};
  return { reasoning_effort: budget <= 4_096 ? "low" : budget <= 16_384 ? "medium" : "high" };
}

function formatOf({
  output_config: output,
  output_format: older,
}: Fields): Pick<ChatRequest, "response_format"> {
  const { type, schema } = fieldsOf(fieldsOf(output)["format"] ?? older);
  if (type !== "json_schema" || typeof schema !== "object" || schema === null) return {};
  const json_schema = { name: "answer", schema: schema as Record<string, unknown>, strict: true };
  return { response_format: { type: "json_schema", json_schema } };
}
