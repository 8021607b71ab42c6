import { AIMessage, type BaseMessage, ToolMessage } from "@langchain/core/messages";
import {
  type AudioPart,
  type ChatMessage,
  type ContentPart,
  InvalidRequestError,
  type TextPart,
  type ToolCall,
} from "../../../contracts/index.ts";
import { soundFormat } from "../../../plugin/sound-format.ts";

/** Data of an answer that its writer alone can read, as `additional_kwargs.switchpoint` of its message. */
export interface WrittenData {
  /** Fields of the message beyond those of OpenAI. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Fields of tool calls beyond those of OpenAI, by id. */
  readonly calls: Readonly<Record<string, object>>;
}

/** Fields that a message has from LangChain and not from its writer. */
const ownFields: ReadonlySet<string> = new Set(["role", "content", "refusal", "tool_calls", "__proto__"]);

/** Returns what only the writer of a message can read; undefined if there is nothing, or no writer is named. */
export function writtenData(message: object): WrittenData | undefined {
  const { written_by: writer, tool_calls: calls = [] } = message as {
    readonly written_by?: unknown;
    readonly tool_calls?: readonly ToolCall[];
  };
  if (typeof writer !== "string") return undefined;
  const fields = others(message);
  const extras = calls.map(({ id, type: _, ...call }) => {
    const { function: __, custom: ___, ...rest } = call as { function?: unknown; custom?: unknown };
    return [id, rest] as const;
  });
  return { fields, calls: Object.fromEntries(extras.filter(([, rest]) => Object.keys(rest).length > 0)) };
}

function others(message: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(message).filter(
      ([key, value]) => !ownFields.has(key) && value !== null && value !== undefined,
    ),
  );
}

/** Translates messages of LangChain. Throws `InvalidRequestError` for what cannot be read, naming the message. */
export function chatOfMessages(messages: readonly BaseMessage[]): ChatMessage[] {
  return messages.map((message, at): ChatMessage => {
    const field = `messages[${at}]`;
    switch (message.type) {
      case "system":
      case "developer":
        return { role: "system", content: textsOf(message, field) };
      case "human":
        return { role: "user", content: partsOf(message, field) };
      case "ai":
        return assistantOf(message);
      case "tool":
        return {
          role: "tool",
          content: textsOf(message, field),
          tool_call_id: ToolMessage.isInstance(message) ? message.tool_call_id : "",
        };
      default:
        throw new InvalidRequestError(field, "a system, human, ai or tool message");
    }
  });
}

/** Reasoning and signatures go back to the model that wrote them: `written_by` says which. */
function assistantOf(message: BaseMessage): ChatMessage {
  const given = AIMessage.isInstance(message) ? (message.tool_calls ?? []) : [];
  const data = message.additional_kwargs["switchpoint"] as Partial<WrittenData> | undefined;
  const extras = typeof data?.fields === "object" && data.fields !== null ? others(data.fields) : {};
  const calls = given.map(({ id = "", name, args }): ToolCall => {
    const own = data?.calls !== undefined && Object.hasOwn(data.calls, id) ? data.calls[id] : {};
    return { ...own, id, type: "function", function: { name, arguments: JSON.stringify(args) } };
  });
  const text = message.text;
  return {
    ...extras,
    role: "assistant",
    content: text === "" && calls.length > 0 ? null : text,
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

type Block = Readonly<Record<string, unknown>>;

function textsOf({ content }: BaseMessage, field: string): string | TextPart[] {
  if (typeof content === "string") return content;
  return (content as readonly Block[]).map((block): TextPart => {
    if (block["type"] !== "text" || typeof block["text"] !== "string")
      throw new InvalidRequestError(`${field}.content`, "blocks of text alone");
    return { type: "text", text: block["text"] };
  });
}

function partsOf({ content }: BaseMessage, field: string): string | ContentPart[] {
  if (typeof content === "string") return content;
  return (content as readonly Block[]).map((block) => partOf(block, field));
}

/** Blocks of OpenAI's form pass as they are; those of LangChain have data or an address. */
function partOf(block: Block, field: string): ContentPart {
  const { type, text, image_url: image, input_audio: sound, file, data, url } = block;
  if (type === "text" && typeof text === "string") return { type: "text", text };
  if (type === "image_url") {
    const given = typeof image === "string" ? { url: image } : (image as { readonly url: string });
    return { type: "image_url", image_url: given };
  }
  if (type === "input_audio" && typeof sound === "object" && sound !== null)
    return { type: "input_audio", input_audio: sound as AudioPart["input_audio"] };
  if (type === "file" && typeof file === "object" && file !== null)
    return { type: "file", file: file as { file_data?: string } };
  const mediaType = block["mimeType"] ?? block["mime_type"];
  const address =
    typeof data === "string" && typeof mediaType === "string" ? `data:${mediaType};base64,${data}` : url;
  if (type === "image" && typeof address === "string")
    return { type: "image_url", image_url: { url: address } };
  const format = type === "audio" && typeof mediaType === "string" ? soundFormat(mediaType) : undefined;
  if (format !== undefined && typeof data === "string")
    return { type: "input_audio", input_audio: { data, format } };
  if (type === "file" && typeof address === "string" && address.startsWith("data:"))
    return { type: "file", file: { file_data: address } };
  throw new InvalidRequestError(`${field}.content`, "blocks of text, images, sound or files with their data");
}
