import type { Sqlite, SqliteStatement } from "../../plugin/open-sqlite.ts";
import { transaction } from "../../plugin/sqlite-transaction.ts";
import type { LineWriter } from "../log/line-queue.ts";
import type { LogLine } from "../log/log-line.ts";
import { steadyTime } from "../log/steady-time.ts";
import { openLogFile } from "./log-file.ts";
import { type Retention, retain } from "./retain.ts";

interface Open {
  readonly database: Sqlite;
  readonly insert: SqliteStatement;
}

/** Shortest time between two looks for rows that are too many or too old, in milliseconds. */
const retainEveryMs = 60_000;

/** Writes lines to a SQLite file, which is opened at the first of them. */
export function rowWriter(file: string, retention: Retention): LineWriter<LogLine> {
  const steady = steadyTime({ wall: Date.now, monotonic: () => performance.now() });
  let opening: Promise<Open> | undefined;
  let retainedAt = Number.NEGATIVE_INFINITY;
  let retaining: Promise<unknown> | undefined;

  const openOnce = (): Promise<Open> => {
    opening ??= openLogFile(file).then((database) => ({
      database,
      insert: database.prepare(
        "INSERT INTO lines (id, at, model, reason, tenant, session, promptHash, costUsd, line) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      ),
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
    retaining = retain(database, retention, steady())
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
        const { database, insert } = await openOnce();
        transaction(database, () => {
          for (const line of lines) insert.run(...rowOf(line));
        });
        retainNow(database);
        await new Promise((resolve) => setImmediate(resolve));
        return { written: lines.length };
      } catch (error) {
        return { written: 0, error };
      }
    },
    async close() {
      clearInterval(timer);
      const open = await opening?.catch(() => undefined);
      await retaining;
      opening = undefined;
      open?.database.close();
    },
  };
}

function rowOf(line: LogLine): (string | number | null)[] {
  const { id, model, reason = null, tenant = null, session = null, promptHash = null, costUsd } = line;
  const at = Date.parse(line.at);
  return [
    id,
    Number.isFinite(at) ? at : 0,
    model,
    reason,
    tenant,
    session,
    promptHash,
    costUsd !== undefined && Number.isFinite(costUsd) ? costUsd : null,
    line.text.slice(0, -1),
  ];
}
