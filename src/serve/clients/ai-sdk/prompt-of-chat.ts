import { type ChatMessage, type ContentPart, ProviderError } from "../../../contracts/index.ts";
import { fromBase64 } from "../../../plugin/base64.ts";
import { writtenBy } from "../../../router/providers/internal/inner.ts";
import type { JsonFields, PromptMessage, PromptPart, ProviderData } from "./wire.ts";

export interface PromptTarget {
  /** Name of the model, for errors. */
  readonly name: string;
  /** See `written_by` of messages. */
  readonly writer: string;
  /** True if data of files has a tag before it, as in specification V4. */
  readonly tagsFiles: boolean;
}

/** Translates messages to a prompt. Throws `ProviderError` of kind `unsupported` for what cannot be said there. */
export function promptOfChat(messages: readonly ChatMessage[], target: PromptTarget): PromptMessage[] {
  const prompt: PromptMessage[] = [];
  /** Names of tools by the id of their call, which results do not repeat. */
  const names = new Map<string, string>();
  for (const [at, message] of messages.entries()) {
    switch (message.role) {
      case "system":
      case "developer":
        prompt.push({ role: "system", content: textOf(message.content, at, target) });
        break;
      case "user":
        prompt.push({ role: "user", content: userParts(message.content, at, target) });
        break;
      case "assistant": {
        const content = assistantParts(message, at, target);
        for (const { toolCallId, toolName } of content)
          if (toolCallId !== undefined && toolName !== undefined) names.set(toolCallId, toolName);
        if (content.length > 0) prompt.push({ role: "assistant", content });
        break;
      }
      case "tool": {
        const { tool_call_id: toolCallId, content } = message;
        const part: PromptPart = {
          type: "tool-result",
          toolCallId,
          toolName: names.get(toolCallId) ?? "tool",
          output: { type: "text", value: textOf(content, at, target) },
        };
        const last = prompt.at(-1);
        if (last?.role === "tool") prompt[prompt.length - 1] = { ...last, content: [...last.content, part] };
        else prompt.push({ role: "tool", content: [part] });
        break;
      }
      default:
        throw unsupported(target, `messages[${at}].role must be system, developer, user, assistant or tool`);
    }
  }
  return prompt;
}

function textOf(content: string | readonly ContentPart[], at: number, target: PromptTarget): string {
  if (typeof content === "string") return content;
  return content
    .map((part) => {
      if (part.type === "text") return part.text;
      throw unsupported(target, `messages[${at}].content must be text`);
    })
    .join("");
}

function userParts(content: string | readonly ContentPart[], at: number, target: PromptTarget): PromptPart[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  return content.map((part): PromptPart => {
    if (part.type === "text") return { type: "text", text: part.text };
    if (part.type === "image_url") return fileOf(part.image_url.url, "image/*", undefined, target);
    if (part.type === "file" && part.file.file_data !== undefined)
      return fileOf(part.file.file_data, "application/octet-stream", part.file.filename, target);
    throw unsupported(target, `messages[${at}].content must hold text, images or files with their data`);
  });
}

const dataAddress = /^data:([^;,]*)(?:;[^,]*)?,/;

function fileOf(
  url: string,
  usualType: string,
  filename: string | undefined,
  { tagsFiles }: PromptTarget,
): PromptPart {
  const head = dataAddress.exec(url);
  const common = { type: "file", ...(filename !== undefined && { filename }) };
  if (head === null) {
    const address = new URL(url);
    return { ...common, mediaType: usualType, data: tagsFiles ? { type: "url", url: address } : address };
  }
  // Bytes and not base64: some providers take a text for an address.
  const data = fromBase64(url.slice(head[0].length));
  const mediaType = head[1] || usualType;
  return { ...common, mediaType, data: tagsFiles ? { type: "data", data } : data };
}

type AssistantMessage = Extract<ChatMessage, { role: "assistant" }>;

function assistantParts(message: AssistantMessage, at: number, target: PromptTarget): PromptPart[] {
  const isOwn = writtenBy(message) === target.writer;
  const parts: PromptPart[] = isOwn ? reasoningParts(message) : [];
  const { content, refusal } = message;
  const text =
    typeof content === "string"
      ? content
      : (content ?? []).map((part) => (part.type === "text" ? part.text : part.refusal)).join("");
  if (text !== "" || refusal) parts.push({ type: "text", text: text || (refusal ?? "") });
  for (const call of message.tool_calls ?? []) {
    if (call.type !== "function")
      throw unsupported(target, `messages[${at}].tool_calls must be calls of functions`);
    const { id: toolCallId, function: called } = call;
    const extra = isOwn
      ? (call as { readonly extra_content?: { ai_sdk?: ProviderData } }).extra_content
      : undefined;
    parts.push({
      type: "tool-call",
      toolCallId,
      toolName: called.name,
      input: inputOf(called.arguments),
      ...(extra?.ai_sdk !== undefined && { providerOptions: extra.ai_sdk }),
    });
  }
  return parts;
}

/** Reasoning goes back as it came, with the data of its provider that `thinking_blocks` hold as a signature. */
function reasoningParts(message: AssistantMessage & { readonly thinking_blocks?: unknown }): PromptPart[] {
  const blocks: readonly JsonFields[] = Array.isArray(message.thinking_blocks) ? message.thinking_blocks : [];
  return blocks.flatMap(({ thinking, signature }): PromptPart[] => {
    if (typeof signature !== "string") return [];
    const providerOptions = dataOf(signature);
    if (providerOptions === undefined) return [];
    return [{ type: "reasoning", text: typeof thinking === "string" ? thinking : "", providerOptions }];
  });
}

function dataOf(signature: string): ProviderData | undefined {
  try {
    const data: unknown = JSON.parse(signature);
    return typeof data === "object" && data !== null ? (data as ProviderData) : undefined;
  } catch {
    return undefined;
  }
}

/** Parses arguments, which a model may have got wrong: they then go as text. */
function inputOf(json: string): unknown {
  try {
    return JSON.parse(json || "{}");
  } catch {
    return json;
  }
}

function unsupported({ name: model }: PromptTarget, summary: string): ProviderError {
  return new ProviderError({ kind: "unsupported", model, summary });
}
