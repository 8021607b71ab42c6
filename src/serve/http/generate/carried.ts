import type { MessageExtensions } from "../../../contracts/chat/extensions.ts";
import { readSignedBytes, signedBytes } from "../../../plugin/signed.ts";
import { type Fields, fieldsOf } from "../fields.ts";

/** Content of a message that only its writer can use, and that has no field of its own in a part. */
export interface Carried {
  readonly fields: Pick<MessageExtensions, "thinking_blocks" | "provider_parts" | "phase">;
  readonly writer: string;
}

const names = ["thinking_blocks", "provider_parts", "phase"] as const;

/** Returns what a message or a delta carries. Undefined: nothing. */
export function carriedBy(message: Fields, writer: string | undefined): Carried | undefined {
  if (writer === undefined) return undefined;
  const held = names.filter((name) => message[name] !== undefined && message[name] !== null);
  if (held.length === 0) return undefined;
  return { fields: Object.fromEntries(held.map((name) => [name, message[name]])), writer };
}

/** Adds what comes later in a stream. */
export function added(before: Carried | undefined, more: Carried | undefined): Carried | undefined {
  if (before === undefined || more === undefined) return more ?? before;
  const blocks = [...(before.fields.thinking_blocks ?? []), ...(more.fields.thinking_blocks ?? [])];
  const fields = { ...before.fields, ...more.fields, ...(blocks.length > 0 && { thinking_blocks: blocks }) };
  return { fields, writer: more.writer };
}

/** Returns it as a signature, which Gemini's clients send back with its part. */
export function signatureOf({ fields, writer }: Carried): string {
  return signedBytes(JSON.stringify(fields), writer);
}

/** A signature of an earlier answer. */
export interface ReadSignature {
  readonly writer: string;
  /** Signature of a part of Google's. */
  readonly signature?: string | undefined;
  /** Fields of a message of another writer. */
  readonly fields?: Carried["fields"] | undefined;
}

/** Reads a signature. Undefined for one that did not come by a router: no one knows whose it is. */
export function readSignature(text: unknown): ReadSignature | undefined {
  const read = readSignedBytes(text);
  if (read === undefined || !read.signature.startsWith("{")) return read;
  try {
    const given = fieldsOf(JSON.parse(read.signature));
    const fields = Object.fromEntries(names.flatMap((name) => (name in given ? [[name, given[name]]] : [])));
    return { writer: read.writer, fields };
  } catch {
    return undefined;
  }
}
