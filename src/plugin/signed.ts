import { fromBase64, toBase64 } from "./base64.ts";

/** Thinking with a signature can be read by the model that wrote it alone, so signatures carry its name on their way. */

/** A block of thinking as answers of models hold it. */
export interface SignedThinking {
  readonly type: "thinking" | "redacted_thinking";
  readonly thinking?: string;
  readonly signature?: string;
  readonly data?: string;
}

const mark = "switchpoint.";
/** The mark in base64: three characters become four. */
const markBytes = "c3dpdGNocG9pbnQu";

/** Returns the signature with the name of its writer. */
export function signed(signature: string, writer: string): string {
  // A dot ends the name here, and many names hold one: `gpt-5.5`.
  return `${mark}${encodeURIComponent(writer).replaceAll(".", "%2E")}.${signature}`;
}

/** Returns writer and signature of what `signed` returned; undefined for a signature from elsewhere. */
export function readSigned(
  text: unknown,
): { readonly writer: string; readonly signature: string } | undefined {
  if (typeof text !== "string" || !text.startsWith(mark)) return undefined;
  const end = text.indexOf(".", mark.length);
  if (end < 0) return undefined;
  try {
    return { writer: decodeURIComponent(text.slice(mark.length, end)), signature: text.slice(end + 1) };
  } catch {
    return undefined;
  }
}

/** The same for clients that take a signature for bytes, and encode those again: all of it is base64. */
export function signedBytes(signature: string, writer: string): string {
  return toBase64(new TextEncoder().encode(signed(signature, writer)));
}

/** Returns writer and signature of what `signedBytes` returned, in either alphabet of base64. */
export function readSignedBytes(text: unknown): ReturnType<typeof readSigned> {
  // Each signature of a request is looked at; others begin otherwise.
  if (typeof text !== "string" || !text.startsWith(markBytes)) return undefined;
  return readSigned(new TextDecoder().decode(fromBase64(text)));
}

/** Thinking of a message, with the model that alone can read it. */
export interface WrittenThinking {
  readonly blocks: readonly SignedThinking[];
  readonly writer: string;
}

/** Returns the signed thinking of a message. Undefined if it has none, or none whose writer is known. */
export function thinkingOfMessage(message: object | undefined): WrittenThinking | undefined {
  const { thinking_blocks: blocks, written_by: writer } = (message ?? {}) as Partial<WrittenDelta>;
  if (writer === undefined || !Array.isArray(blocks) || blocks.length === 0) return undefined;
  return { blocks, writer };
}

/** The same as fields of messages and deltas. */
export interface WrittenDelta {
  readonly thinking_blocks: readonly SignedThinking[];
  readonly written_by: string;
}
