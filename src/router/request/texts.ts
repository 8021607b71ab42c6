import type { ChatMessage } from "../../contracts/index.ts";

/** Returns the text of a message, with text parts joined by newlines; "" where it has none. */
export function textOf(message: ChatMessage): string {
  const { content } = message;
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  let text = "";
  for (const part of content) {
    if (part.type === "text") text = text === "" ? part.text : `${text}\n${part.text}`;
  }
  return text;
}

/** Counts the images of a message. */
export function imagesIn(message: ChatMessage): number {
  const { content } = message;
  if (!Array.isArray(content)) return 0;
  let images = 0;
  for (const part of content) if (isImage(part)) images += 1;
  return images;
}

/** Bytes of a second of sound: of samples as they are, and of what is compressed. */
const bytesPerSecond = { plain: 32_000, packed: 8_000 };
/** Providers count 10 (OpenAI) to 32 (Gemini) tokens for a second. */
const tokensPerSecond = 20;

/** Estimates the tokens of the sound in a message by its length, since its duration is not known. */
export function soundTokensIn({ content }: ChatMessage): number {
  if (!Array.isArray(content)) return 0;
  let tokens = 0;
  for (const part of content) {
    if (part.type !== "input_audio") continue;
    const { data, format } = part.input_audio;
    const rate = format === "wav" || format === "pcm16" ? bytesPerSecond.plain : bytesPerSecond.packed;
    tokens += (data.length * 0.75 * tokensPerSecond) / rate;
  }
  return tokens;
}

/** True for an image, also as a file and as a part in another provider's words. */
function isImage(part: { readonly type: string; readonly file?: { readonly file_data?: unknown } }): boolean {
  if (part.type === "file") {
    const data = part.file?.file_data;
    return typeof data === "string" && data.slice(0, 11).toLowerCase() === "data:image/";
  }
  return part.type.includes("image");
}

/** Cuts a text to `head` + 1 + `tail` characters; a longer one keeps its two ends, joined by a newline. */
export function cut(text: string, head: number, tail: number): string {
  if (text.length <= head + 1 + tail) return text;
  return `${text.slice(0, head)}\n${text.slice(text.length - tail)}`;
}

/** True if there are only spaces. Reads a text with words up to its first one. */
export function isBlank(text: string): boolean {
  const first = text.charCodeAt(0);
  // Most texts begin with a word.
  return !(first > space && first < pastAscii) && !/\S/.test(text);
}

const space = 0x20;
const pastAscii = 0x7f;
