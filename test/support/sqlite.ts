import { openSqlite } from "../../src/fleet/store/internal/open-sqlite.ts";

/** Reason why tests of SQLite are skipped; undefined if they can run. */
export const withoutSqlite: string | undefined = await openSqlite(":memory:").then(
  (database) => {
    database.close();
    return undefined;
  },
  () => "neither node:sqlite (Node.js 22.13) nor better-sqlite3 is here",
);
