import { MissingDependencyError } from "../../../contracts/index.ts";
import { nodeBuiltin } from "../../../plugin/node-builtin.ts";

/** Part that is used of a database of `node:sqlite` or `better-sqlite3`. */
export interface Sqlite {
  exec(text: string): unknown;
  prepare(text: string): SqliteStatement;
  close(): unknown;
}

export interface SqliteStatement {
  get(...values: (string | number | null)[]): unknown;
  all(...values: (string | number | null)[]): readonly unknown[];
  run(...values: (string | number | null)[]): unknown;
}

/**
 * Opens a file by `node:sqlite` where this Node.js has it (from 22.13 on), else by `better-sqlite3`. Rejects with
 * `MissingDependencyError` if there is neither.
 */
export async function openSqlite(file: string): Promise<Sqlite> {
  const builtIn = builtInSqlite();
  if (builtIn !== undefined) return new builtIn.DatabaseSync(file);
  return new (await loadPackage()).default(file);
}

async function loadPackage(): Promise<{ readonly default: new (file: string) => Sqlite }> {
  const name = "better-sqlite3";
  try {
    return (await import(name)) as Awaited<ReturnType<typeof loadPackage>>;
  } catch (cause) {
    const neededBy = "sqliteStore() on a Node.js without node:sqlite (before 22.13)";
    throw new MissingDependencyError(name, neededBy, { cause });
  }
}

function builtInSqlite(): { readonly DatabaseSync: new (file: string) => Sqlite } | undefined {
  return nodeBuiltin("node:sqlite") as ReturnType<typeof builtInSqlite>;
}

/** True for an error that says that another process has locked the file. */
export function isBusy(error: unknown): boolean {
  const { code, errcode } = (error ?? {}) as { readonly code?: unknown; readonly errcode?: unknown };
  // Primary codes 5 (busy) and 6 (locked), with extensions in the upper bits.
  if (typeof errcode === "number") return (errcode & 0xff) === 5 || (errcode & 0xff) === 6;
  return typeof code === "string" && /^SQLITE_(BUSY|LOCKED)/.test(code);
}
