import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSqlite } from "../../../src/fleet/store/internal/open-sqlite.ts";
import { sqliteStore } from "../../../src/fleet/store/sqlite.ts";
import { withoutSqlite } from "../../support/sqlite.ts";

describe.skipIf(withoutSqlite !== undefined)("a SQLite file that another process has to itself", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "switchpoint-locked-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Locks a file as a process does that restores it after another was killed. */
  async function lock(file: string): Promise<{ close(): unknown }> {
    await (await sqliteStore({ file })).close();
    const other = await openSqlite(file);
    other.exec(
      "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS own (a); COMMIT;",
    );
    return other;
  }

  it("is opened once it is free", async () => {
    const file = join(folder, "free.db");
    const other = await lock(file);
    const opening = sqliteStore({ file, busyTimeoutMs: 20_000 });
    await sleep(50);
    other.close();
    const store = await opening;
    expect(await store.quotas.read(["a"])).toEqual([{ used: 0, open: 0 }]);
    await store.close();
  });

  it("is refused with an error that says so after the time given", async () => {
    const file = join(folder, "held.db");
    const other = await lock(file);
    await expect(sqliteStore({ file, busyTimeoutMs: 30 })).rejects.toMatchObject({
      name: "StoreError",
      problem: "busy",
    });
    other.close();
  });
});
