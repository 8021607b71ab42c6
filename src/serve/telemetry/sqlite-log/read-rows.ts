import { openToRead } from "./log-file.ts";
import type { RowFilter } from "./row-filter.ts";
import { rowPages } from "./row-pages.ts";

/** Reads the lines of a log in the order in which they were written, 200 at a time. */
export async function* readRows(file: string, filter: RowFilter): AsyncGenerator<string, void, void> {
  const database = await openToRead(file);
  try {
    const pageAfter = rowPages(database, filter);
    for (let page = pageAfter(0); page !== undefined; page = pageAfter(page.upTo))
      // Anything but a text is refused by what reads the line as JSON.
      for (const line of page.lines) yield line ?? "";
  } finally {
    database.close();
  }
}
