import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSqlite, type Sqlite } from "../../../src/fleet/store/internal/open-sqlite.ts";
import { SqliteQueue } from "../../../src/fleet/store/internal/sqlite-queue.ts";
import { sqliteStore } from "../../../src/fleet/store/sqlite.ts";
import { withoutSqlite } from "../../support/sqlite.ts";

/** A database that notes its transactions, and is locked for the first `busy` of them. */
function noted(busy = 0) {
  const done: string[] = [];
  let left = busy;
  const database: Sqlite = {
    exec(text) {
      if (text === "BEGIN IMMEDIATE" && left > 0) {
        left -= 1;
        throw Object.assign(new Error("locked"), { errcode: 5 });
      }
      done.push(text.split(" ")[0] as string);
    },
    prepare: () => ({ get: () => undefined, all: () => [], run: () => undefined }),
    close: () => undefined,
  };
  const queue = new SqliteQueue({ database, busyTimeoutMs: 5_000, failed: (cause) => cause });
  const call = (name: string) =>
    queue.run(() => {
      done.push(name);
      return name;
    });
  return { queue, call, done };
}

describe("calls that wait for a SQLite file", () => {
  it("are one transaction, in the order in which they came", async () => {
    const { call, done } = noted();
    expect(await Promise.all(["a", "b", "c"].map(call))).toEqual(["a", "b", "c"]);
    expect(done).toEqual(["BEGIN", "a", "b", "c", "COMMIT"]);
  });

  it("are not overtaken by later ones while the file is locked", async () => {
    const { call, done } = noted(6);
    const first = ["settle 1", "settle 2"].map(call);
    const later = new Promise((resolve) => setTimeout(() => resolve(call("reserve 3")), 2));
    await Promise.all([...first, later]);
    expect(done).toEqual(["BEGIN", "settle 1", "settle 2", "reserve 3", "COMMIT"]);
  });

  it("fail alone if only one of them fails", async () => {
    const { queue, call, done } = noted();
    const outcomes = await Promise.allSettled([
      call("a"),
      queue.run(() => {
        throw new Error("a row that cannot be read");
      }),
      call("b"),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(done.filter((one) => one === "COMMIT")).toHaveLength(2);
  });

  it("are rejected when the store is closed, and later ones too", async () => {
    const { queue, call, done } = noted();
    const waiting = call("a");
    queue.close();
    await expect(waiting).rejects.toThrow("is closed");
    await expect(call("b")).rejects.toThrow("is closed");
    expect(done).not.toContain("a");
  });
});

describe.skipIf(withoutSqlite !== undefined)("a SQLite file with a row that cannot be read", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "switchpoint-row-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("fails the calls of that reservation and no others", async () => {
    const file = join(folder, "row.db");
    const store = await sqliteStore({ file });
    const limits = [{ key: "k", limit: 100 }];
    const reserve = (id: string) => store.quotas.reserve({ id, amount: 1, limits, ttlMs: 60_000 });
    await reserve("broken");
    const other = await openSqlite(file);
    other.exec("UPDATE held SET limits = 'x'");
    other.close();
    const settle = (id: string) => store.quotas.settle({ id, spent: 1, keep: 0, ttlMs: 60_000 });
    const outcomes = await Promise.allSettled([reserve("a"), settle("broken"), reserve("b")]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    await store.close();
  });
});
