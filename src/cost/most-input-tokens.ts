import type { ChatRequest, ModelFacts, RequestFacts } from "../contracts/index.ts";
import { highestInputRate } from "./highest-rates.ts";

/** Tokens that providers add to a request: separators, and the instructions for tools. */
const perRequest = 64;
const perMessage = 8;
const forTools = 600;
/** Above what the models of the large providers count for an image, but for those below. */
const perImage = 10_000;
/** Some small models count an image at up to 48,000 tokens, so that it costs what it costs on the large one. */
const perImageOfCheap = 50_000;
const cheapUsdPerMillion = 0.5;
/** Stands for a length that is not known: of a file, or of something nested without end. */
const unknownLength = 1e9;
const deepest = 64;
/** Exact counts are those of OpenAI's tokeniser; others count up to a third more. */
const otherTokenisers = 1.35;

type Chat = Pick<ChatRequest, "messages" | "tools" | "functions" | "response_format" | "prediction">;

/**
 * Returns an upper bound of the input tokens of a request: a token of any byte-level tokeniser is at least one
 * byte of its text. A file counts as endless, since its pages are not known; the context window bounds it.
 */
export function mostInputTokens(chat: Chat): number {
  const { messages, tools, functions, response_format, prediction } = chat;
  const hasTools = (tools !== undefined && tools.length > 0) || functions !== undefined;
  const all =
    perRequest +
    (hasTools ? forTools : 0) +
    bytesOfMessages(messages) +
    bytesIn(tools, 0) +
    bytesIn(functions, 0) +
    bytesIn(response_format, 0) +
    bytesIn(prediction, 0);
  return Math.min(all, unknownLength);
}

/** Returns a closer bound once the tokens of the texts, which have `textBytes`, were counted. */
export function mostWhenCounted(most: number, textBytes: number, counted: number): number {
  const others = Math.max(0, most - textBytes);
  return Math.min(most, others + Math.ceil(counted * otherTokenisers));
}

/** Returns the bound for one model: by how it counts images, and at most its context window. */
export function mostInputTokensOn(
  { price, contextWindow = Number.POSITIVE_INFINITY }: ModelFacts,
  {
    mostInputTokens: most,
    inputTokens,
    images,
  }: Pick<RequestFacts, "mostInputTokens" | "inputTokens" | "images">,
): number {
  const isCheap = price !== undefined && highestInputRate(price, 0) < cheapUsdPerMillion;
  const more = isCheap ? images * (perImageOfCheap - perImage) : 0;
  return Math.min((most ?? inputTokens) + more, contextWindow);
}

/** Returns the length of a text in UTF-8. */
export function byteLengthOf(text: string): number {
  // Without Node's `Buffer`, a UTF-16 unit has three bytes at most.
  return typeof Buffer === "undefined" ? text.length * 3 : Buffer.byteLength(text);
}

function bytesOfMessages(messages: Chat["messages"]): number {
  let bytes = 0;
  for (const message of messages) {
    bytes += perMessage;
    // A field of its own costs next to nothing, and content is sent without its name.
    for (const [field, value] of Object.entries(message)) if (field !== "role") bytes += bytesIn(value, 0);
  }
  return bytes;
}

function bytesIn(value: unknown, depth: number): number {
  if (typeof value === "string") return byteLengthOf(value);
  if (typeof value !== "object" || value === null) return value === undefined ? 0 : 8;
  if (depth > deepest) return unknownLength;
  let bytes = 2;
  if (Array.isArray(value)) {
    for (const one of value) bytes += bytesIn(one, depth + 1);
    return bytes;
  }
  const { type } = value as { readonly type?: unknown };
  if (type === "image_url") return perImage;
  if (type === "file") return unknownLength;
  for (const [key, one] of Object.entries(value)) bytes += key.length + 4 + bytesIn(one, depth + 1);
  return bytes;
}
