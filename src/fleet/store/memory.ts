import type { Store, StoreEntry, StoreWrite } from "../../contracts/index.ts";
import { type OptionTable, readOptions } from "../../plugin/index.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";
import { checkedQuotas, checkedRecords } from "./internal/check-calls.ts";
import { storeFormatVersion } from "./internal/format-version.ts";
import { MemoryTable } from "./internal/memory-table.ts";
import { readQuota, reserve, resetQuota, settle } from "./internal/quota-rules.ts";

export interface MemoryStoreOptions {
  /** Returns milliseconds since the epoch. Default: the system's time, which is not let run back. */
  readonly now?: (() => number) | undefined;
}

export const memoryStoreOptions: OptionTable<MemoryStoreOptions, "now"> = {
  now: { is: "function", optional: true },
};

/** Creates a store in the memory of this process: for one process, and for tests. Throws `InvalidOptionError`. */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  const { now = Date.now } = readOptions("memoryStore", memoryStoreOptions, options);
  const table = new MemoryTable();
  const entries = new Map<string, StoreEntry & { readonly expiresAt: number }>();
  const epoch = nodeCrypto().randomUUID();
  let last = 0;
  const time = (): number => {
    last = Math.max(last, Math.floor(now()));
    return last;
  };
  const entryOf = (key: string): StoreEntry | undefined => {
    const found = entries.get(key);
    if (found === undefined || found.expiresAt > time()) return found;
    entries.delete(key);
    return undefined;
  };
  let looked: IterableIterator<string> | undefined;
  /** Looks at two more entries, so that those that are not asked for are forgotten, too. */
  const forget = (): void => {
    for (let count = 0; count < 2; count += 1) {
      looked ??= entries.keys();
      const { value, done } = looked.next();
      if (done || value === undefined) looked = undefined;
      else entryOf(value);
    }
  };
  const write = ({ key, value, ttlMs }: StoreWrite): string => {
    const version = nodeCrypto().randomUUID();
    if (value === undefined) entries.delete(key);
    else entries.set(key, { value, version, expiresAt: time() + ttlMs });
    return version;
  };

  return {
    name: "memory",
    quotas: checkedQuotas({
      reserve: async (of) => reserve(table, of, time()),
      settle: async (of) => settle(table, of, time()),
      read: async (keys) => keys.map((key) => readQuota(table, key, time())),
      reset: async (key, used) => resetQuota(table, key, used, time()),
    }),
    records: checkedRecords({
      get: async (keys) =>
        keys.map((key) => {
          const entry = entryOf(key);
          return entry && { value: entry.value, version: entry.version };
        }),
      async put(writes) {
        forget();
        for (const { key, expect } of writes)
          if (expect !== "any" && expect !== (entryOf(key)?.version ?? "none")) return { conflict: key };
        return { versions: writes.map(write) };
      },
    }),
    status: async () => ({ epoch, nowMs: time(), formatVersion: storeFormatVersion }),
    async close() {},
  };
}
