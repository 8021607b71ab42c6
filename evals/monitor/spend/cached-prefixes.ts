import type { SpendRequest } from "./spend-request.ts";

export interface CacheRules {
  /** Time that a provider keeps a prompt, from its last use, in milliseconds. */
  readonly ttlMs: number;
  /** Smallest prefix that is cached, in tokens. */
  readonly smallestTokens: number;
}

/** Rules that hold for the large providers' models by default: five minutes at least, from 1,024 tokens on. */
export const usualCache: CacheRules = { ttlMs: 300_000, smallestTokens: 1_024 };

/** Content of the large model's cache for each request, if every turn of its conversation had gone there. */
export interface CachedPrefixes {
  /** Tokens of the input that the turn before has put into the cache; 0 for a first turn. */
  readonly tokens: Float64Array;
  /** 1 if the turn before was answered by the large model too: what its provider then reports is the truth. */
  readonly followsLarge: Uint8Array;
}

/** Turns back in which a prompt is looked for: an agent puts a title or a check of its own between two turns of a conversation. */
const turnsBack = 8;

/**
 * A turn begins with the prompt and the answer of a turn before it: of the last ones the one that gives most. They are still cached if
 * that one was answered at most `ttlMs` ago, from `smallestTokens` on. `inputTokens` are as the large model counts them.
 */
export function cachedPrefixes(
  requests: readonly SpendRequest[],
  inputTokens: Float64Array,
  { ttlMs, smallestTokens }: CacheRules,
): CachedPrefixes {
  const tokens = new Float64Array(requests.length);
  const followsLarge = new Uint8Array(requests.length);
  const conversations = new Map<string, number[]>();
  requests.forEach(({ decision, failed }, index) => {
    const { session, tenant } = decision.request;
    if (session === undefined || failed) return;
    const key = JSON.stringify([tenant ?? "", session]);
    const turns = conversations.get(key);
    if (turns === undefined) conversations.set(key, [index]);
    else turns.push(index);
  });
  const at = (index: number): SpendRequest => requests[index] as SpendRequest;
  for (const turns of conversations.values()) {
    turns.sort((a, b) => at(a).at - at(b).at);
    for (let turn = 1; turn < turns.length; turn += 1) {
      const now = turns[turn] as number;
      for (const before of turns.slice(Math.max(0, turn - turnsBack), turn).reverse()) {
        if (at(now).at - at(before).answeredAt > ttlMs) continue;
        const held = (inputTokens[before] as number) + at(before).answerTokens;
        const prefix = Math.min(inputTokens[now] as number, held);
        if (prefix < smallestTokens || prefix <= (tokens[now] as number)) continue;
        tokens[now] = prefix;
        followsLarge[now] = at(before).large === undefined ? 0 : 1;
      }
    }
  }
  return { tokens, followsLarge };
}
