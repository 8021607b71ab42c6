import { createHash } from "node:crypto";

/** Number of bytes of a hash. */
export const HASH_BYTES = 5;

/** Hashes a text to the first 40 bits of its SHA-256, as a whole number below 2^40. */
export function hash40(text: string): number {
  return createHash("sha256").update(text).digest().readUIntBE(0, HASH_BYTES);
}
