import type { ChatMessage, PromptCacheBreakpoint } from "../../../contracts/index.ts";
import { fieldsOf } from "../../../plugin/fields-of.ts";
import { isVisible, readDataUrl, readThinking, type Untranslatable } from "./anthropic-messages.ts";
import { readInput } from "./anthropic-parts.ts";
import { asSentBack, blocksOf, callOf, textOf } from "./converse-blocks.ts";
import type { ConverseModel } from "./converse-models.ts";
import type { ConverseBlock, ConverseTurn } from "./converse-wire.ts";
import { addToTurns } from "./joined-turns.ts";
import { reportLost } from "./lost-extensions.ts";
import { writtenBy } from "./provenance.ts";
import { createToolCallIds, type ToolCallIds } from "./tool-call-ids.ts";

export interface ConverseTranslation {
  readonly issues: Untranslatable;
  /** See `writerOf`. */
  readonly writer: string;
  readonly model: Pick<ConverseModel, "cacheTimes" | "toolId">;
}

type AssistantMessage = Extract<ChatMessage, { role: "assistant" }>;
/** A part of a message. Tools may answer with whatever a user may send. */
type Part = { readonly type: string; readonly prompt_cache_breakpoint?: PromptCacheBreakpoint | undefined };

/**
 * Translates messages to turns that alternate between user and assistant, and a system prompt: results of parallel calls
 * are one turn. Text without a visible character and reasoning of another model are left out, because the API refuses them.
 */
export function toConverseTurns(
  messages: readonly ChatMessage[],
  translation: ConverseTranslation,
): { readonly system: ConverseBlock[]; readonly turns: ConverseTurn[] } {
  const { issues } = translation;
  const system: ConverseBlock[] = [];
  const turns: ConverseTurn[] = [];
  const ids = createToolCallIds((id) => translation.model.toolId.test(id));
  const toBlocks = partTranslator(translation);
  const append = (role: ConverseTurn["role"], blocks: readonly ConverseBlock[]): void =>
    addToTurns(turns, role, blocks);

  for (const [index, message] of messages.entries()) {
    const field = `messages[${index}]`;
    if ("name" in message && message.name !== undefined && message.role !== "function")
      issues.drop("messages.name");
    switch (message.role) {
      case "system":
      case "developer":
        system.push(...toBlocks(message.content, `${field}.content`, onlyText));
        break;
      case "user":
        append("user", toBlocks(message.content, `${field}.content`, anyPart));
        break;
      case "assistant":
        append("assistant", toAssistantBlocks(message, field, translation, ids, toBlocks));
        break;
      case "tool": {
        const blocks = toBlocks(message.content, `${field}.content`, anyPart);
        const content = blocks.filter(({ cachePoint }) => cachePoint === undefined);
        const toolUseId = ids.ofResult(message.tool_call_id);
        append("user", [
          // The API refuses a result that says nothing.
          { toolResult: { toolUseId, content: content.length > 0 ? content : [{ text: "(no output)" }] } },
          ...blocks.filter(({ cachePoint }) => cachePoint !== undefined),
        ]);
        break;
      }
      default:
        issues.refuse(`${field}.role`, "must be system, developer, user, assistant or tool");
    }
  }
  // The API requires at least one turn: instructions without messages become one.
  if (turns.length === 0) append("user", system.splice(0));
  for (const { content } of turns) nameDocuments(content);
  return { system, turns };
}

const onlyText = /^text$/;
const anyPart = /^(?:text|image_url|file)$/;
const anyText = /^(?:text|refusal)$/;

type ToBlocks = (
  content: string | readonly Part[] | null | undefined,
  field: string,
  permitted: RegExp,
) => ConverseBlock[];

/** Largest number of places up to which a prompt is kept. */
const mostCachePoints = 4;

