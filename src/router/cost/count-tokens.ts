import type { LRUCache } from "lru-cache";
import { nodeCrypto } from "../../plugin/node-crypto.ts";
import { checkNumber } from "../../plugin/option-checks.ts";
import type { Encoder, Encoding } from "./create-encoder.ts";
import { estimateTokens } from "./estimate-tokens.ts";

export interface TokenCounterOptions {
  /** Largest number of UTF-16 units that are encoded; the rest of a text is estimated. Default 1,000,000. */
  readonly maxCharacters?: number | undefined;
  /** Number of cached counts. Default 1,000. */
  readonly maxCached?: number | undefined;
  /** Loads the tokeniser. Default: tiktoken, loaded at the first count. */
  readonly loadEncoder?: ((encoding: Encoding) => Promise<Encoder>) | undefined;
}

export interface CountOptions {
  /** The provider's name of the model, which decides the encoding. */
  readonly model?: string | undefined;
  /** Signal that is checked between batches; an abort rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface TokenCount {
  readonly tokens: number;
  /** True if the whole text was encoded. */
  readonly complete: boolean;
}

export type TokenCounter = (text: string, options?: CountOptions) => Promise<TokenCount>;

/** Length of a slice. Encoding takes quadratic time on runs of one character; slices make it linear. */
const sliceLength = 1_024;
/** Slices between two pauses for the event loop: about 1 ms of prose, 20 ms of the worst text. */
const slicesPerBatch = 8;
/** Distance from a slice's end within which a space is searched. */
const lookBack = 64;

/**
 * Creates a function that counts tokens with tiktoken, in slices of at most 1,024 UTF-16 units. A slice ends
 * before a space where one is near, so that the count of prose is exact; elsewhere each cut adds at most a
 * few tokens. Beyond `maxCharacters` tokens are estimated, scaled by the ratio of count to estimate so far.
 */
export function createTokenCounter(options: TokenCounterOptions = {}): TokenCounter {
  const { maxCharacters = 1_000_000, maxCached = 1_000, loadEncoder = loadTiktoken } = options;
  checkNumber("createTokenCounter.maxCharacters", maxCharacters, { min: sliceLength, integer: true });
  checkNumber("createTokenCounter.maxCached", maxCached, { min: 1, integer: true });
  let cache: LRUCache<string, TokenCount> | undefined;

  return async function countTokens(text, { model, signal } = {}) {
    signal?.throwIfAborted();
    if (text === "") return { tokens: 0, complete: true };
    if (cache === undefined) {
      const { LRUCache } = await import("lru-cache");
      cache ??= new LRUCache({ max: maxCached });
    }
    const encoding = encodingOf(model ?? "");
    // A hash, because the cache must not keep prompts.
    const key = `${encoding}:${nodeCrypto().createHash("sha256").update(text, "utf16le").digest("base64")}`;
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const encoder = await loadEncoder(encoding);
    const count = await countInSlices(encoder, text, maxCharacters, signal);
    cache.set(key, count);
    return count;
  };
}

async function countInSlices(
  encoder: Encoder,
  text: string,
  maxCharacters: number,
  signal: AbortSignal | undefined,
): Promise<TokenCount> {
  const end = text.length <= maxCharacters ? text.length : wholeCharacter(text, maxCharacters);
  let tokens = 0;
  let start = 0;
  for (let slices = 0; start < end; slices += 1) {
    if (slices % slicesPerBatch === 0) {
      // Let the event loop run.
      if (slices > 0) await new Promise<void>((resolve) => (globalThis.setImmediate ?? setTimeout)(resolve));
      signal?.throwIfAborted();
    }
    const next = endOfSlice(text, start, end);
    tokens += encoder.encode_ordinary(text.slice(start, next)).length;
    start = next;
  }
  if (end === text.length) return { tokens, complete: true };
  const ratio = tokens / estimateTokens(text.slice(0, end));
  return { tokens: tokens + Math.ceil(estimateTokens(text.slice(end)) * ratio), complete: false };
}

function endOfSlice(text: string, start: number, end: number): number {
  const limit = start + sliceLength;
  if (limit >= end) return end;
  for (let at = limit; at > limit - lookBack; at -= 1) {
    // A single space between words begins a token; one of several may not.
    if (text[at] === " " && !isSpace(text[at - 1]) && !isSpace(text[at + 1])) return at;
  }
  return wholeCharacter(text, limit);
}

function isSpace(character: string | undefined): boolean {
  return character === " " || character === "\n" || character === "\t" || character === "\r";
}

/** Returns the index, or the one before it where it would split a surrogate pair. */
function wholeCharacter(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  const before = text.charCodeAt(at - 1);
  return unit >= 0xdc00 && unit <= 0xdfff && before >= 0xd800 && before <= 0xdbff ? at - 1 : at;
}

/**
 * Returns the encoding of a model: `cl100k_base` for GPT-4, GPT-3.5 and the embeddings of their time, else
 * `o200k_base`, which OpenAI's newer models use; the others have no public tokeniser.
 */
export function encodingOf(model: string): Encoding {
  return /^(?:ft:)?(?:gpt-4(?:-|$)|gpt-3\.5|gpt-35|text-embedding)/.test(model.toLowerCase())
    ? "cl100k_base"
    : "o200k_base";
}

const loaded = new Map<Encoding, Promise<Encoder>>();

/** Loads each tokeniser once per process, since each holds tens of megabytes. */
function loadTiktoken(encoding: Encoding): Promise<Encoder> {
  let encoder = loaded.get(encoding);
  if (encoder === undefined) {
    // Apart, since what fits a package in CommonJS into ES modules would be read with all that counts nothing.
    encoder = import("./create-encoder.ts").then(({ createEncoder }) => createEncoder(encoding));
    // A failed load is retried.
    encoder.catch(() => loaded.delete(encoding));
    loaded.set(encoding, encoder);
  }
  return encoder;
}
