import type { ChatMessage, ContentPart, TextPart, ToolCall } from "../../../contracts/index.ts";
import { HttpError } from "../../http/http-error.ts";
import { fileOf } from "./file-of.ts";
import type { JsonFields, PromptMessage, PromptPart, Warning } from "./wire.ts";
import { callExtras, messageExtras, reasoningFields, writerDataOf } from "./writer-data.ts";

/**
 * Translates a prompt to messages of a chat request. What no model of the router could read is left out with a warning.
 * Throws `HttpError` for what cannot be read, naming the field.
 */
export function chatOfPrompt(prompt: readonly PromptMessage[], warnings: Warning[]): ChatMessage[] {
  return prompt.flatMap((message, at): ChatMessage[] => {
    const field = `prompt[${at}]`;
    if (message.role === "system") return [{ role: "system", content: message.content }];
    if (!Array.isArray(message.content))
      throw new HttpError(400, `${field}.content must be an array`, { param: field });
    const parts: readonly PromptPart[] = message.content;
    if (message.role === "user") return [{ role: "user", content: userParts(parts, field) }];
    if (message.role === "assistant") return [assistantOf(parts, warnings)];
    if (message.role === "tool") return resultsOf(parts, field, warnings);
    throw new HttpError(400, `${field}.role must be system, user, assistant or tool`, { param: field });
  });
}

function userParts(parts: readonly PromptPart[], field: string): string | ContentPart[] {
  const content = parts.map(
    (part): ContentPart =>
      part.type === "text" ? { type: "text", text: part.text ?? "" } : fileOf(part, `${field}.content`),
  );
  const [only] = content;
  return content.length === 1 && only?.type === "text" ? only.text : content;
}

/** Reasoning goes back to its writer alone. Parts of several writers cannot be: those of the last one count. */
function assistantOf(parts: readonly PromptPart[], warnings: Warning[]): ChatMessage {
  const texts: string[] = [];
  const calls: ToolCall[] = [];
  let writer: string | undefined;
  for (const part of parts) writer = writerDataOf(part.providerOptions)?.writtenBy ?? writer;
  const blocks: JsonFields[] = [];
  const extras: Record<string, unknown> = {};
  for (const part of parts) {
    const found = writerDataOf(part.providerOptions);
    const data = found?.writtenBy === writer ? found : undefined;
    Object.assign(extras, data?.message && messageExtras(data.message));
    if (part.type === "text") texts.push(part.text ?? "");
    else if (part.type === "reasoning") {
      const { thinking, field } = data ?? {};
      if (thinking !== undefined) blocks.push(thinking);
      else if (reasoningFields.some((known) => known === field) && field !== undefined)
        extras[field] = `${extras[field] ?? ""}${part.text ?? ""}`;
    } else if (part.type === "tool-call" && part.providerExecuted !== true) {
      const { toolCallId: id = "", toolName: name = "", input } = part;
      const json = typeof input === "string" ? input : JSON.stringify(input ?? {});
      const more = data?.call === undefined ? undefined : callExtras(data.call);
      calls.push({ ...more, id, type: "function", function: { name, arguments: json } });
    } else if (part.type === "file" && "images" in extras) {
      // The image is among the fields of the message, in the form of its writer.
    } else warnings.push({ type: "other", message: `a part of type ${part.type} of an answer was left out` });
  }
  return {
    ...extras,
    role: "assistant",
    content: texts.length === 0 ? null : texts.join(""),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(blocks.length > 0 && { thinking_blocks: blocks }),
    ...(writer !== undefined && { written_by: writer }),
  };
}

interface ResultPart {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly data?: unknown;
  readonly url?: unknown;
  readonly mediaType?: unknown;
  readonly filename?: unknown;
}

/** A tool's message holds text alone: files that a tool returned follow as the user's. */
function resultsOf(parts: readonly PromptPart[], field: string, warnings: Warning[]): ChatMessage[] {
  const results: ChatMessage[] = [];
  const files: ContentPart[] = [];
  for (const { type, toolCallId, output } of parts) {
    // The answer to a question of the SDK's own, which it has dealt with already.
    if (type === "tool-approval-response") continue;
    if (type !== "tool-result" || typeof toolCallId !== "string")
      throw new HttpError(400, `${field}.content must hold results of tools`, { param: field });
    const {
      type: kind,
      value,
      reason,
    } = (output ?? {}) as {
      readonly type?: unknown;
      readonly value?: unknown;
      readonly reason?: unknown;
    };
    let content: string | TextPart[];
    if (kind === "content" && Array.isArray(value)) content = contentOf(value, field, files, warnings);
    else if (kind === "execution-denied")
      content = `The tool was not run${typeof reason === "string" ? `: ${reason}` : "."}`;
    else content = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
    if (kind === "error-text" || kind === "error-json") content = `The tool failed: ${content}`;
    results.push({ role: "tool", tool_call_id: toolCallId, content });
  }
  return files.length === 0 ? results : [...results, { role: "user", content: files }];
}

function contentOf(
  value: readonly ResultPart[],
  field: string,
  files: ContentPart[],
  warnings: Warning[],
): TextPart[] {
  return value.flatMap((part): TextPart[] => {
    if (part.type === "text" && typeof part.text === "string") return [{ type: "text", text: part.text }];
    const data = part.data ?? part.url;
    const isImage = typeof part.type === "string" && part.type.startsWith("image");
    const mediaType = typeof part.mediaType === "string" ? part.mediaType : isImage ? "image/*" : undefined;
    if (data === undefined || mediaType === undefined) {
      warnings.push({ type: "other", message: "a part of a tool's result was left out: it has no data" });
      return [];
    }
    const filename = typeof part.filename === "string" ? { filename: part.filename } : {};
    files.push(fileOf({ type: "file", data, mediaType, ...filename }, `${field}.content`));
    return [];
  });
}
