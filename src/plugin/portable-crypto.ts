import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { toBase64 } from "./base64.ts";
import type { HashInProgress, UsedCrypto } from "./used-crypto.ts";

/**
 * Returns the part of `node:crypto` that is used, with the same results, in JavaScript and Web Crypto. The build puts all of
 * this file and of what it imports into the function: Node, which never calls it, need not run it.
 */
export function portableCrypto(): UsedCrypto {
  return {
    createHash: () => hashOf(sha256.create()),
    createHmac: (_, key) => hashOf(hmac.create(sha256, typeof key === "string" ? bytesOf(key, "utf8") : key)),
    randomUUID: () => crypto.randomUUID(),
    randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
  };
}

interface Running {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

function hashOf(running: Running): HashInProgress {
  const hash: HashInProgress = {
    update(data, encoding = "utf8") {
      running.update(typeof data === "string" ? bytesOf(data, encoding) : data);
      return hash;
    },
    digest(encoding) {
      const bytes = running.digest();
      if (encoding === "hex") return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
      const base64 = toBase64(bytes);
      return encoding === "base64"
        ? base64
        : base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
    },
  };
  return hash;
}

function bytesOf(text: string, encoding: "utf8" | "utf16le"): Uint8Array {
  if (encoding === "utf8") return new TextEncoder().encode(text);
  const bytes = new Uint8Array(text.length * 2);
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    bytes[2 * at] = unit & 0xff;
    bytes[2 * at + 1] = unit >> 8;
  }
  return bytes;
}
