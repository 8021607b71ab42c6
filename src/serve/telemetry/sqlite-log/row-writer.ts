import type { Sqlite, SqliteStatement } from "../../../plugin/open-sqlite.ts";
import { transaction } from "../../../plugin/sqlite-transaction.ts";
import type { LineWriter } from "../../../router/log/line-queue.ts";
import type { LogLine } from "../../../router/log/log-line.ts";
import { steadyTime } from "../../../router/log/steady-time.ts";
import { addRow, addRowAgain } from "./add-row.ts";
import { openLogFile } from "./log-file.ts";
import { type Retention, retain } from "./retain.ts";
import { rowOf } from "./row-of.ts";
import { type RowWorker, startRowWorker } from "./row-worker.ts";

interface Open {
  readonly database: Sqlite;
  readonly insert: SqliteStatement;
  readonly insertAgain: SqliteStatement;
}

/** Shortest time between two looks for rows that are too many or too old, in milliseconds. */
const retainEveryMs = 60_000;
/** Longest time for which the end of the log waits for rows to be removed, in milliseconds. */
const lastRetainMs = 5_000;

/**
 * Writes lines to a SQLite file, which is opened at the first of them: by a thread of its own, where there are threads. One
 * that has ended is replaced with the next lines.
 */
export function rowWriter(file: string, retention: Retention): LineWriter<LogLine> {
  const steady = steadyTime({ wall: Date.now, monotonic: () => performance.now() });
  let opening: Promise<Open> | undefined;
  let retainedAt = Number.NEGATIVE_INFINITY;
  let retaining: Promise<unknown> | undefined;
  let worker: RowWorker | undefined;
  /** Undefined: it is not known yet whether threads can load SQLite. */
  let isThreaded: boolean | undefined;
  /** True after a failure: some of the lines that come again may be written. */
  let isAgain = false;
  /** Time until which rows may be removed, of the monotonic clock. */
  let retainUntil = Number.POSITIVE_INFINITY;

  const openOnce = (): Promise<Open> => {
    opening ??= openLogFile(file).then((database) => ({
      database,
      insert: database.prepare(addRow),
      insertAgain: database.prepare(addRowAgain),
    }));
    // Tried again with the next lines.
    opening.catch(() => {
      opening = undefined;
    });
    return opening;
  };
  const retainNow = (database: Sqlite): void => {
    const now = performance.now();
    if (retaining !== undefined || now - retainedAt < retainEveryMs) return;
    retainedAt = now;
    retaining = retain(database, retention, steady(), () => performance.now() > retainUntil)
      // Another process may hold the file, or the disk may be full: the next look comes.
      .catch(() => {})
      .finally(() => {
        retaining = undefined;
      });
  };
  const timer = setInterval(() => {
    void opening?.then(({ database }) => retainNow(database)).catch(() => {});
  }, retainEveryMs);
  timer.unref();

  return {
    async write(lines) {
      try {
        const { database, insert, insertAgain } = await openOnce();
        const rows = lines.map(rowOf);
        if (isThreaded !== false) worker ??= startRowWorker(file);
        if (worker === undefined)
          transaction(database, () => {
            for (const row of rows) (isAgain ? insertAgain : insert).run(...row);
          });
        else {
          await worker.add(rows, isAgain);
          isThreaded = true;
        }
        isAgain = false;
        retainNow(database);
        await new Promise((resolve) => setImmediate(resolve));
        return { written: lines.length };
      } catch (error) {
        isAgain = true;
        // It may find no SQLite, as in a bundle of an application: then this thread goes on by itself.
        if (worker !== undefined && isThreaded === undefined && isNotLoaded(error)) isThreaded = false;
        if (worker?.hasEnded || isThreaded === false) {
          void worker?.close();
          worker = undefined;
        }
        return { written: 0, error };
      }
    },
    async close() {
      retainUntil = performance.now() + lastRetainMs;
      clearInterval(timer);
      const open = await opening?.catch(() => undefined);
      await retaining;
      await worker?.close();
      worker = undefined;
      opening = undefined;
      open?.database.close();
    },
  };
}

/** True for an error that neither SQLite nor a disk that hangs has made: they would hold up this thread, too. */
function isNotLoaded(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return code !== "ETIMEDOUT" && !String(code).includes("SQLITE");
}
