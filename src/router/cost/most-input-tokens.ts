import type { ChatRequest } from "../../contracts/index.ts";

/** Tokens that providers add to a request: separators, and the instructions for tools. */
const perRequest = 64;
const perMessage = 8;
const forTools = 600;
/** Above what the models of the large providers count for an image, but for those below. */
export const perImage = 10_000;
/** Stands for a length that is not known: of a file, or of something nested without end. */
const unknownLength = 1e9;
const deepest = 64;
const mostValues = 1_000_000;
/** Exact counts are those of OpenAI's tokeniser; others count up to a third more. */
const otherTokenisers = 1.35;

/** Texts that are sent besides a chat request, and images, sound and files by their types. */
interface More {
  readonly texts: readonly string[];
  readonly media: readonly string[];
}

/**
 * Returns an upper bound of the input tokens of a request: a token of any byte-level tokeniser is at least one
 * byte of its text. A file counts as endless, since its pages are not known; the context window bounds it.
 */
export function mostInputTokens(chat: ChatRequest, more?: More): number {
  const { messages, tools, functions } = chat;
  const hasTools = (tools !== undefined && tools.length > 0) || functions !== undefined;
  const seen: Seen = { values: 0 };
  let all = perRequest + (hasTools ? forTools : 0) + bytesOfMessages(messages, seen);
  // A server may write any field into its prompt.
  for (const field in chat) {
    const value = chat[field as keyof ChatRequest] as unknown;
    if (field !== "messages" && value !== undefined && value !== null)
      all += byteLengthOf(field) + bytesIn(value, 0, seen);
  }
  if (more !== undefined) all += bytesOfMore(more);
  return Math.min(all, unknownLength);
}

/** Returns a closer bound once the tokens of the texts, which have `textBytes`, were counted. */
export function mostWhenCounted(most: number, textBytes: number, counted: number): number {
  const others = Math.max(0, most - textBytes);
  return Math.min(most, others + Math.ceil(counted * otherTokenisers));
}

/** Returns the length of a text in UTF-8. */
export function byteLengthOf(text: string): number {
  // Without Node's `Buffer`, a UTF-16 unit has three bytes at most.
  return typeof Buffer === "undefined" ? text.length * 3 : Buffer.byteLength(text);
}

function bytesOfMore({ texts, media }: More): number {
  let bytes = 0;
  for (const text of texts) bytes += byteLengthOf(text) + 8;
  for (const type of media) bytes += /^image\//i.test(type) ? perImage : unknownLength;
  return bytes;
}

function bytesOfMessages(messages: ChatRequest["messages"], seen: Seen): number {
  let bytes = 0;
  for (const message of messages) {
    bytes += perMessage;
    // The role is counted above, and content is sent without its name.
    for (const field in message) {
      const value = message[field as keyof typeof message] as unknown;
      if (field !== "content" && field !== "role") bytes += byteLengthOf(field);
      if (field === "content" && Array.isArray(value))
        for (const part of value) bytes += bytesOfPart(part, seen);
      // What a model made, and what others read again.
      else if (field === "images" && Array.isArray(value))
        bytes += value.length * perImage + bytesIn(value, 0, seen);
      else if (field !== "role") bytes += bytesIn(value, 0, seen);
    }
  }
  return bytes;
}

function bytesOfPart(part: { readonly type?: unknown } | null | undefined, seen: Seen): number {
  if (part?.type === "file") return unknownLength;
  if (part?.type === "image_url") return perImage + bytesBeside(part, "image_url", "url", seen);
  if (part?.type === "input_audio")
    return (
      soundTokens(part as { readonly input_audio?: unknown }) + bytesBeside(part, "input_audio", "data", seen)
    );
  return bytesIn(part, 0, seen);
}

/** Returns the bytes of a part without the data of its file, which are not text. */
function bytesBeside(part: object, holder: string, field: string, seen: Seen): number {
  let bytes = 0;
  for (const name in part) {
    const value = (part as Readonly<Record<string, unknown>>)[name];
    if (name !== holder || typeof value !== "object" || value === null) {
      bytes += byteLengthOf(name) + bytesIn(value, 0, seen);
      continue;
    }
    for (const inner in value) {
      const held = (value as Readonly<Record<string, unknown>>)[inner];
      const isData = inner === field && typeof held === "string" && (field === "data" || isBinaryUrl(held));
      if (!isData) bytes += byteLengthOf(inner) + bytesIn(held, 0, seen);
    }
  }
  return bytes;
}

function isBinaryUrl(url: string): boolean {
  return /^data:[a-z]+\/[a-z0-9.+-]+;base64,/i.test(url.slice(0, 200));
}

/** Characters of base64 that are at least one token: speech of 6 kbit/s, at 32 tokens for a second. */
const charactersPerToken = 16;
const perSound = 64;

function soundTokens({ input_audio: sound }: { readonly input_audio?: unknown }): number {
  const { data } = (sound ?? {}) as { readonly data?: unknown };
  return typeof data === "string" ? perSound + Math.ceil(data.length / charactersPerToken) : unknownLength;
}

/** Number of values that were looked at, which bounds the time for a value that holds itself many times. */
interface Seen {
  values: number;
}

/** JSON writes a number with at most 24 digits and signs. */
function bytesOfScalar(value: unknown): number {
  if (value === undefined) return 0;
  return typeof value === "number" && !(Math.abs(value) < 1e6 && Number.isInteger(value)) ? 24 : 8;
}

function bytesIn(value: unknown, depth: number, seen: Seen): number {
  if (typeof value === "string") return byteLengthOf(value);
  if (typeof value !== "object" || value === null) return bytesOfScalar(value);
  seen.values += 1;
  if (depth > deepest || seen.values > mostValues) return unknownLength;
  let bytes = 2;
  if (Array.isArray(value)) {
    seen.values += value.length;
    if (seen.values > mostValues) return unknownLength;
    for (const one of value) {
      bytes += bytesIn(one, depth + 1, seen);
      if (bytes >= unknownLength) return unknownLength;
    }
    return bytes;
  }
  for (const key in value) {
    bytes += byteLengthOf(key) + 4 + bytesIn((value as Record<string, unknown>)[key], depth + 1, seen);
    if (bytes >= unknownLength) return unknownLength;
  }
  return bytes;
}
