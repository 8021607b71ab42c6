import { stat } from "node:fs/promises";
import type { Sqlite } from "../../src/plugin/open-sqlite.ts";
import { openToRead } from "../../src/serve/telemetry/sqlite-log/log-file.ts";
import { patiently } from "../../src/serve/telemetry/sqlite-log/patiently.ts";
import { rowPages } from "../../src/serve/telemetry/sqlite-log/row-pages.ts";
import { rowsFromEnd } from "../../src/serve/telemetry/sqlite-log/rows-from-end.ts";
import { type FollowedFile, type FollowOptions, longestLine } from "./follow-file.ts";

/** Time for which writers that hold the file are waited for, in milliseconds. */
const busyMs = 5_000;

/**
 * Opens a SQLite log to follow it by its name, as `followFile` does: by the numbers of its rows, which are used once.
 * Rejects with the error of the system or of SQLite, and with `MissingDependencyError` where there is none.
 */
export async function followRows(
  path: string,
  { mostBytes, onLine, onTooLong }: FollowOptions,
): Promise<FollowedFile> {
  let { ino, dev } = await stat(path);
  let database = await openToRead(path);
  const start = await patiently(busyMs, () => rowsFromEnd(database, mostBytes)).catch((error: unknown) => {
    database.close();
    throw error;
  });
  let { after } = start;

  const drain = async (): Promise<void> => {
    // Another log may have been copied into the file.
    if ((await patiently(busyMs, () => lastNumber(database))) < after) after = 0;
    const pageAfter = rowPages(database, {}, longestLine);
    for (;;) {
      const page = await patiently(busyMs, () => pageAfter(after));
      if (page === undefined) return;
      for (const line of page.lines) {
        if (line === null) onTooLong();
        else onLine(line);
      }
      after = page.upTo;
      // The page is answered meanwhile.
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return {
    skippedBytes: start.skippedBytes,
    async read() {
      const problem = await drain().then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      const named = await stat(path).catch(() => undefined);
      // Between two files there is none for a moment, or an empty one.
      if (named?.isFile() !== true || named.size === 0 || (named.ino === ino && named.dev === dev)) {
        if (problem !== undefined) throw problem.error;
        return;
      }
      // What could not be read of the old one went with it.
      const next = await openToRead(path);
      database.close();
      database = next;
      ({ ino, dev } = named);
      after = 0;
      await drain();
    },
    async close() {
      database.close();
    },
  };
}

/** The largest number that a row has ever had. Not known in a file of a version that did not note it. */
function lastNumber(database: Sqlite): number {
  const noted = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").get();
  if (noted === undefined) return Number.MAX_SAFE_INTEGER;
  const row = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'lines'").get();
  return Number((row as { readonly seq?: unknown } | undefined)?.seq ?? 0);
}
