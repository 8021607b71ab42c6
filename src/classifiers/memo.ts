import type { LRUCache } from "lru-cache";
import type { RequestFacts } from "../contracts/index.ts";
import { nodeCrypto } from "../plugin/node-crypto.ts";

/**
 * Remembers at most `max` values, the least recently used is forgotten; `max` 0: none. Keys are hashes:
 * a cache must not keep prompts. Each tenant has entries of its own, so that none can learn by the
 * time of an answer what another has asked.
 */
export interface Memo<T> {
  read(key: string): Promise<T | undefined>;
  write(key: string, value: T): void;
}

export function createMemo<T extends object>(max: number): Memo<T> {
  let cache: LRUCache<string, T> | undefined;
  return {
    async read(key) {
      if (max === 0) return undefined;
      if (cache === undefined) {
        const { LRUCache } = await import("lru-cache");
        cache ??= new LRUCache({ max });
      }
      return cache.get(key);
    },
    write: (key, value) => void cache?.set(key, value),
  };
}

export function memoKey({ tenant }: Pick<RequestFacts, "tenant">, ...texts: readonly string[]): string {
  const hash = nodeCrypto().createHash("sha256");
  // Lengths first: no other texts can be cut to the same bytes.
  for (const text of [tenant ?? "", ...texts]) hash.update(`${text.length}:`).update(text, "utf16le");
  return hash.digest("base64");
}
