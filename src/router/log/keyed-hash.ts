import { InvalidOptionError, notShown } from "../../contracts/index.ts";
import { hmacUnder } from "../../plugin/hmac.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";

/** A key of hashes, or a function that returns the one that is used from now on. */
export type HashKey = string | (() => string);

type Key = string | Uint8Array;

/** Parts that are computed once for a key. */
interface Prepared {
  readonly id: string;
  readonly hmac: (text: string) => string;
  /** Substitutes of the last values. */
  readonly hidden: Map<string, string>;
}

/** Keys in use at a time: one a log, and the old ones of a search. */
const mostKeys = 8;
/** Values of a key whose substitutes are kept, and the longest of them in characters: tenants and sessions come again. */
const mostHidden = 2_000;
const longestHidden = 256;
const prepared = new Map<Key, Prepared>();

function prepare(key: Key): Prepared {
  const known = prepared.get(key);
  if (known !== undefined) return known;
  const hmac = hmacUnder(key);
  const made = { id: hmac("switchpoint hash key").slice(0, 8), hmac, hidden: new Map<string, string>() };
  if (prepared.size >= mostKeys) prepared.delete(prepared.keys().next().value as Key);
  prepared.set(key, made);
  return made;
}

/** Returns the id of a key: 8 hex digits that tell keys apart and do not show them. */
export function hashKeyId(key: Key): string {
  return prepare(key).id;
}

/** Returns the keyed hash of a prompt: HMAC-SHA-256, 32 hex digits. */
export function promptHash(key: Key, prompt: string): string {
  return prepare(key).hmac(prompt).slice(0, 32);
}

/**
 * Returns the substitute of a value in a record: `hmac:<id of the key>:<32 hex digits>`. `field` is part of what
 * is hashed, so that a session and a tenant of one name have nothing in common.
 */
export function hiddenValue(key: Key, field: string, value: string): string {
  const { id, hmac, hidden } = prepare(key);
  const text = `${field}\0${value}`;
  const known = hidden.get(text);
  if (known !== undefined) return known;
  const substitute = `hmac:${id}:${hmac(text).slice(0, 32)}`;
  if (text.length > longestHidden) return substitute;
  // All at once: of a million tenants hardly one comes again, and to drop the oldest each time takes longer than a hash.
  if (hidden.size >= mostHidden) hidden.clear();
  hidden.set(text, substitute);
  return substitute;
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
