import type { Sqlite } from "./open-sqlite.ts";

/** Runs work in a transaction. Throws what it throws, and then nothing was written. */
export function transaction<T>(database: Sqlite, work: () => T): T {
  // A lock for writing from the start: one that is raised later may fail half-way.
  database.exec("BEGIN IMMEDIATE");
  let result: T;
  try {
    result = work();
    database.exec("COMMIT");
  } catch (error) {
    try {
      database.exec("ROLLBACK");
    } catch {
      // It has ended by itself, for instance because the disk is full.
    }
    throw error;
  }
  return result;
}
