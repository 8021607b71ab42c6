import { createHash } from "node:crypto";

/** Bytes of a hash. */
export const HASH_BYTES = 5;

/** The first 40 bits of the SHA-256 of a text, as a whole number below 2^40. */
export function hash40(text: string): number {
  return createHash("sha256").update(text).digest().readUIntBE(0, HASH_BYTES);
}
