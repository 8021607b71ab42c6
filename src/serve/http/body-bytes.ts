import { notUtf8 } from "./json-body.ts";

/** Parts of fewer bytes are copied together. */
const smallBytes = 4_096;
/** Longest block into which they are copied. */
const blockBytes = 65_536;

/** The bytes of a body as they come. */
export interface BodyBytes {
  /** Number of bytes so far. */
  readonly length: number;
  add(part: Uint8Array): void;
  /** Returns all of them, and keeps none. */
  take(): Uint8Array;
  /** Throws `HttpError` for what is not UTF-8: text with a wrong byte in it would become another text. */
  text(): string;
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Gathers a body. Its sender may cut it into single bytes, each of which would be an object of some hundred bytes: 32 MB of
 * them fill the memory of a process.
 */
export function bodyBytes(): BodyBytes {
  return new GatheredBytes();
}

// A class: a getter in an object literal makes a hidden class a body, which keeps its bytes until a full collection.
class GatheredBytes implements BodyBytes {
  length = 0;
  readonly #parts: Uint8Array[] = [];
  #block: Uint8Array | undefined;
  #used = 0;

  add(part: Uint8Array): void {
    const isFirst = this.length === 0;
    this.length += part.byteLength;
    // Most bodies are one part, which is not copied.
    if (isFirst || part.byteLength >= smallBytes) {
      this.#flush();
      this.#parts.push(part);
      return;
    }
    const block = this.#blockFor(part.byteLength);
    block.set(part, this.#used);
    this.#used += part.byteLength;
  }

  take(): Uint8Array {
    this.#flush();
    const parts = this.#parts.splice(0);
    return parts.length === 1 ? (parts[0] as Uint8Array) : joined(parts, this.length);
  }

  text(): string {
    const bytes = this.take();
    try {
      return decoder.decode(bytes);
    } catch {
      throw notUtf8();
    }
  }

  /** Returns a block with room for as many bytes. It grows with the body: ten thousand senders may stop after two bytes. */
  #blockFor(bytes: number): Uint8Array {
    const block = this.#block;
    if (block !== undefined && this.#used + bytes <= block.length) return block;
    this.#flush();
    const size = Math.min(blockBytes, Math.max(smallBytes, this.length));
    if (block !== undefined && block.length >= size) return block;
    this.#block = new Uint8Array(size);
    return this.#block;
  }

  #flush(): void {
    if (this.#block !== undefined && this.#used > 0) this.#parts.push(this.#block.slice(0, this.#used));
    this.#used = 0;
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
