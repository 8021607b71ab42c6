import type { ChatMessage } from "../../../contracts/index.ts";
import { partsToSend, readInput } from "./anthropic-parts.ts";
import type {
  ContentBlock,
  DocumentBlock,
  ImageBlock,
  ImageMediaType,
  TextBlock,
  ThinkingBlock,
  ToolUseBlock,
  Turn,
} from "./anthropic-wire.ts";
import { addToTurns } from "./joined-turns.ts";
import { reportLost } from "./lost-extensions.ts";
import { writtenBy } from "./provenance.ts";
import { createToolCallIds, type ToolCallIds } from "./tool-call-ids.ts";

/** Handlers for what cannot be translated. */
export interface Untranslatable {
  /** Throws, because leaving this out would change what is asked. */
  refuse(field: string, problem: string): never;
  /** Leaves a parameter out and reports it. */
  drop(parameter: string): void;
  /** Reports what an answer of another model holds, which `strictParameters` does not refuse either. */
  leaveOut(field: string): void;
}

/** Ids that the API accepts. Its length limit is not documented; no provider's own ids come near 64. */
const toolId = /^[a-zA-Z0-9_-]{1,64}$/;

type ContentOf<Role extends ChatMessage["role"]> = Extract<ChatMessage, { role: Role }>["content"];
type AssistantMessage = Extract<ChatMessage, { role: "assistant" }>;
type ToolCall = NonNullable<AssistantMessage["tool_calls"]>[number];

/**
 * Translates messages to turns that alternate between user and assistant, and a system prompt. System and
 * developer messages are joined by a blank line, wherever they occur. Text without a visible character and
 * reasoning of another model are left out, because the API refuses them. An answer of this model that holds blocks of the
 * provider's own tools goes back as it came. `writer`: see `writerOf`.
 */
export function toTurns(
  messages: readonly ChatMessage[],
  issues: Untranslatable,
  writer: string,
): { readonly system: string; readonly turns: Turn[] } {
  const system: string[] = [];
  const turns: Turn[] = [];
  const ids = createToolCallIds((id) => toolId.test(id));
  const append = (role: Turn["role"], blocks: readonly ContentBlock[]): void =>
    addToTurns(turns, role, blocks);

  for (const [index, message] of messages.entries()) {
    const field = `messages[${index}]`;
    if ("name" in message && message.name !== undefined && message.role !== "function")
      issues.drop("messages.name");
    switch (message.role) {
      case "system":
      case "developer":
        system.push(...toTexts(message.content, `${field}.content`, issues).map((block) => block.text));
        break;
      case "user":
        append("user", toUserBlocks(message.content, `${field}.content`, issues));
        break;
      case "assistant":
        append("assistant", toAssistantBlocks(message, field, { issues, writer, ids }));
        break;
      case "tool": {
        const content = toTexts(message.content, `${field}.content`, issues);
        append("user", [
          {
            type: "tool_result",
            tool_use_id: ids.ofResult(message.tool_call_id),
            ...(content.length > 0 && { content }),
          },
        ]);
        break;
      }
      default:
        issues.refuse(`${field}.role`, "must be system, developer, user, assistant or tool");
    }
  }
  // The API requires at least one turn: instructions without messages become one.
  if (turns.length === 0 && system.length > 0) {
    append(
      "user",
      system.splice(0).map((text) => ({ type: "text", text })),
    );
  }
  return { system: system.join("\n\n"), turns };
}

function toTexts(
  content: ContentOf<"system"> | ContentOf<"tool">,
  field: string,
  issues: Untranslatable,
): TextBlock[] {
  if (typeof content === "string") return toBlocks([content]);
  const other = content.findIndex(({ type }) => type !== "text");
  if (other >= 0) issues.refuse(`${field}[${other}].type`, "must be text");
  return toBlocks(content.map((part) => (part.type === "text" ? part.text : "")));
}

function toBlocks(texts: readonly string[]): TextBlock[] {
  return texts.filter(isVisible).map((text) => ({ type: "text", text }));
}

export const isVisible = (text: string): boolean => text.trim() !== "";

function toUserBlocks(content: ContentOf<"user">, field: string, issues: Untranslatable): ContentBlock[] {
  if (typeof content === "string") return toBlocks([content]);
  const blocks: ContentBlock[] = [];
  for (const [index, part] of content.entries()) {
    const place = `${field}[${index}]`;
    switch (part.type) {
      case "text":
        blocks.push(...toBlocks([part.text]));
        break;
      case "image_url": {
        const { url, detail } = part.image_url;
        if (detail !== undefined && detail !== "auto") issues.drop("messages.content.image_url.detail");
        blocks.push(toImage(url, `${place}.image_url.url`, issues));
        break;
      }
      case "file":
        blocks.push(toDocument(part.file, `${place}.file`, issues));
        break;
      default:
        issues.refuse(`${place}.type`, "must be text, image_url or file");
    }
  }
  return blocks;
}

