import { nodeCrypto } from "../../plugin/node-crypto.ts";
import { isCount, isTime } from "./read-answers.ts";

/** A session as a store keeps it, without its names. */
export interface StoredSession {
  /** Id that the router which wrote it has for the model, and the model's name. */
  readonly model: string;
  readonly name: string;
  readonly turns: number;
  /** Time of the last answer on the store's clock. */
  readonly lastUsedAt: number;
  readonly cachedTokens: number;
}

const formatVersion = 1;

/** Returns the key of a session: a hash that no other pair of tenant and session has. */
export function sessionKey(tenant: string | undefined, session: string): string {
  // JSON escapes halves of characters, which would all be the same in UTF-8.
  const pair = JSON.stringify([tenant ?? null, session]);
  return `session/${nodeCrypto().createHash("sha256").update(pair).digest("base64url")}`;
}

export function sessionText({ model, name, turns, lastUsedAt, cachedTokens }: StoredSession): string {
  return JSON.stringify({ formatVersion, model, name, turns, lastUsedAt, cachedTokens });
}

/** Reads what a store has: undefined if it is not a session of this version. */
export function readSession(text: string): StoredSession | undefined {
  if (text.length > longest) return undefined;
  try {
    const given: Record<string, unknown> | null = JSON.parse(text);
    const { model, name, turns, lastUsedAt, cachedTokens } = given ?? {};
    if (given?.["formatVersion"] !== formatVersion || typeof model !== "string" || model === "")
      return undefined;
    if (typeof name !== "string" || !isTime(lastUsedAt)) return undefined;
    if (!isCount(turns) || turns < 1 || turns > mostCounted) return undefined;
    if (typeof cachedTokens !== "number" || !(cachedTokens >= 0 && cachedTokens <= mostCounted))
      return undefined;
    return { model, name, turns, lastUsedAt, cachedTokens };
  } catch {
    return undefined;
  }
}

/**
 * Most turns and cached tokens that are believed: no conversation has as many. More would outweigh every answer of this
 * process, or what any model costs.
 */
const mostCounted = 1e9;

/** Longest text that is read, in characters. Ids and names of models are far shorter. */
const longest = 8_192;
