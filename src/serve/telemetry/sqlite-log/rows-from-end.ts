import type { Sqlite } from "../../../plugin/open-sqlite.ts";
import { numberOf } from "./log-file.ts";

const rowsAtOnce = 1_000;

/**
 * Finds the last rows of a log whose lines have at most `mostBytes` together; one row at least. Returns the number that they
 * come after, and about how many bytes of the file come earlier.
 */
export function rowsFromEnd(
  database: Sqlite,
  mostBytes: number,
): { readonly after: number; readonly skippedBytes: number } {
  const sizes = database.prepare(
    `SELECT seq, octet_length(line) AS bytes FROM lines WHERE seq < ? ORDER BY seq DESC LIMIT ${rowsAtOnce}`,
  );
  let first = Number.MAX_SAFE_INTEGER;
  let sum = 0;
  for (;;) {
    const rows = sizes.all(first) as readonly { readonly seq: number; readonly bytes: number }[];
    for (const { seq, bytes } of rows) {
      if (sum > 0 && sum + bytes > mostBytes) {
        const size = numberOf(database, "page_count") * numberOf(database, "page_size");
        return { after: seq, skippedBytes: Math.max(bytes, size - sum) };
      }
      sum += bytes;
      first = seq;
    }
    if (rows.length < rowsAtOnce) return { after: 0, skippedBytes: 0 };
  }
}
