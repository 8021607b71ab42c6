import { type Store, type StoreEntry, StoreError } from "../../contracts/index.ts";
import { type OptionTable, readOptions } from "../../plugin/index.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";
import { wait } from "../../plugin/wait.ts";
import { checkedQuotas, checkedRecords } from "./internal/check-calls.ts";
import { checkFormat, storeFormatVersion } from "./internal/format-version.ts";
import { isBusy, openSqlite, type Sqlite } from "./internal/open-sqlite.ts";
import { readQuota, reserve, resetQuota, settle } from "./internal/quota-rules.ts";
import { SqliteQueue } from "./internal/sqlite-queue.ts";
import { SqliteTable, schema } from "./internal/sqlite-table.ts";
import { transaction } from "./internal/sqlite-transaction.ts";
import { asWriteAheadLog } from "./internal/write-ahead-log.ts";

export interface SqliteStoreOptions {
  /** File, created if it does not exist. All processes that share it run on one machine. */
  readonly file: string;
  /** Milliseconds to wait while other processes hold the file, in [0, 60,000]. Default 2,000. */
  readonly busyTimeoutMs?: number | undefined;
  /** Returns the time in place of the machine's, in milliseconds since the epoch; for tests. */
  readonly now?: (() => number) | undefined;
}

export const sqliteStoreOptions: OptionTable<SqliteStoreOptions, "now"> = {
  file: { is: "text" },
  busyTimeoutMs: { is: "number", min: 0, max: 60_000, default: 2_000 },
  now: { is: "function", optional: true },
};

/**
 * Creates a store in a SQLite file, for several processes on one machine. It survives restarts, and what was
 * written survives a loss of power. Calls that wait at once are one transaction, of some microseconds each on this
 * thread, and of the time of a flush to the disk. Rejects with `MissingDependencyError` where there is no SQLite, with `StoreError` if the
 * file cannot be opened or has another format.
 */
export async function sqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const {
    file,
    busyTimeoutMs,
    now: time = Date.now,
  } = readOptions("sqliteStore", sqliteStoreOptions, options);
  const name = "sqlite";
  const opened = await openSqlite(file).catch((cause: unknown) => {
    throw typeof cause === "object" && cause !== null && "dependency" in cause ? cause : failed(cause);
  });
  /** Runs work. While another process holds the file it tries again, without blocking this one. */
  const patiently = async <T>(work: () => T): Promise<T> => {
    const until = performance.now() + busyTimeoutMs;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return work();
      } catch (error) {
        if (!isBusy(error)) throw failed(error);
        if (performance.now() >= until)
          throw new StoreError(name, "busy", `was locked by other processes for ${busyTimeoutMs} ms`, {
            cause: error,
          });
        await wait(1 + Math.random() * Math.min(20, 2 ** attempt), undefined);
      }
    }
  };
  let statements: ReturnType<typeof statementsOf>;
  try {
    // The lock of the file itself waits only briefly: it blocks this thread. Even these fail while another process
    // restores the file after one that was killed.
    await patiently(() => opened.exec("PRAGMA busy_timeout = 2; PRAGMA synchronous = FULL;"));
    const prepare = (): void => {
      opened.exec(schema);
      const set = opened.prepare("INSERT OR IGNORE INTO meta (name, value) VALUES (?, ?)");
      set.run("formatVersion", String(storeFormatVersion));
      set.run("epoch", nodeCrypto().randomUUID());
      checkFormat(name, Number(metaOf(opened, "formatVersion")));
    };
    await patiently(() => transaction(opened, prepare));
    await asWriteAheadLog(opened);
    statements = await patiently(() => statementsOf(opened));
  } catch (error) {
    opened.close();
    throw error;
  }
  const { table, entry, putEntry, deleteEntry, forgetEntries } = statements;
  const entryOf = (key: string, now: number): StoreEntry | undefined => {
    const found = entry.get(key, now) as StoreEntry | undefined;
    return found && { value: found.value, version: found.version };
  };
  let closed = false;
  const queue = new SqliteQueue({ database: opened, busyTimeoutMs, failed });
  const inTurn = <T>(work: (now: number) => T): Promise<T> => queue.run(() => work(Math.floor(time())));

  return {
    name,
    quotas: checkedQuotas({
      reserve: (of) => inTurn((now) => reserve(table, of, now)),
      settle: (of) => inTurn((now) => settle(table, of, now)),
      read: (keys) => inTurn((now) => keys.map((key) => readQuota(table, key, now))),
      reset: (key, used) => inTurn((now) => resetQuota(table, key, used, now)),
    }),
    records: checkedRecords({
      get: (keys) => inTurn((now) => keys.map((key) => entryOf(key, now))),
      put: (writes) =>
        inTurn((now) => {
          forgetEntries.run(now);
          for (const { key, expect } of writes)
            if (expect !== "any" && expect !== (entryOf(key, now)?.version ?? "none"))
              return { conflict: key };
          const versions = writes.map(({ key, value, ttlMs }) => {
            const version = nodeCrypto().randomUUID();
            if (value === undefined) deleteEntry.run(key);
            else putEntry.run(key, value, version, now + ttlMs);
            return version;
          });
          return { versions };
        }),
    }),
    status: () =>
      inTurn((now) => ({
        epoch: metaOf(opened, "epoch"),
        nowMs: now,
        formatVersion: Number(metaOf(opened, "formatVersion")),
      })),
    async close() {
      if (closed) return;
      closed = true;
      queue.close();
      opened.close();
    },
  };

  function failed(cause: unknown): unknown {
    if (cause instanceof StoreError) return cause;
    const said = cause instanceof Error ? cause.message : "an unknown error";
    return new StoreError(name, "failed", `cannot be used: ${said}`, { cause });
  }
}

function statementsOf(database: Sqlite) {
  return {
    table: new SqliteTable(database),
    entry: database.prepare("SELECT value, version FROM entries WHERE key = ? AND expiresAt > ?"),
    putEntry: database.prepare(
      "INSERT OR REPLACE INTO entries (key, value, version, expiresAt) VALUES (?, ?, ?, ?)",
    ),
    deleteEntry: database.prepare("DELETE FROM entries WHERE key = ?"),
    forgetEntries: database.prepare(
      "DELETE FROM entries WHERE key IN (SELECT key FROM entries WHERE expiresAt <= ? ORDER BY expiresAt LIMIT 4)",
    ),
  };
}

function metaOf(database: Sqlite, name: string): string {
  const row = database.prepare("SELECT value FROM meta WHERE name = ?").get(name) as
    | { readonly value: string }
    | undefined;
  return row?.value ?? "";
}