function partTranslator({ issues, model: { cacheTimes } }: ConverseTranslation): ToBlocks {
  const names = new Set<string>();
  let cachePoints = 0;

  const cachePoint = (place: PromptCacheBreakpoint | undefined): ConverseBlock[] => {
    if (!place) return [];
    const isLong = place.ttl !== undefined && place.ttl !== null;
    if (cacheTimes.length === 0 || cachePoints === mostCachePoints || (isLong && !cacheTimes.includes("1h")))
      issues.drop("messages.content.prompt_cache_breakpoint");
    if (cacheTimes.length === 0 || cachePoints === mostCachePoints) return [];
    cachePoints += 1;
    return [{ cachePoint: { type: "default", ...(isLong && cacheTimes.includes("1h") && { ttl: "1h" }) } }];
  };

  return (content, field, permitted) => {
    if (typeof content === "string") return isVisible(content) ? [{ text: content }] : [];
    return (content ?? []).flatMap((part, at): ConverseBlock[] => {
      const place = `${field}[${at}]`;
      if (!permitted.test(part.type)) issues.refuse(`${place}.type`, `must be ${shown(permitted)}`);
      const given = part as Part & Record<"text" | "refusal" | "image_url" | "file", unknown>;
      const blocks =
        part.type === "image_url"
          ? [toImage(fieldsOf(given.image_url), `${place}.image_url.url`, issues)]
          : part.type === "file"
            ? [toDocument(fieldsOf(given.file), `${place}.file`, issues, names)]
            : [given.text ?? given.refusal]
                .filter((text): text is string => typeof text === "string" && isVisible(text))
                .map((text) => ({ text }));
      return blocks.length === 0 ? [] : [...blocks, ...cachePoint(part.prompt_cache_breakpoint)];
    });
  };
}

function shown(permitted: RegExp): string {
  if (permitted === anyPart) return "text, image_url or file";
  return permitted === anyText ? "text or refusal" : "text";
}

/** Maps, because the type comes from the caller's users and could be "constructor". */
const imageFormats: ReadonlyMap<string, string> = new Map([
  ["image/jpeg", "jpeg"],
  ["image/jpg", "jpeg"],
  ["image/png", "png"],
  ["image/gif", "gif"],
  ["image/webp", "webp"],
]);

const documentFormats: ReadonlyMap<string, string> = new Map([
  ["application/pdf", "pdf"],
  ["text/csv", "csv"],
  ["application/msword", "doc"],
  ["application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"],
  ["application/vnd.ms-excel", "xls"],
  ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"],
  ["text/html", "html"],
  ["text/plain", "txt"],
  ["text/markdown", "md"],
]);

function toImage(
  { url, detail }: Readonly<Record<string, unknown>>,
  field: string,
  issues: Untranslatable,
): ConverseBlock {
  if (detail !== undefined && detail !== "auto") issues.drop("messages.content.image_url.detail");
  const address = typeof url === "string" ? url : "";
  const kept = /^s3:\/\/\S+\.(jpe?g|png|gif|webp)$/i.exec(address);
  if (kept !== null) {
    const format = imageFormats.get(`image/${kept[1]?.toLowerCase()}`) as string;
    return { image: { format, source: { s3Location: { uri: address } } } };
  }
  const data = readDataUrl(address);
  const format = imageFormats.get(data?.mediaType ?? "");
  if (data === undefined || format === undefined)
    issues.refuse(
      field,
      "must be a base64 data: URL of a JPEG, PNG, GIF or WebP image, or an s3: URL: Bedrock loads no other addresses",
    );
  return { image: { format, source: { bytes: data.base64 } } };
}

function toDocument(
  { file_data, filename }: Readonly<Record<string, unknown>>,
  field: string,
  issues: Untranslatable,
  names: Set<string>,
): ConverseBlock {
  const data = readDataUrl(typeof file_data === "string" ? file_data : "");
  const format = documentFormats.get(data?.mediaType ?? "");
  if (data === undefined || format === undefined)
    issues.refuse(
      `${field}.file_data`,
      "must be a base64 data: URL of a PDF, CSV, Word, Excel, HTML, Markdown or text file",
    );
  const name = documentName(typeof filename === "string" ? filename : "", names);
  names.add(name);
  return { document: { format, name, source: { bytes: data.base64 } } };
}

