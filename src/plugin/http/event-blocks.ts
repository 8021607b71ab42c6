import { ProviderError } from "../../contracts/index.ts";
import { type BodyReader, bodyReader } from "./body-reader.ts";
import { PendingBytes } from "./pending-bytes.ts";
import { AFTER_END_MS, settles, toBytes } from "./read-bounded.ts";

/** Largest event of a stream: more than the largest picture that a model sends. */
export const MAX_EVENT_BYTES: number = 16 * 1024 * 1024;
/** Largest stream: the longest answers with all log-probabilities stay below half of it. */
export const MAX_STREAM_BYTES: number = 256 * 1024 * 1024;

/** Largest file of lines, such as the results of a batch. */
const mostLineBytes = 4 * 1024 ** 3;

export interface StreamLimits {
  readonly maxEventBytes: number;
  readonly maxBytes: number;
  /** True for a body of lines (JSONL), each of which counts as an event. Default false. */
  readonly lines?: boolean;
}

const ofEvents: StreamLimits = { maxEventBytes: MAX_EVENT_BYTES, maxBytes: MAX_STREAM_BYTES };
/** Limits of a body of lines. */
export const ofLines: StreamLimits = { maxEventBytes: MAX_EVENT_BYTES, maxBytes: mostLineBytes, lines: true };

/**
 * The body of an event stream in pieces that end where an event ends. Decoders search everything that has
 * arrived of an event again with each piece of it, which takes seconds for a large one; so a large event
 * comes as one piece. Throws `ProviderError` (`incomplete`) for an event or a stream that is too large.
 */
export class EventBlocks implements AsyncIterable<Uint8Array> {
  /** The body itself. */
  readonly source: unknown;
  readonly #model: string;
  readonly #limits: StreamLimits;

  constructor(source: unknown, model: string, limits: StreamLimits = ofEvents) {
    this.source = source;
    this.#model = model;
    this.#limits = limits;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return new BlockReader(this, this.#model, this.#limits);
  }
}

class BlockReader implements AsyncIterator<Uint8Array, undefined> {
  /** Kept while its iterator is used: an SDK gives up its call when the body is collected. */
  readonly body: EventBlocks;
  readonly #model: string;
  readonly #limits: StreamLimits;
  readonly #reader: BodyReader;
  /** Start of an event that has not ended. */
  readonly #open = new PendingBytes();
  #bytes = 0;
  #isDone = false;
  /** True if the mark that ends the stream has come. */
  #isLast = false;

