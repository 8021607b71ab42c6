import { PendingBytes } from "./pending-bytes.ts";

/** Largest event of a stream: more than the largest picture that a model sends. */
export const MAX_EVENT_BYTES: number = 16 * 1024 * 1024;
/** Largest stream: the longest answers with all log-probabilities stay below half of it. */
export const MAX_STREAM_BYTES: number = 256 * 1024 * 1024;

/** Bounds of an event stream, in bytes. */
export interface SseLimits {
  readonly maxEventBytes: number;
  readonly maxBytes: number;
}

/** Thrown for an event or a stream that is too large. */
export class SseLimitError extends Error {}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
export const ofEvents: SseLimits = { maxEventBytes: MAX_EVENT_BYTES, maxBytes: MAX_STREAM_BYTES };

/**
 * Reads an event stream (WHATWG, "server-sent events") piece by piece, in time linear in its length: lines end
 * with CR, LF or both, characters may be split between pieces, a byte order mark may come first, comments and
 * fields other than `data` and `event` are left out. The data of an event are returned, and its name to who asks for it.
 */
export class SseReader {
  readonly #limits: SseLimits;
  /** Start of a line that has not ended. */
  readonly #open = new PendingBytes();
  #bytes = 0;
  /** Lines of data of the event that has not ended. */
  #data: string | undefined;
  #more: string[] | undefined;
  #eventBytes = 0;
  /** Name of the event that has not ended, and the names of those that have, for who asks for them. */
  #name: string | undefined;
  #names: (string | undefined)[] | undefined;
  #isStart = true;
  /** True if the last piece ended with CR: a LF that follows belongs to it. */
  #afterReturn = false;

  constructor(limits: SseLimits = ofEvents) {
    this.#limits = limits;
  }

  /**
   * Adds a piece; returns the data of the events that are complete by it, and adds their names to `names`. Throws
   * `SseLimitError`.
   */
  push(piece: Uint8Array, names?: (string | undefined)[]): string[] {
    const events: string[] = [];
    this.#names = names;
    this.#bytes += piece.length;
    if (this.#bytes > this.#limits.maxBytes)
      throw new SseLimitError(`the stream has more than ${this.#limits.maxBytes} bytes`);
    const last = Math.max(piece.lastIndexOf(lineFeed), piece.lastIndexOf(carriageReturn)) + 1;
    if (last > 0) this.#lines(decoder.decode(this.#open.take(piece.subarray(0, last))), events);
    if (last < piece.length) this.#keep(last === 0 ? piece : piece.subarray(last));
    if (this.#open.length + this.#eventBytes > this.#limits.maxEventBytes) throw this.#tooLarge();
    return events;
  }

  /** Ends the stream: returns the data of an event whose closing empty line is missing. */
  end(names?: (string | undefined)[]): string[] {
    const events: string[] = [];
    this.#names = names;
    if (this.#open.length > 0) this.#line(decoder.decode(this.#open.take(nothing)));
    this.#dispatch(events);
    return events;
  }

  /** Reads whole lines. */
  #lines(text: string, events: string[]): void {
    let from = 0;
    if (this.#isStart) {
      this.#isStart = false;
      if (text.charCodeAt(0) === 0xfeff) from = 1;
    }
    if (this.#afterReturn && text.charCodeAt(from) === lineFeed) from += 1;
    this.#afterReturn = text.charCodeAt(text.length - 1) === carriageReturn;
    if (text.includes("\r")) {
      this.#mixedLines(text, from, events);
      return;
    }
    while (from < text.length) {
      const at = text.indexOf("\n", from);
      if (at === from) this.#dispatch(events);
      else this.#line(text.slice(from, at));
      from = at + 1;
    }
  }

  #mixedLines(text: string, start: number, events: string[]): void {
    let from = start;
    for (let at = from; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code !== lineFeed && code !== carriageReturn) continue;
      if (at === from) this.#dispatch(events);
      else this.#line(text.slice(from, at));
      if (code === carriageReturn && text.charCodeAt(at + 1) === lineFeed) at += 1;
      from = at + 1;
    }
  }

  #line(line: string): void {
    if (!line.startsWith("data")) {
      if (this.#names !== undefined && line.startsWith("event:"))
        this.#name = line.charCodeAt(6) === 0x20 ? line.slice(7) : line.slice(6);
      return;
    }
    const colon = line.charCodeAt(4);
    if (colon !== 0x3a && line.length !== 4) return;
    const value = line.charCodeAt(5) === 0x20 ? line.slice(6) : line.slice(5);
    this.#eventBytes += value.length + 1;
    if (this.#eventBytes > this.#limits.maxEventBytes) throw this.#tooLarge();
    if (this.#data === undefined) this.#data = value;
    else {
      this.#more ??= [this.#data];
      this.#more.push(value);
    }
  }

  #dispatch(events: string[]): void {
    const name = this.#name;
    this.#name = undefined;
    if (this.#data === undefined) return;
    events.push(this.#more === undefined ? this.#data : this.#more.join("\n"));
    this.#names?.push(name);
    this.#data = undefined;
    this.#more = undefined;
    this.#eventBytes = 0;
  }

  #keep(piece: Uint8Array): void {
    if (this.#open.length + piece.length > this.#limits.maxEventBytes) throw this.#tooLarge();
    this.#open.keep(piece);
  }

  #tooLarge(): SseLimitError {
    return new SseLimitError(`an event of the stream has more than ${this.#limits.maxEventBytes} bytes`);
  }
}

const nothing: Uint8Array = new Uint8Array();
/** Decodes whole lines, so that nothing of one stream is left in it for the next. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
