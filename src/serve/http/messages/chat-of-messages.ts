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
import type { MessageBlock } from "./wire.ts";

/**
 * Translates the body of a Messages request to a chat request. What a chat request cannot say (places of cache marks,
 * `top_k`, beta features) is left out. Throws `HttpError` for what cannot be read, naming the field.
 */
export function chatOfMessages(body: Fields): ChatRequest {
  const { messages, max_tokens: limit, stop_sequences: stop, temperature, top_p: topP, metadata } = body;
  if (!Array.isArray(messages)) throw wrong("messages", "must be an array");
  if (limit !== undefined && typeof limit !== "number") throw wrong("max_tokens", "must be a number");
  if (Array.isArray(body["mcp_servers"]) && body["mcp_servers"].length > 0)
    throw wrong(
      "mcp_servers",
      "is not supported: such tools run at their provider, which routing cannot promise",
    );
  for (const field of stateful)
    if (body[field] !== undefined && body[field] !== null)
      throw wrong(field, "refers to what one provider keeps: send all messages");
  const tools = toolsOf(body["tools"]);
  const user = fieldsOf(metadata)["user_id"];
  return {
    messages: [...systemOf(body["system"]), ...messages.flatMap(messagesOf)],
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
}

const longestUser = 64;

/** Fields that lean on what the provider keeps, perhaps for another sender: the key is the same. */
const stateful = ["thread", "container"] as const;

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

function messagesOf(message: unknown, at: number): ChatMessage[] {
  const { role, content } = fieldsOf(message);
  const field = `messages[${at}]`;
  const blocks: readonly MessageBlock[] =
    typeof content === "string" ? [{ type: "text", text: content }] : blocksOf(content, field);
  if (role === "assistant") return [assistantOf(blocks)];
  if (role === "user") return userOf(blocks, field);
  if (role === "system") return [{ role: "system", content: blocks.map((block) => textPart(block, field)) }];
  throw wrong(`${field}.role`, "must be user or assistant");
}

function blocksOf(content: unknown, field: string): readonly MessageBlock[] {
  if (!Array.isArray(content)) throw wrong(`${field}.content`, "must be a text or an array of blocks");
  return content.map(fieldsOf);
}

/** Results of tools come first, as messages of their own: a chat request has them right after the calls. */
function userOf(blocks: readonly MessageBlock[], field: string): ChatMessage[] {
  const results: ChatMessage[] = [];
  const parts: ContentPart[] = [];
  for (const block of blocks) {
    if (block.type !== "tool_result") {
      parts.push(partOf(block, field));
      continue;
    }
    if (typeof block.tool_use_id !== "string") throw wrong(`${field}.content.tool_use_id`, "must be a text");
    const inner = typeof block.content === "string" ? [{ type: "text", text: block.content }] : block.content;
    const held = inner === undefined || inner === null ? [] : blocksOf(inner, `${field}.content`);
    const isPart = ({ type }: MessageBlock) => type === "image" || type === "document";
    const texts = held.filter((one) => !isPart(one)).flatMap((one) => resultTexts(one, field));
    // A tool's message holds text alone: images that a tool returned follow as the user's.
    parts.push(...held.filter(isPart).map((one) => partOf(one, field)));
    if (block.is_error === true) texts.unshift({ type: "text", text: "The tool failed:" });
    results.push({ role: "tool", tool_call_id: block.tool_use_id, content: texts });
  }
  return parts.length === 0 ? results : [...results, { role: "user", content: parts }];
}

/** Returns all text of a block of a tool's result, since all of it is input that costs. */
function resultTexts(block: MessageBlock, field: string): TextPart[] {
  const { type, title, source, content, tool_name: name } = block;
  if (type === "tool_reference") return [{ type: "text", text: String(name) }];
  if (type !== "search_result") return [textPart(block, field)];
  const found = blocksOf(content, `${field}.content`).map((one) => textPart(one, field));
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

function partOf(block: MessageBlock, field: string): ContentPart {
  if (block.type === "text") return textPart(block, `${field}.content`);
  const source = fieldsOf(block.source);
  const { type, media_type: mediaType, data, url, file_id: fileId } = source;
  const isImage = block.type === "image";
  if (!isImage && block.type !== "document")
    throw wrong(`${field}.content.type`, "must be text, image, document, tool_use, tool_result or thinking");
  if (type === "text" && typeof data === "string") {
    const said = [block.title, block.context, data].filter((text) => typeof text === "string");
    return { type: "text", text: said.join("\n") };
  }
  if (typeof fileId === "string") return { type: "file", file: { file_id: fileId } };
  const address = type === "base64" ? `data:${String(mediaType)};base64,${String(data)}` : url;
  if (typeof address !== "string")
    throw wrong(`${field}.content.source`, "must be base64, url, text or file");
  if (isImage) return { type: "image_url", image_url: { url: address } };
  if (type !== "base64") throw wrong(`${field}.content.source`, "must be base64 for a document");
  return {
    type: "file",
    file: { file_data: address, ...(typeof block.title === "string" && { filename: block.title }) },
  };
}

/** Tools that run at the provider have a type of their own, and no other model could run them. */
function toolsOf(tools: unknown): ChatTool[] {
  if (tools === undefined || tools === null) return [];
  if (!Array.isArray(tools)) throw wrong("tools", "must be an array");
  return tools.map((tool, at): ChatTool => {
    const { name, input_schema: schema, type = "custom", strict, ...others } = fieldsOf(tool);
    const description = [
      ...(typeof others["description"] === "string" ? [others["description"]] : []),
      ...(Array.isArray(others["input_examples"])
        ? [`Examples of its input: ${JSON.stringify(others["input_examples"])}`]
        : []),
    ].join("\n");
    if (type !== "custom")
      throw wrong(
        `tools[${at}].type`,
        "must be custom: other tools run at their provider, which routing cannot promise",
      );
    if (typeof name !== "string") throw wrong(`tools[${at}].name`, "must be a text");
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