  constructor(body: EventBlocks, model: string, limits: StreamLimits) {
    this.body = body;
    this.#model = model;
    this.#limits = limits;
    this.#reader = bodyReader(body.source);
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#isLast) await this.#leave();
    while (!this.#isDone) {
      const { done, value } = await this.#reader.read();
      this.#isDone = done;
      const block = done ? this.#open.take(nothing) : this.#add(toBytes(value));
      if (block === undefined || block.length === 0) continue;
      if (this.#limits.lines) return { done: false, value: block };
      if (!saysSomething(block)) continue;
      this.#isLast = isEndMark(block);
      return { done: false, value: block };
    }
    return { done: true, value: undefined };
  }

  /** Waits briefly for the server to close the stream, so that the connection can be used again. */
  async #leave(): Promise<void> {
    const until = performance.now() + AFTER_END_MS;
    try {
      for (let left = AFTER_END_MS; left > 0 && !this.#isDone; left = until - performance.now()) {
        const reading = this.#reader.read();
        if (!(await settles(reading, left))) break;
        this.#isDone = (await reading).done;
      }
    } catch {
      // Nothing of the answer is missing.
    }
    if (!this.#isDone) this.#end();
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#end();
    return { done: true, value: undefined };
  }

  /** Adds a piece; returns what is complete by it. */
  #add(piece: Uint8Array): Uint8Array | undefined {
    const { maxBytes, maxEventBytes } = this.#limits;
    this.#bytes += piece.length;
    if (this.#bytes > maxBytes) throw this.#tooLarge(`the stream has more than ${maxBytes} bytes`);
    const end = this.#endIn(piece);
    const complete = end === piece.length ? piece : piece.subarray(0, end);
    const isLong = this.#open.length + piece.length > maxEventBytes;
    if (
      isLong &&
      (end === 0 || longestEvent(complete, this.#open.length, this.#limits.lines) > maxEventBytes)
    )
      throw this.#tooLarge(`an event of the stream has more than ${maxEventBytes} bytes`);
    const block = end === 0 ? undefined : this.#open.take(complete);
    if (end < piece.length) this.#open.keep(piece.subarray(end));
    return block;
  }

  /** Returns the end of the last event in a piece, also of one whose closing line end began before it. */
  #endIn(piece: Uint8Array): number {
    if (this.#limits.lines) return piece.lastIndexOf(lineFeed) + 1;
    const end = endOfEvents(piece);
    if (end > 0 || this.#open.length === 0) return end;
    const last = this.#open.all().subarray(-3);
    const seam = new Uint8Array(last.length + Math.min(3, piece.length));
    seam.set(last);
    seam.set(piece.subarray(0, 3), last.length);
    return Math.max(0, endOfEvents(seam) - last.length);
  }

  #end(): void {
    this.#isDone = true;
    this.#open.clear();
    this.#reader.cancel();
  }

  #tooLarge(summary: string): ProviderError {
    this.#end();
    return new ProviderError({ kind: "incomplete", model: this.#model, retryable: false, summary });
  }
}

const nothing: Uint8Array = new Uint8Array();
const endMark = new TextEncoder().encode("data: [DONE]");

/** True if the last event of a block is the mark that ends OpenAI's streams. */
function isEndMark(block: Uint8Array): boolean {
  let end = block.length;
  while (end > 0 && (block[end - 1] as number) <= 0x20) end -= 1;
  if (block[end - 1] !== endMark.at(-1) || end < endMark.length) return false;
  return endMark.every((byte, at) => block[end - endMark.length + at] === byte);
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Returns the index behind the last empty line, which ends an event; 0 if there is none. */
function endOfEvents(bytes: Uint8Array): number {
  for (let at = bytes.length; at > 1; at -= 1) if (endsEvent(bytes, at)) return at;
  return 0;
}

/** True if the bytes before `at` are an empty line: two line ends of the same kind. */
function endsEvent(bytes: Uint8Array, at: number): boolean {
  const last = bytes[at - 1];
  if (last === lineFeed) {
    const before = bytes[at - 2];
    if (before === lineFeed) return true;
    return before === carriageReturn && bytes[at - 3] === lineFeed && bytes[at - 4] === carriageReturn;
  }
  return last === carriageReturn && bytes[at - 2] === carriageReturn;
}

/** Returns the length of the longest event. `before`: bytes of the first one that came earlier. */
function longestEvent(bytes: Uint8Array, before: number, lines = false): number {
  let longest = 0;
  let start = -before;
  for (let at = 1; at <= bytes.length; at += 1) {
    if (lines ? bytes[at - 1] !== lineFeed : !endsEvent(bytes, at)) continue;
    longest = Math.max(longest, at - start);
    start = at;
  }
  return Math.max(longest, bytes.length - start);
}

/**
 * False for a block without data, of comments for instance: an SDK would keep the lines of an endless stream.
 * Tells it by the first letter of each line, `data` or `event`; a stream may begin with a byte order mark.
 */
function saysSomething(block: Uint8Array): boolean {
  let isLineStart = true;
  for (const byte of block) {
    if (isLineStart && (byte === 0x64 || byte === 0x65 || byte === 0xef)) return true;
    isLineStart = byte === lineFeed || byte === carriageReturn;
  }
  return false;
}
