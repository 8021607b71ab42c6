import { PendingBytes } from "../../../plugin/http/pending-bytes.ts";
import { crc32 } from "./crc32.ts";

/** A message of `application/vnd.amazon.eventstream`. */
export interface EventFrame {
  /** Headers whose value is a string; the others are left out. */
  readonly headers: ReadonlyMap<string, string>;
  readonly payload: Uint8Array;
}

/** Thrown for bytes that are not messages of an event stream, or for too many of them. */
export class EventFrameError extends Error {}

/** Length of what precedes the headers, and of the whole without headers and payload, in bytes. */
const preludeBytes = 12;
const overheadBytes = preludeBytes + 4;
/** Largest message and headers that AWS documents, in bytes: 24 MiB and 128 KiB. */
const mostFrameBytes = 25_165_824;
const mostHeaderBytes = 131_072;

/**
 * Reads messages of an event stream of AWS from pieces that end anywhere, in time linear in their length: two lengths
 * with a checksum, headers, payload, checksum. A length is believed only once its checksum fits, and never beyond the
 * documented maximum. Throws `EventFrameError`.
 */
export class EventFrames {
  /** Start of a message that has not ended. */
  readonly #open = new PendingBytes();
  /** Length of the message that has not ended; 0 until its prelude has come. */
  #length = 0;

  /** Adds a piece; yields the messages that are complete by it, also those before one that is broken. */
  *push(piece: Uint8Array): Generator<EventFrame, void> {
    let at = 0;
    while (at < piece.length) {
      const wanted = this.#length === 0 ? preludeBytes : this.#length;
      const taken = piece.subarray(at, at + wanted - this.#open.length);
      at += taken.length;
      this.#open.keep(taken);
      if (this.#open.length < wanted) break;
      if (this.#length === 0) this.#length = lengthOf(this.#open.all());
      else {
        this.#length = 0;
        yield frameOf(this.#open.take(nothing));
      }
    }
  }

  /** Ends the stream. Throws if a message has not ended. */
  end(): void {
    if (this.#open.length > 0) throw new EventFrameError("the event stream ended within a message");
  }
}

const nothing: Uint8Array = new Uint8Array();

function lengthOf(prelude: Uint8Array): number {
  const view = viewOf(prelude);
  if (crc32(prelude.subarray(0, 8)) !== view.getUint32(8))
    throw new EventFrameError("the lengths of a message do not have their checksum");
  const length = view.getUint32(0);
  const headers = view.getUint32(4);
  if (length > mostFrameBytes || headers > mostHeaderBytes || length < overheadBytes + headers)
    throw new EventFrameError(`a message states ${length} bytes with ${headers} bytes of headers`);
  return length;
}

function frameOf(bytes: Uint8Array): EventFrame {
  const view = viewOf(bytes);
  const end = bytes.length - 4;
  if (crc32(bytes.subarray(0, end)) !== view.getUint32(end))
    throw new EventFrameError("a message does not have its checksum");
  const payloadAt = preludeBytes + view.getUint32(4);
  return {
    headers: headersOf(bytes.subarray(preludeBytes, payloadAt)),
    payload: bytes.subarray(payloadAt, end),
  };
}

/** Lengths of values by their type, in bytes: true, false, byte, short, integer, long, then two with lengths, time, UUID. */
const valueBytes: readonly (number | undefined)[] = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16];
const stringType = 7;

function headersOf(bytes: Uint8Array): ReadonlyMap<string, string> {
  const view = viewOf(bytes);
  const headers = new Map<string, string>();
  let at = 0;
  const take = (length: number): Uint8Array => {
    const taken = bytes.subarray(at, at + length);
    if (taken.length < length) throw new EventFrameError("a header of a message is longer than its headers");
    at += length;
    return taken;
  };
  while (at < bytes.length) {
    const name = decoder.decode(take(view.getUint8(at) + 1).subarray(1));
    const [type = 255] = take(1);
    if (type >= valueBytes.length) throw new EventFrameError("a header of a message has no known type");
    const [high = 0, low = 0] = valueBytes[type] === undefined ? take(2) : [];
    const value = take(valueBytes[type] ?? high * 256 + low);
    // The first one counts: each name may stand once.
    if (type === stringType && !headers.has(name)) headers.set(name, decoder.decode(value));
  }
  return headers;
}

const decoder = new TextDecoder();

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
