import type {
  CompletionMessage,
  ImageOutput,
  MessageExtensions,
  ToolCall,
} from "../../../contracts/index.ts";
import { type Fields, fieldsOf } from "../../../plugin/fields-of.ts";
import type { ThinkingBlock } from "./anthropic-wire.ts";

type UrlCitation = NonNullable<CompletionMessage["annotations"]>[number];

/** Returns what the items of an output say, as fields of a message. Each is read by itself; see `extrasOf` for the rest. */
export function saidBy(items: readonly Fields[]): Pick<CompletionMessage, "content" | "refusal"> & {
  readonly calls: ToolCall[];
  readonly thought: string;
  readonly blocks: ThinkingBlock[];
  readonly images: ImageOutput[];
  readonly annotations: UrlCitation[];
} {
  let text = "";
  let refusal = "";
  const annotations: UrlCitation[] = [];
  for (const item of items) {
    annotations.push(...annotationsOf(item, text.length));
    text += textIn(item);
    refusal += refusalIn(item);
  }
  const calls = items.flatMap((item) => callIn(item) ?? []);
  return {
    content: text === "" && (calls.length > 0 || refusal !== "") ? null : text,
    refusal: refusal === "" ? null : refusal,
    calls,
    thought: items.map(thoughtIn).join(""),
    blocks: items.flatMap(blocksOf),
    images: items.flatMap(imagesOf),
    annotations,
  };
}

/** Returns fields that all items together decide. */
export function extrasOf(items: readonly Fields[]): Pick<MessageExtensions, "phase" | "provider_parts"> {
  const phase = items.findLast(({ phase }) => phase === "commentary" || phase === "final_answer")?.["phase"];
  return {
    ...(phase !== undefined && { phase: phase as "commentary" }),
    ...(!arePlain(items) && { provider_parts: [...items] }),
  };
}

/**
 * True if a message has a place for all that the items say: reasoning that is encrypted or a summary, then one text, then
 * calls. Their order is that of such a message.
 */
function arePlain(items: readonly Fields[]): boolean {
  const order = ["reasoning", "message", "function_call"];
  let last = 0;
  for (const item of items) {
    const type = item["type"] === "custom_tool_call" ? "function_call" : item["type"];
    const at = order.indexOf(type as string);
    if (at < last || (at === 1 && last === 1)) return false;
    last = at;
    if (at === 0 && listOf(item["content"]).length > 0) return false;
    if (at === 1 && !isPlainMessage(item)) return false;
  }
  return true;
}

function isPlainMessage(item: Fields): boolean {
  const parts = listOf(item["content"]);
  return (
    parts.every(({ type, annotations }) =>
      type === "output_text"
        ? listOf(annotations).every((one) => one["type"] === "url_citation")
        : type === "refusal",
    ) && new Set(parts.map(({ type }) => type)).size < 2
  );
}

/** Returns the text of a message; empty for another item. */
export function textIn(item: Fields): string {
  return partsOf(item, "output_text")
    .map(({ text }) => textOf(text))
    .join("");
}

/** Returns the words in which a message refuses. */
export function refusalIn(item: Fields): string {
  return partsOf(item, "refusal")
    .map(({ refusal }) => textOf(refusal))
    .join("");
}

function partsOf(item: Fields, type: string): Fields[] {
  return item["type"] === "message" ? listOf(item["content"]).filter((part) => part["type"] === type) : [];
}

/** Returns the call that an item is, if it is one of a function or a custom tool. */
export function callIn({ type, call_id: id, name, arguments: json, input }: Fields): ToolCall | undefined {
  if (type === "function_call")
    return { id: textOf(id), type: "function", function: { name: textOf(name), arguments: textOf(json) } };
  if (type === "custom_tool_call")
    return { id: textOf(id), type: "custom", custom: { name: textOf(name), input: textOf(input) } };
  return undefined;
}

/** Returns the text of reasoning: its summary, and itself where the server shows it. */
export function thoughtIn(item: Fields): string {
  if (item["type"] !== "reasoning") return "";
  return [...listOf(item["summary"]), ...listOf(item["content"])].map(({ text }) => textOf(text)).join("");
}

/** Returns encrypted reasoning as blocks that go back with the message. What is not encrypted cannot be read again. */
export function blocksOf(item: Fields): ThinkingBlock[] {
  const encrypted = textOf(item["encrypted_content"]);
  if (item["type"] !== "reasoning" || encrypted === "") return [];
  const thinking = listOf(item["summary"])
    .map(({ text }) => textOf(text))
    .join("");
  return thinking === ""
    ? [{ type: "redacted_thinking", data: encrypted }]
    : [{ type: "thinking", thinking, signature: encrypted }];
}

/** Returns the image that an item made. */
export function imagesOf({ type, result, output_format: format }: Fields): ImageOutput[] {
  if (type !== "image_generation_call" || typeof result !== "string" || result === "") return [];
  const kind = typeof format === "string" && /^[a-z]{1,8}$/.test(format) ? format : "png";
  return [{ type: "image_url", image_url: { url: `data:image/${kind};base64,${result}` } }];
}

/** Returns what a message cites. `from` is where its text begins in that of the answer. */
export function annotationsOf(item: Fields, from: number): UrlCitation[] {
  let start = from;
  return partsOf(item, "output_text").flatMap((part) => {
    const offset = start;
    start += textOf(part["text"]).length;
    return listOf(part["annotations"]).flatMap((given) => citationOf(given, offset) ?? []);
  });
}

function citationOf(given: Fields, offset: number): UrlCitation | undefined {
  const { url, title, file_id: file, filename, index, start_index: start, end_index: end } = given;
  const address = typeof url === "string" ? url : typeof file === "string" ? `file:${file}` : undefined;
  if (address === undefined) return undefined;
  const place = (value: unknown): number => offset + (typeof value === "number" ? value : 0);
  return {
    type: "url_citation",
    url_citation: {
      start_index: place(start ?? index),
      end_index: place(end ?? index),
      title: textOf(title ?? filename),
      url: address,
    },
  };
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}