/** A map, because the type comes from the caller's users and could be "constructor". */
const imageMediaTypes: ReadonlyMap<string, ImageMediaType> = new Map([
  ["image/jpeg", "image/jpeg"],
  ["image/jpg", "image/jpeg"],
  ["image/png", "image/png"],
  ["image/gif", "image/gif"],
  ["image/webp", "image/webp"],
]);

function toImage(url: string, field: string, issues: Untranslatable): ImageBlock {
  if (/^https?:\/\//i.test(url)) return { type: "image", source: { type: "url", url } };
  const data = readDataUrl(url);
  const mediaType = imageMediaTypes.get(data?.mediaType ?? "");
  if (data === undefined || mediaType === undefined)
    issues.refuse(field, "must be an https: URL or a base64 data: URL of a JPEG, PNG, GIF or WebP image");
  return { type: "image", source: { type: "base64", media_type: mediaType, data: data.base64 } };
}

function toDocument(
  file: { readonly file_data?: string | undefined; readonly filename?: string | undefined },
  field: string,
  issues: Untranslatable,
): DocumentBlock {
  const data = readDataUrl(file.file_data ?? "");
  if (data?.mediaType !== "application/pdf")
    issues.refuse(`${field}.file_data`, "must be a base64 data: URL of a PDF");
  return {
    type: "document",
    source: { type: "base64", media_type: "application/pdf", data: data.base64 },
    ...(file.filename !== undefined && { title: file.filename }),
  };
}

export function readDataUrl(
  url: string,
): { readonly mediaType: string; readonly base64: string } | undefined {
  const comma = url.indexOf(",");
  if (comma < 0 || comma > 200) return undefined;
  const [mediaType = "", ...parameters] = url.slice(0, comma).toLowerCase().split(";");
  if (!mediaType.startsWith("data:") || parameters.at(-1) !== "base64") return undefined;
  return { mediaType: mediaType.slice("data:".length), base64: url.slice(comma + 1) };
}

interface Translation {
  readonly issues: Untranslatable;
  readonly writer: string;
  readonly ids: ToolCallIds;
}

function toAssistantBlocks(
  message: AssistantMessage,
  field: string,
  { issues, writer, ids }: Translation,
): ContentBlock[] {
  if (message.audio) issues.refuse(`${field}.audio`, "must be absent: audio is not supported");
  if (message.function_call) issues.refuse(`${field}.function_call`, "must be absent: use tool_calls");
  const texts =
    typeof message.content === "string"
      ? [message.content]
      : (message.content ?? []).map((part, at) => {
          if (part.type === "text") return part.text;
          if (part.type === "refusal") return part.refusal;
          return issues.refuse(`${field}.content[${at}].type`, "must be text or refusal");
        });
  if (message.refusal) texts.push(message.refusal);
  const calls = message.tool_calls ?? [];
  const callIds = ids.ofCalls(calls.map(({ id }) => id));
  const parts = partsToSend(message, writer);
  if (parts !== undefined) {
    const left = [...callIds];
    return parts.map((part) => (part.type === "tool_use" ? { ...part, id: left.shift() ?? part.id } : part));
  }
  const isOwn = writtenBy(message) === writer;
  reportLost(message, isOwn, issues.leaveOut);
  return [
    ...(isOwn ? readThinking(message) : []),
    ...toBlocks(texts),
    ...calls.map((call, at) => toToolUse(call, callIds[at] ?? call.id)),
  ];
}

/** Reads the reasoning of one of our answers: a tool loop fails if it is missing or changed. */
export function readThinking(
  message: AssistantMessage & { readonly thinking_blocks?: unknown },
): ThinkingBlock[] {
  const blocks: readonly unknown[] = Array.isArray(message.thinking_blocks) ? message.thinking_blocks : [];
  return blocks.flatMap((value): ThinkingBlock[] => {
    const { type, thinking, signature, data } = (value ?? {}) as Record<string, unknown>;
    if (type === "thinking" && typeof thinking === "string" && typeof signature === "string")
      return [{ type, thinking, signature }];
    return type === "redacted_thinking" && typeof data === "string" ? [{ type, data }] : [];
  });
}

function toToolUse(call: ToolCall, id: string): ToolUseBlock {
  return call.type === "function"
    ? { type: "tool_use", id, name: call.function.name, input: readInput(call.function.arguments) }
    : { type: "tool_use", id, name: call.custom.name, input: { input: call.custom.input } };
}
