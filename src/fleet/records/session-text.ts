import { readState, type StateTable } from "../../plugin/index.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";
import { lastTime } from "./read-answers.ts";

/** A session as a store keeps it, without its names. */
export interface StoredSession {
  readonly formatVersion: typeof formatVersion;
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

export function sessionText(session: Omit<StoredSession, "formatVersion">): string {
  const { model, name, turns, lastUsedAt, cachedTokens } = session;
  return JSON.stringify({ formatVersion, model, name, turns, lastUsedAt, cachedTokens });
}

/** Reads what a store has: undefined if it is not a session of this version. */
export function readSession(text: string): StoredSession | undefined {
  if (text.length > longest) return undefined;
  try {
    return readState<StoredSession>("session", sessionState, JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * Most turns and cached tokens that are believed: no conversation has as many. More would outweigh every answer of this
 * process, or what any model costs.
 */
const mostCounted = 1e9;

const sessionState: StateTable<StoredSession> = {
  formatVersion: { is: "choice", of: [formatVersion] },
  model: { is: "text" },
  name: { is: "text", empty: true },
  turns: { is: "number", min: 1, max: mostCounted, integer: true },
  lastUsedAt: { is: "number", min: 0, max: lastTime },
  cachedTokens: { is: "number", min: 0, max: mostCounted },
};

/** Longest text that is read, in characters. Ids and names of models are far shorter. */
const longest = 8_192;
