import { InvalidOptionError, notShown } from "../../contracts/index.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";

/** A key of hashes, or a function that returns the one that is used from now on. */
export type HashKey = string | (() => string);

type Key = string | Uint8Array;

/** Returns the id of a key: 8 hex digits that tell keys apart and do not show them. */
export function hashKeyId(key: Key): string {
  // The same for nearly every line, and a hash costs as much as the rest of it.
  if (key !== lastKey) {
    lastId = hmac(key, "switchpoint hash key").slice(0, 8);
    lastKey = key;
  }
  return lastId;
}

let lastKey: Key | undefined;
let lastId = "";

/** Returns the keyed hash of a prompt: HMAC-SHA-256, 32 hex digits. */
export function promptHash(key: Key, prompt: string): string {
  return hmac(key, prompt).slice(0, 32);
}

/**
 * Returns the substitute of a value in a record: `hmac:<id of the key>:<32 hex digits>`. `field` is part of what
 * is hashed, so that a session and a tenant of one name have nothing in common.
 */
export function hiddenValue(key: Key, field: string, value: string): string {
  return `hmac:${hashKeyId(key)}:${hmac(key, `${field}\0${value}`).slice(0, 32)}`;
}

function hmac(key: Key, text: string): string {
  return nodeCrypto().createHmac("sha256", key).update(text).digest("hex");
}

/**
 * Returns a function that returns the key of the moment. Without a key it is random, once. A function that throws or
 * returns something else leaves the last good one in use.
 */
export function keySource(option: string, given: HashKey | undefined): () => Key {
  if (given === "" || (given !== undefined && typeof given !== "string" && typeof given !== "function"))
    // Not shown: it is a secret.
    throw new InvalidOptionError(
      option,
      given === "" ? given : notShown,
      "a non-empty string, or a function",
    );
  let last: Key | undefined = typeof given === "string" ? given : undefined;
  if (typeof given !== "function") {
    return () => {
      last ??= nodeCrypto().randomBytes(32);
      return last;
    };
  }
  return () => {
    try {
      const key: unknown = given();
      if (typeof key === "string" && key !== "") last = key;
    } catch {
      // The log goes on with what it has.
    }
    last ??= nodeCrypto().randomBytes(32);
    return last;
  };
}