/** Returns a name that the API accepts: letters, digits, single spaces, hyphens, brackets; each name once. */
function documentName(filename: string, names: ReadonlySet<string>): string {
  const plain = filename
    .slice(0, 500)
    .replace(/\.[a-z0-9]{1,5}$/i, "")
    .replace(/[^A-Za-z0-9\s\-()[\]]/g, "-")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 190);
  if (plain === "") return documentName(`Document ${names.size + 1}`, names);
  if (!names.has(plain)) return plain;
  for (let next = 2; ; next += 1) if (!names.has(`${plain} (${next})`)) return `${plain} (${next})`;
}

/** Adds the text that the API requires next to a document. */
function nameDocuments(content: ConverseBlock[]): void {
  const named = content.flatMap(({ document }) => (document === undefined ? [] : [document.name]));
  if (named.length === 0 || content.some(({ text }) => text !== undefined)) return;
  content.push({ text: `Attached: ${named.join(", ")}` });
}

function toAssistantBlocks(
  message: AssistantMessage,
  field: string,
  { issues, writer }: ConverseTranslation,
  ids: ToolCallIds,
  toBlocks: ToBlocks,
): ConverseBlock[] {
  if (message.audio) issues.refuse(`${field}.audio`, "must be absent: audio is not supported");
  if (message.function_call) issues.refuse(`${field}.function_call`, "must be absent: use tool_calls");
  const calls = message.tool_calls ?? [];
  const callIds = ids.ofCalls(calls.map(({ id }) => id));
  const isOwn = writtenBy(message) === writer;
  const areKept = callIds.every((id, at) => id === calls[at]?.id);
  const parts = isOwn && areKept ? partsThatStillHold(message) : undefined;
  if (parts !== undefined) return parts.map(asSentBack);
  reportLost(message, isOwn, issues.leaveOut);
  const refusal = message.refusal ? [{ text: message.refusal }] : [];
  return [
    ...(isOwn ? readThinking(message).map(toReasoning) : []),
    ...toBlocks(message.content, `${field}.content`, anyText),
    ...refusal,
    ...calls.map((call, at): ConverseBlock => {
      const toolUseId = callIds[at] ?? call.id;
      return call.type === "function"
        ? { toolUse: { toolUseId, name: call.function.name, input: readInput(call.function.arguments) } }
        : { toolUse: { toolUseId, name: call.custom.name, input: { input: call.custom.input } } };
    }),
  ];
}

function toReasoning(block: ReturnType<typeof readThinking>[number]): ConverseBlock {
  if (block.type === "redacted_thinking") return { reasoningContent: { redactedContent: block.data } };
  const { thinking: text, signature } = block;
  return { reasoningContent: { reasoningText: { text, signature } } };
}

/** True for a block that no answer holds: constraints look for it where a user sends it. */
function isOfUser({ document, video }: ConverseBlock & { readonly video?: unknown }): boolean {
  return document !== undefined || video !== undefined;
}

/** Returns the blocks of an own answer, unless its text or its calls have been changed since. */
function partsThatStillHold(message: AssistantMessage): readonly ConverseBlock[] | undefined {
  const parts = blocksOf(message.provider_parts);
  if (parts.length === 0 || parts.some(isOfUser)) return undefined;
  const { content } = message;
  const text = typeof content === "string" ? content : blocksOf(content).map(textOf).join("");
  const calls = parts.flatMap((part) => callOf(part) ?? []);
  const said = message.tool_calls ?? [];
  const isSame =
    parts.map(textOf).join("") === text &&
    calls.length === said.length &&
    calls.every(({ id, function: { name, arguments: json } }, at) => {
      const other = said[at];
      return (
        other?.type === "function" &&
        other.id === id &&
        other.function.name === name &&
        JSON.stringify(readInput(other.function.arguments)) === json
      );
    });
  return isSame ? parts : undefined;
}
