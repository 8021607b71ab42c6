import { wait } from "../../../plugin/wait.ts";
import { isBusy, type Sqlite } from "./open-sqlite.ts";

/** Readers and one writer do not wait for each other then. Another process may be doing the same. */
export async function asWriteAheadLog(database: Sqlite): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (!isBusy(error)) throw error;
      await wait(1 + Math.random() * 20, undefined);
    }
  }
}
