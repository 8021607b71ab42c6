import { openSqlite, type Sqlite } from "../../../plugin/open-sqlite.ts";
import { transaction } from "../../../plugin/sqlite-transaction.ts";
import { asWriteAheadLog } from "../../../plugin/write-ahead-log.ts";
import { patiently } from "./patiently.ts";

const formatVersion = 1;
/** Time for which other processes are waited for, in milliseconds. */
const busyMs = 5_000;
/** Marks the file as a decision log: "SPdl". */
const applicationId = 0x5350646c;

/**
 * `at` in milliseconds since the epoch; `line` as in a file of lines, without its line break. No `seq` is used twice, also
 * where the last rows were deleted: who follows a log knows new rows by it.
 */
const schema = `
CREATE TABLE lines (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  model TEXT NOT NULL,
  reason TEXT,
  tenant TEXT,
  session TEXT,
  promptHash TEXT,
  costUsd REAL,
  line TEXT NOT NULL
);
CREATE INDEX lines_id ON lines (id);
CREATE INDEX lines_at ON lines (at);
CREATE INDEX lines_tenant ON lines (tenant) WHERE tenant IS NOT NULL;
CREATE INDEX lines_session ON lines (session) WHERE session IS NOT NULL;
CREATE INDEX lines_promptHash ON lines (promptHash) WHERE promptHash IS NOT NULL;
`;

/**
 * Opens a decision log in a SQLite file, created if it does not exist. Rejects with `MissingDependencyError` where there is
 * no SQLite, and with an error if the file is something else.
 */
export async function openLogFile(file: string): Promise<Sqlite> {
  const database = await openSqlite(file, "sqliteLog()");
  try {
    // The lock of the file waits only briefly: it blocks this thread. What is deleted is overwritten.
    database.exec("PRAGMA busy_timeout = 2; PRAGMA secure_delete = ON;");
    // Before anything of the file changes: it may be another program's.
    if (await patiently(busyMs, () => isEmpty(database, file))) {
      await patiently(busyMs, () => database.exec("PRAGMA auto_vacuum = INCREMENTAL"));
      await asWriteAheadLog(database);
      await patiently(busyMs, () => transaction(database, () => create(database, file)));
    }
    // A log may lose its last moments with the power, but not its order: no flush for each batch.
    database.exec("PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216;");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Opens a decision log that is there, and changes nothing. Rejects as `openLogFile` does, and for an empty file. */
export async function openToRead(file: string): Promise<Sqlite> {
  const database = await openSqlite(file, "sqliteLog()");
  try {
    database.exec("PRAGMA busy_timeout = 2; PRAGMA query_only = ON;");
    if (await patiently(busyMs, () => isEmpty(database, file))) throw notALog(file);
    return database;
  } catch (error) {
    database.close();
    throw isCannotOpen(error) ? noFilesBeside(file, error) : error;
  }
}

/** All that SQLite says is that it cannot open the file, which can be read. */
function noFilesBeside(file: string, cause: unknown): Error {
  const text = `${file} can be read only together with ${file}-wal and ${file}-shm, which SQLite makes: take the right to write to its folder, or copy it with its -wal to one of your own`;
  return new Error(text, { cause });
}

/** True for the codes of a file that cannot be opened (14), or not be written (8). */
function isCannotOpen(error: unknown): boolean {
  const { code, errcode } = (error ?? {}) as { readonly code?: unknown; readonly errcode?: unknown };
  if (typeof errcode === "number") return (errcode & 0xff) === 14 || (errcode & 0xff) === 8;
  return typeof code === "string" && /^SQLITE_(CANTOPEN|READONLY)/.test(code);
}

function notALog(file: string): Error {
  return new Error(`${file} is not a decision log of format version ${formatVersion}`);
}

/** True if the file has nothing in it yet. Throws if it is something else than a decision log. */
function isEmpty(database: Sqlite, file: string): boolean {
  const id = numberOf(database, "application_id");
  const version = numberOf(database, "user_version");
  if (id === applicationId && version === formatVersion) return false;
  if (id === 0 && version === 0 && numberOf(database, "schema_version") === 0) return true;
  throw notALog(file);
}

function create(database: Sqlite, file: string): void {
  // Another process may have done so meanwhile.
  if (!isEmpty(database, file)) return;
  database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${formatVersion};`);
  database.exec(schema);
}

/** Returns the value of a pragma. */
export function numberOf(database: Sqlite, pragma: string): number {
  const row = database.prepare(`PRAGMA ${pragma}`).get() as Readonly<Record<string, unknown>> | undefined;
  return Number(row?.[pragma] ?? 0);
}
