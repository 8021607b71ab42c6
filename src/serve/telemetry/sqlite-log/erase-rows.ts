import { transaction } from "../../../plugin/sqlite-transaction.ts";
import { openLogFile } from "./log-file.ts";
import { patiently } from "./patiently.ts";
import { conditionOf, type RowFilter } from "./row-filter.ts";

/** Time for which writers are waited for, in milliseconds. */
const patienceMs = 30_000;

/**
 * Removes the rows that fit, and the lines of calls for the same decisions: all or none. What is removed is overwritten,
 * also in the write-ahead log. Returns their number.
 */
export async function eraseRows(
  file: string,
  filter: Pick<RowFilter, "tenants" | "sessions">,
): Promise<number> {
  const database = await openLogFile(file);
  try {
    const { where, values } = conditionOf(filter);
    if (where === "") return 0;
    const fits = where.slice("AND ".length);
    const erase = database.prepare(
      `DELETE FROM lines WHERE (${fits}) OR id IN (SELECT id FROM lines WHERE ${fits})`,
    );
    const { changes } = await patiently(
      patienceMs,
      () =>
        transaction(database, () => erase.run(...values, ...values)) as { readonly changes: number | bigint },
    );
    await patiently(patienceMs, () => {
      const row = database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get() as { readonly busy: number };
      if (row.busy !== 0) throw Object.assign(new Error(`${file} is in use`), { code: "SQLITE_BUSY" });
    });
    return Number(changes);
  } finally {
    database.close();
  }
}
