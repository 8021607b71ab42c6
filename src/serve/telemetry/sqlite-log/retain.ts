import type { Sqlite } from "../../../plugin/open-sqlite.ts";
import { transaction } from "../../../plugin/sqlite-transaction.ts";
import { numberOf } from "./log-file.ts";

export interface Retention {
  readonly maxBytes: number;
  readonly keepMs: number;
}

/** Rows that are removed in one step, which holds up this thread for some milliseconds. */
const mostAtOnce = 500;
/** Pages that are given back to the disk in one step. */
const pagesAtOnce = 500;

/**
 * Removes the oldest rows of a file that is too large, and those that are too old. Between steps other work has its turn.
 * Without a time that can be believed none is removed by its age. Returns the number of rows. Once `isEnded` returns true it
 * leaves the rest for later: a process that ends does not wait for it.
 */
export async function retain(
  database: Sqlite,
  retention: Retention,
  now: number | undefined,
  isEnded: () => boolean = () => false,
): Promise<number> {
  const { maxBytes, keepMs } = retention;
  let removed = 0;
  const remove = async (where: string, ...values: number[]): Promise<number> => {
    const statement = database.prepare(`DELETE FROM lines WHERE seq IN (SELECT seq FROM lines ${where})`);
    const { changes } = transaction(database, () => statement.run(...values)) as {
      readonly changes: number | bigint;
    };
    removed += Number(changes);
    await new Promise((resolve) => setImmediate(resolve));
    return Number(changes);
  };
  if (now !== undefined && keepMs < Number.POSITIVE_INFINITY)
    while (!isEnded() && (await remove(`WHERE at < ? ORDER BY at LIMIT ${mostAtOnce}`, now - keepMs)) > 0);
  while (
    !isEnded() &&
    usedBytes(database) > maxBytes &&
    (await remove(`ORDER BY seq LIMIT ${mostAtOnce}`)) > 0
  );
  while (removed > 0 && !isEnded() && numberOf(database, "freelist_count") > 0) {
    const before = numberOf(database, "freelist_count");
    // Not as a statement: `better-sqlite3` refuses to read rows of one that has no columns.
    database.exec(`PRAGMA incremental_vacuum(${pagesAtOnce})`);
    await new Promise((resolve) => setImmediate(resolve));
    if (numberOf(database, "freelist_count") >= before) break;
  }
  return removed;
}

function usedBytes(database: Sqlite): number {
  const pages = numberOf(database, "page_count") - numberOf(database, "freelist_count");
  return pages * numberOf(database, "page_size");
}
