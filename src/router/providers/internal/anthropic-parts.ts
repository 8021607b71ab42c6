import type { ChatMessage, Completion } from "../../../contracts/index.ts";
import { isObject } from "../../../plugin/fields-of.ts";
import type { AnswerBlock, AnswerCitation, ContentBlock } from "./anthropic-wire.ts";
import { writtenBy } from "./provenance.ts";

type AssistantMessage = Extract<ChatMessage, { role: "assistant" }>;
type UrlCitation = NonNullable<Completion["choices"][number]["message"]["annotations"]>[number];
type Part = { [field: string]: unknown };

/** Blocks that have a place of their own in a chat completion. */
const placed: ReadonlySet<string> = new Set(["text", "tool_use", "thinking", "redacted_thinking"]);

/** True for a block of which a chat completion cannot say all. */
export function needsParts({ type, citations, caller }: AnswerBlock): boolean {
  if (!placed.has(type)) return true;
  if (type === "text") return Array.isArray(citations) && citations.length > 0;
  return type === "tool_use" && isObject(caller) && caller["type"] !== "direct";
}

/** Returns all blocks as they came; undefined if a chat completion says all of them. */
export function partsOf(content: readonly AnswerBlock[]): Part[] | undefined {
  if (!content.some(needsParts)) return undefined;
  return content.map(({ input_json: json, ...block }) =>
    json ? { ...block, input: readInput(json) } : { ...block },
  );
}

/** Parses the input of a call. The API accepts objects only, so input that a model got wrong is kept as text. */
export function readInput(json: string): Readonly<Record<string, unknown>> {
  if (json.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(json);
    if (isObject(value)) return value;
  } catch {
    // Invalid JSON is kept as text below.
  }
  return { arguments: json };
}

/** Fields of a message, and of events that change one, that have a place elsewhere. */
const placedFields: ReadonlySet<string> = new Set([
  "id",
  "type",
  "role",
  "model",
  "content",
  "stop_reason",
  "usage",
  "index",
  "delta",
]);

/** Returns the facts about a whole answer that have no other place: a container, edits of the context. */
export function factsOf(message: object): Part {
  return Object.fromEntries(
    Object.entries(message).filter(
      ([field, value]) => !placedFields.has(field) && value !== null && value !== undefined,
    ),
  );
}

/** Returns what a text cites. `start`: its place in the text of the answer. */
export function annotationsOf({ text, citations }: AnswerBlock, start: number): UrlCitation[] {
  if (!Array.isArray(citations)) return [];
  const end = start + (typeof text === "string" ? text.length : 0);
  return (citations as readonly AnswerCitation[]).flatMap((citation): UrlCitation[] => {
    const url = isObject(citation) ? addressOf(citation) : undefined;
    if (url === undefined) return [];
    const title = citation.title ?? citation.document_title;
    return [
      {
        type: "url_citation",
        url_citation: {
          start_index: start,
          end_index: end,
          title: typeof title === "string" ? title : "",
          url,
        },
      },
    ];
  });
}

function addressOf({ url, source, file_id, document_index }: AnswerCitation): string | undefined {
  if (typeof url === "string") return url;
  if (typeof source === "string") return source;
  if (typeof file_id === "string") return `file:${file_id}`;
  return typeof document_index === "number" ? `document:${document_index}` : undefined;
}

/**
 * Returns the parts of a message to send back in place of its content and calls. Undefined if it has none, if another model
 * wrote them, or if the message no longer says the same.
 */
export function partsToSend(message: AssistantMessage, writer: string): ContentBlock[] | undefined {
  const { provider_parts: parts, tool_calls: calls } = message;
  if (!Array.isArray(parts) || parts.length === 0 || writtenBy(message) !== writer) return undefined;
  if (!parts.every((part) => isObject(part) && typeof part["type"] === "string")) return undefined;
  const texts = parts.filter(({ type }) => type === "text").map(({ text }) => text);
  if (texts.join("") !== textOf(message)) return undefined;
  const own = parts.filter(({ type }) => type === "tool_use");
  const given = calls ?? [];
  if (own.length !== given.length) return undefined;
  const areSame = given.every((call, at) => {
    const part = own[at] ?? {};
    return (
      call.type === "function" &&
      call.id === part["id"] &&
      call.function.name === part["name"] &&
      JSON.stringify(readInput(call.function.arguments)) === JSON.stringify(part["input"] ?? {})
    );
  });
  return areSame ? parts.filter(isAccepted) : undefined;
}

function textOf({ content }: AssistantMessage): string {
  if (typeof content === "string") return content;
  return (content ?? []).map((part) => (part.type === "text" ? part.text : "")).join("");
}

/** The API refuses text without a visible character, and thinking that it cannot verify. */
function isAccepted(part: Part): part is Part & ContentBlock {
  if (part["type"] === "text") return typeof part["text"] === "string" && part["text"].trim() !== "";
  return part["type"] !== "thinking" || (typeof part["signature"] === "string" && part["signature"] !== "");
}
