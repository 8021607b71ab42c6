/** A hash that is being computed, as of `node:crypto`. */
export interface HashInProgress {
  update(data: string | Uint8Array, encoding?: "utf8" | "utf16le"): HashInProgress;
  digest(encoding: "hex" | "base64" | "base64url"): string;
}

/** The part of `node:crypto` that is used. */
export interface UsedCrypto {
  createHash(algorithm: "sha256"): HashInProgress;
  createHmac(algorithm: "sha256", key: string | Uint8Array): HashInProgress;
  /** Hash in one step, which leaves no object behind. Absent: not Node.js. */
  hash?(algorithm: "sha256", data: string | Uint8Array, encoding: "hex"): string;
  randomUUID(): string;
  randomBytes(size: number): Uint8Array;
}
