import type { CompletionMessage, ImageOutput, ToolCall } from "../../../contracts/index.ts";
import { fieldsOf, isObject } from "../../../plugin/fields-of.ts";
import type { ThinkingBlock } from "./anthropic-wire.ts";
import type { ConverseBlock, ConverseCitation } from "./converse-wire.ts";

type UrlCitation = NonNullable<CompletionMessage["annotations"]>[number];
type FunctionCall = Extract<ToolCall, { type: "function" }>;

/** Returns the blocks of a message; anything else is left out. */
export function blocksOf(content: unknown): readonly ConverseBlock[] {
  return Array.isArray(content) ? (content.filter(isObject) as ConverseBlock[]) : [];
}

/** Returns the text that a block adds to the answer. */
export function textOf({ text, citationsContent }: ConverseBlock): string {
  if (typeof text === "string") return text;
  return blocksOf(citationsContent?.content).map(textOf).join("");
}

/** Returns the call of a tool that the caller runs. */
export function callOf({ toolUse }: ConverseBlock): FunctionCall | undefined {
  if (!isObject(toolUse) || toolUse.type === "server_tool_use") return undefined;
  const { toolUseId: id, name, input } = toolUse;
  if (typeof id !== "string" || typeof name !== "string") return undefined;
  return { id, type: "function", function: { name, arguments: JSON.stringify(input ?? {}) } };
}

/** Returns the reasoning that a block shows. */
export function reasoningTextOf({ reasoningContent }: ConverseBlock): string {
  const text = fieldsOf(reasoningContent?.reasoningText)["text"];
  return typeof text === "string" ? text : "";
}

/** Returns the reasoning that only its writer can read, or that it has signed. */
export function thinkingOf(block: ConverseBlock): ThinkingBlock | undefined {
  const { reasoningText, redactedContent } = block.reasoningContent ?? {};
  if (typeof redactedContent === "string") return { type: "redacted_thinking", data: redactedContent };
  const signature = fieldsOf(reasoningText)["signature"];
  return typeof signature === "string" && signature !== ""
    ? { type: "thinking", thinking: reasoningTextOf(block), signature }
    : undefined;
}

export function imageOf({ image }: ConverseBlock): ImageOutput | undefined {
  const { bytes } = fieldsOf(image?.source);
  if (typeof bytes !== "string" || bytes === "") return undefined;
  const format = /^[a-z]{1,10}$/.test(String(image?.format)) ? image?.format : "png";
  return { type: "image_url", image_url: { url: `data:image/${format};base64,${bytes}` } };
}

/** True if all that a block says has a place in a message. */
export function hasPlace(block: ConverseBlock): boolean {
  if (typeof block.text === "string") return true;
  if (block.toolUse !== undefined) return callOf(block) !== undefined;
  if (block.reasoningContent !== undefined)
    return reasoningTextOf(block) !== "" || thinkingOf(block) !== undefined;
  return imageOf(block) !== undefined;
}

/** Returns the citations of a block whose text begins at `start` of the whole. */
export function annotationsOf(
  { citationsContent }: ConverseBlock,
  start: number,
  end: number,
): UrlCitation[] {
  return blocksOf(citationsContent?.citations).map((one) => annotationOf(one as object, start, end));
}

export function annotationOf(citation: ConverseCitation, start: number, end: number): UrlCitation {
  const { location, title, source } = citation;
  const { documentChar, documentPage, documentChunk, searchResultLocation, web } = location ?? {};
  const index = (documentChar ?? documentPage ?? documentChunk)?.documentIndex;
  const found = searchResultLocation?.searchResultIndex;
  const places = [
    web?.url,
    index === undefined ? undefined : `document:${index}`,
    source,
    found === undefined ? undefined : `document:${found}`,
  ];
  const url = places.find((place) => typeof place === "string" && place !== "") ?? "document:0";
  return {
    type: "url_citation",
    url_citation: { start_index: start, end_index: end, title: typeof title === "string" ? title : url, url },
  };
}

/** Returns a block as the API takes it back: it knows one type of tools that are called, that of its own. */
export function asSentBack(block: ConverseBlock): ConverseBlock {
  const { toolUse } = block;
  if (toolUse?.type === undefined || toolUse.type === "server_tool_use") return block;
  const { type: _, ...rest } = toolUse;
  return { ...block, toolUse: rest };
}
