/** Thinking with a signature can be read by the model that wrote it alone, so signatures carry its name on their way. */

/** A block of thinking as answers of models hold it. */
export interface SignedThinking {
  readonly type: "thinking" | "redacted_thinking";
  readonly thinking?: string;
  readonly signature?: string;
  readonly data?: string;
}

const mark = "switchpoint.";

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
