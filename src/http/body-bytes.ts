import { notUtf8 } from "./json-body.ts";

/** Parts of fewer bytes are copied together. */
const smallBytes = 4_096;
const blockBytes = 65_536;

/** The bytes of a body as they come. */
export interface BodyBytes {
  /** Number of bytes so far. */
  readonly length: number;
  add(part: Uint8Array): void;
  /** Throws `HttpError` for what is not UTF-8: text with a wrong byte in it would become another text. */
  text(): string;
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Gathers a body. Its sender may cut it into single bytes, each of which would be an object of some hundred bytes: 32 MB of
 * them fill the memory of a process.
 */
export function bodyBytes(): BodyBytes {
  const parts: Uint8Array[] = [];
  let block: Uint8Array | undefined;
  let used = 0;
  let length = 0;
  const flush = () => {
    if (block !== undefined && used > 0) parts.push(block.slice(0, used));
    used = 0;
  };
  return {
    get length() {
      return length;
    },
    add(part) {
      const isFirst = length === 0;
      length += part.byteLength;
      // Most bodies are one part, which is not copied.
      if (isFirst || part.byteLength >= smallBytes) {
        flush();
        parts.push(part);
        return;
      }
      block ??= new Uint8Array(blockBytes);
      if (used + part.byteLength > blockBytes) flush();
      block.set(part, used);
      used += part.byteLength;
    },
    text() {
      flush();
      try {
        return decoder.decode(parts.length === 1 ? parts[0] : joined(parts, length));
      } catch {
        throw notUtf8();
      }
    },
  };
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
