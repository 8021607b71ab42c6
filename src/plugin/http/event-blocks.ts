import { ProviderError } from "../../contracts/index.ts";
import { type BodyReader, bodyReader } from "./body-reader.ts";
import { PendingBytes } from "./pending-bytes.ts";
import { AFTER_END_MS, settles, toBytes } from "./read-bounded.ts";
import { MAX_EVENT_BYTES, ofEvents, SseLimitError, type SseLimits, SseReader } from "./sse-reader.ts";

/** Largest file of lines, such as the results of a batch. */
const mostLineBytes = 4 * 1024 ** 3;

export interface StreamLimits extends SseLimits {
  /** True for a body of lines (JSONL), each of which counts as an event. Default false. */
  readonly lines?: boolean;
}

/** Limits of a body of lines. */
export const ofLines: StreamLimits = { maxEventBytes: MAX_EVENT_BYTES, maxBytes: mostLineBytes, lines: true };

/**
 * The body of a stream as an SDK reads it: in pieces that end where an event ends, each with its name and its data alone.
 * Decoders search everything that has arrived of an event again with each piece of it, which takes seconds for a large
 * one, and keep the comments of an endless stream. Throws `ProviderError` (`incomplete`) for an event or a stream that is
 * too large.
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

/** Cuts a body into pieces that are complete. */
interface Cutter {
  /** Adds a piece, undefined at the end; returns what is complete by it. Throws `SseLimitError`. */
  add(piece: Uint8Array | undefined): Uint8Array;
  /** True if the mark that ends the stream has come. */
  readonly isLast: boolean;
}

class BlockReader implements AsyncIterator<Uint8Array, undefined> {
  /** Kept while its iterator is used: an SDK gives up its call when the body is collected. */
  readonly body: EventBlocks;
  readonly #model: string;
  readonly #reader: BodyReader;
  readonly #cutter: Cutter;
  #isDone = false;

  constructor(body: EventBlocks, model: string, limits: StreamLimits) {
    this.body = body;
    this.#model = model;
    this.#reader = bodyReader(body.source);
    this.#cutter = limits.lines === true ? new LineCutter(limits) : new EventCutter(limits);
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#cutter.isLast) await this.#leave();
    while (!this.#isDone) {
      const { done, value } = await this.#reader.read();
      this.#isDone = done;
      const block = this.#complete(done ? undefined : toBytes(value));
      if (block.length > 0) return { done: false, value: block };
    }
    return { done: true, value: undefined };
  }

  #complete(piece: Uint8Array | undefined): Uint8Array {
    try {
      return this.#cutter.add(piece);
    } catch (error) {
      this.#end();
      if (!(error instanceof SseLimitError)) throw error;
      const { message: summary } = error;
      throw new ProviderError({ kind: "incomplete", model: this.#model, retryable: false, summary });
    }
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

  #end(): void {
    this.#isDone = true;
    this.#reader.cancel();
  }
}

const nothing: Uint8Array = new Uint8Array();
const encoder = new TextEncoder();

class EventCutter implements Cutter {
  readonly #events: SseReader;
  isLast = false;

  constructor(limits: SseLimits) {
    this.#events = new SseReader(limits);
  }

  add(piece: Uint8Array | undefined): Uint8Array {
    const names: (string | undefined)[] = [];
    const events = piece === undefined ? this.#events.end(names) : this.#events.push(piece, names);
    if (events.length === 0) return nothing;
    this.isLast = events.at(-1)?.startsWith("[DONE]") === true;
    const text = events.map((data, at) => eventText(names[at], data)).join("\n\n");
    // An event that the body broke off stays open.
    return encoder.encode(piece === undefined ? text : `${text}\n\n`);
  }
}

function eventText(name: string | undefined, data: string): string {
  const lines = data.includes("\n") ? data.replaceAll("\n", "\ndata: ") : data;
  return name === undefined ? `data: ${lines}` : `event: ${name}\ndata: ${lines}`;
}

const lineFeed = 0x0a;

class LineCutter implements Cutter {
  readonly isLast = false;
  readonly #limits: SseLimits;
  /** Start of a line that has not ended. */
  readonly #open = new PendingBytes();
  #bytes = 0;

  constructor(limits: SseLimits) {
    this.#limits = limits;
  }

  add(piece: Uint8Array | undefined): Uint8Array {
    if (piece === undefined) return this.#open.take(nothing);
    const { maxBytes, maxEventBytes } = this.#limits;
    this.#bytes += piece.length;
    if (this.#bytes > maxBytes) throw new SseLimitError(`the stream has more than ${maxBytes} bytes`);
    if (longestLine(piece, this.#open.length) > maxEventBytes)
      throw new SseLimitError(`an event of the stream has more than ${maxEventBytes} bytes`);
    const end = piece.lastIndexOf(lineFeed) + 1;
    const whole = end === 0 ? nothing : this.#open.take(piece.subarray(0, end));
    if (end < piece.length) this.#open.keep(piece.subarray(end));
    return whole;
  }
}

/** Returns the length of the longest line of a piece. `before`: bytes of the first one that came earlier. */
function longestLine(piece: Uint8Array, before: number): number {
  let longest = 0;
  let start = -before;
  for (let at = piece.indexOf(lineFeed); at >= 0; at = piece.indexOf(lineFeed, at + 1)) {
    longest = Math.max(longest, at + 1 - start);
    start = at + 1;
  }
  return Math.max(longest, piece.length - start);
}
