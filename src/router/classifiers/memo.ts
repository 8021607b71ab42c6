import type { LRUCache } from "lru-cache";
import type { RequestFacts } from "../../contracts/index.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";

/**
 * A cache of at most `max` values that drops the least recently used; with 0 it keeps none. Keys are
 * hashes, because a cache must not keep prompts. Each tenant has its own entries, so that the time of an
 * answer does not reveal what another tenant has asked.
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
  // Lengths come first, so that no other list of texts gives the same bytes.
  for (const text of [tenant ?? "", ...texts]) hash.update(`${text.length}:`).update(text, "utf16le");
  return hash.digest("base64");
}
