/** A hash that is being computed, as of `node:crypto`. */
export interface HashInProgress {
  update(data: string | Uint8Array, encoding?: "utf8" | "utf16le"): HashInProgress;
  digest(encoding: "hex" | "base64" | "base64url"): string;
}

/** The part of `node:crypto` that is used. */
export interface UsedCrypto {
  createHash(algorithm: "sha256"): HashInProgress;
  createHmac(algorithm: "sha256", key: string | Uint8Array): HashInProgress;
  randomUUID(): string;
  randomBytes(size: number): Uint8Array;
}
