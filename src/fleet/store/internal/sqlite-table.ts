import type { Sqlite, SqliteStatement } from "./open-sqlite.ts";
import type { Held, HeldLimit, Quota, QuotaTable } from "./quota-table.ts";

/** Tables of a SQLite file, used inside a transaction. */
export class SqliteTable implements QuotaTable {
  readonly #statements: Readonly<Record<keyof typeof texts, SqliteStatement>>;

  constructor(database: Sqlite) {
    const prepared = Object.entries(texts).map(([name, text]) => [name, database.prepare(text)]);
    this.#statements = Object.fromEntries(prepared) as Record<keyof typeof texts, SqliteStatement>;
  }

  quota(key: string): Quota | undefined {
    return this.#statements.quota.get(key) as Quota | undefined;
  }

  putQuota(key: string, { used, open, at, refillPerMs, expiresAt }: Quota): void {
    this.#statements.putQuota.run(key, used, open, at, refillPerMs, expiresAt);
    this.#statements.forgetQuotas.run(at);
  }

  held(id: string): Held | undefined {
    const found = this.#statements.held.get(id) as Row | undefined;
    if (found === undefined) return undefined;
    const limits = JSON.parse(found.limits) as StoredLimit[];
    return {
      ...found,
      returns: found.returns === 1,
      limits: limits.map(
        ([key, limit, refillPerMs, windowEndsAt]): HeldLimit => ({
          key,
          limit,
          refillPerMs,
          windowEndsAt: windowEndsAt ?? Number.POSITIVE_INFINITY,
        }),
      ),
    };
  }

  putHeld(id: string, { spent, counted, open, state, returns, ttlMs, dueAt, limits }: Held): void {
    const stored = limits.map(
      ({ key, limit, refillPerMs, windowEndsAt }): StoredLimit => [
        key,
        limit,
        refillPerMs,
        // JSON has no infinity.
        Number.isFinite(windowEndsAt) ? windowEndsAt : null,
      ],
    );
    this.#statements.putHeld.run(
      id,
      spent,
      counted,
      open,
      state,
      returns ? 1 : 0,
      ttlMs,
      dueAt,
      JSON.stringify(stored),
    );
  }

  deleteHeld(id: string): void {
    this.#statements.deleteHeld.run(id);
  }

  due(now: number, most: number): readonly string[] {
    return this.#statements.due.all(now, most).map((row) => (row as { readonly id: string }).id);
  }
}

type StoredLimit = [key: string, limit: number, refillPerMs: number, windowEndsAt: number | null];
type Row = Omit<Held, "returns" | "limits"> & { readonly returns: number; readonly limits: string };

const texts = {
  quota: "SELECT used, open, at, refillPerMs, expiresAt FROM quotas WHERE key = ?",
  putQuota:
    "INSERT OR REPLACE INTO quotas (key, used, open, at, refillPerMs, expiresAt) VALUES (?, ?, ?, ?, ?, ?)",
  forgetQuotas:
    "DELETE FROM quotas WHERE rowid IN (SELECT rowid FROM quotas WHERE expiresAt <= ? ORDER BY expiresAt LIMIT 2)",
  held: "SELECT spent, counted, open, state, returns, ttlMs, dueAt, limits FROM held WHERE id = ?",
  putHeld:
    "INSERT OR REPLACE INTO held (id, spent, counted, open, state, returns, ttlMs, dueAt, limits) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
  deleteHeld: "DELETE FROM held WHERE id = ?",
  due: "SELECT id FROM held WHERE dueAt <= ? ORDER BY dueAt LIMIT ?",
} as const;

/** Amounts are REAL: a sum may pass 2^53, and numbers come back as they went in. */
export const schema = `
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS quotas (
  key TEXT PRIMARY KEY, used REAL NOT NULL, open REAL NOT NULL, at REAL NOT NULL,
  refillPerMs REAL NOT NULL, expiresAt REAL NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS quotasByExpiry ON quotas (expiresAt);
CREATE TABLE IF NOT EXISTS held (
  id TEXT PRIMARY KEY, spent REAL NOT NULL, counted REAL NOT NULL, open REAL NOT NULL, state TEXT NOT NULL,
  returns INTEGER NOT NULL, ttlMs REAL NOT NULL, dueAt REAL NOT NULL, limits TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS heldByTime ON held (dueAt);
CREATE TABLE IF NOT EXISTS entries (
  key TEXT PRIMARY KEY, value TEXT NOT NULL, version TEXT NOT NULL, expiresAt REAL NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS entriesByExpiry ON entries (expiresAt);`;
