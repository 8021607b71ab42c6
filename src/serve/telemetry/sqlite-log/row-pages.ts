import type { Sqlite } from "../../../plugin/open-sqlite.ts";
import { conditionOf, type RowFilter } from "./row-filter.ts";

/** Rows that are read in one step. */
export interface RowPage {
  /** A line that is longer than it may be is null. */
  readonly lines: readonly (string | null)[];
  /** The number that the next page comes after. */
  readonly upTo: number;
}

const mostRows = 200;
/** Length of the lines of a page, in bytes; one line may be longer. */
const mostBytes = 1_000_000;

/**
 * Returns a function that reads the rows after a number, in the order in which they were written: 200 at most, and a
 * megabyte. Undefined if there are none. `longest` is the length in bytes beyond which a line is left out.
 */
export function rowPages(
  database: Sqlite,
  filter: RowFilter,
  longest: number = Number.MAX_SAFE_INTEGER,
): (after: number) => RowPage | undefined {
  const { where, values } = conditionOf(filter);
  // SQLite knows the length without reading the text.
  const sizes = database.prepare(
    `SELECT seq, octet_length(line) AS bytes FROM lines WHERE seq > ? ${where} ORDER BY seq LIMIT ${mostRows}`,
  );
  const texts = database.prepare(
    `SELECT iif(octet_length(line) > ?, NULL, line) AS line FROM lines WHERE seq > ? AND seq <= ? ${where} ORDER BY seq`,
  );
  return (after) => {
    let upTo: number | undefined;
    let sum = 0;
    for (const { seq, bytes } of sizes.all(after, ...values) as readonly Size[]) {
      const own = bytes > longest ? 0 : bytes;
      if (upTo !== undefined && sum + own > mostBytes) break;
      sum += own;
      upTo = seq;
    }
    if (upTo === undefined) return undefined;
    const rows = texts.all(longest, after, upTo, ...values) as readonly { readonly line: unknown }[];
    return { lines: rows.map(({ line }) => (typeof line === "string" ? line : null)), upTo };
  };
}

interface Size {
  readonly seq: number;
  readonly bytes: number;
}
