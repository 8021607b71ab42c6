import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FollowedFile } from "../../../cli/watch/follow-file.ts";
import { followLog } from "../../../cli/watch/follow-log.ts";
import { openSqlite } from "../../../src/plugin/open-sqlite.ts";
import { addRow } from "../../../src/serve/telemetry/sqlite-log/add-row.ts";
import { openLogFile } from "../../../src/serve/telemetry/sqlite-log/log-file.ts";
import { withoutSqlite } from "../../support/sqlite.ts";

let folder: string;
let path: string;
let followed: FollowedFile | undefined;
let lines: string[];
let tooLong: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchpoint-follow-"));
  path = join(folder, "log.db");
  lines = [];
  tooLong = 0;
});
afterEach(async () => {
  await followed?.close();
  followed = undefined;
  await rm(folder, { recursive: true });
});

/** Adds rows with these lines to a log. */
async function write(...texts: readonly (string | null)[]): Promise<void> {
  const database = await openLogFile(path);
  const insert = database.prepare(addRow);
  for (const text of texts) insert.run("id", 1, "small", null, null, null, null, null, text);
  database.close();
}

async function change(text: string): Promise<void> {
  const database = await openLogFile(path);
  database.exec(text);
  database.close();
}

/** Gives the log another name, with the files that SQLite has beside it. */
async function putAside(): Promise<void> {
  for (const end of ["", "-wal", "-shm"]) await rename(path + end, `${path}.1${end}`).catch(() => {});
}

async function follow(mostBytes = 1_000_000): Promise<FollowedFile> {
  followed = await followLog(path, {
    mostBytes,
    onLine: (line) => lines.push(line),
    onTooLong: () => {
      tooLong += 1;
    },
  });
  await followed.read();
  return followed;
}

const numbered = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => `line ${from + at}`);

describe.skipIf(withoutSqlite !== undefined)("a SQLite log that is followed", () => {
  it("gives each line once, in order, whatever their number", async () => {
    await write(...numbered(0, 450));
    const file = await follow();
    expect(lines).toEqual(numbered(0, 450));
    await file.read();
    await write(...numbered(450, 201));
    await file.read();
    await file.read();
    expect(lines).toEqual(numbered(0, 651));
    expect(file.skippedBytes).toBe(0);
  });

  it("goes on after its newest rows, or all, were deleted: no number is used twice", async () => {
    await write("one", "two", "three");
    const file = await follow();
    await change("DELETE FROM lines WHERE line <> 'one'");
    await write("four");
    await file.read();
    expect(lines).toEqual(["one", "two", "three", "four"]);
    await change("DELETE FROM lines");
    await file.read();
    await write("five");
    await file.read();
    expect(lines.slice(4)).toEqual(["five"]);
  });

  it("is read from a part of its end on", async () => {
    await write(...numbered(0, 3_000), "x".repeat(600), "y".repeat(600));
    const file = await follow(1_000);
    expect(lines).toEqual(["y".repeat(600)]);
    expect(file.skippedBytes).toBeGreaterThan(30_000);
    lines = [];
    await followed?.close();
    await follow(10);
    expect(lines).toEqual(["y".repeat(600)]);
    lines = [];
    await followed?.close();
    await follow(1_000 * "line 1000".length + 1_200);
    expect(lines).toEqual([...numbered(2_000, 1_000), "x".repeat(600), "y".repeat(600)]);
  });

  it("is read to its end when another takes its place, and that from its start", async () => {
    await write("one");
    const file = await follow();
    await write("two");
    await putAside();
    await file.read();
    await writeFile(path, "");
    await file.read();
    await write("three");
    await file.read();
    await write("four");
    await file.read();
    expect(lines).toEqual(["one", "two", "three", "four"]);
  });

  it("says that another program's database stands in its place, and goes on when a log does", async () => {
    await write("one");
    const file = await follow();
    await rename(path, `${path}.1`);
    const other = await openSqlite(path);
    other.exec("CREATE TABLE theirs (x)");
    other.close();
    await expect(file.read()).rejects.toThrow("is not a decision log of format version 1");
    await rm(path);
    await write("two");
    await file.read();
    expect(lines).toEqual(["one", "two"]);
  });

  it("is followed although it was empty until its writer began, and so is one of lines in its place", async () => {
    await writeFile(path, "");
    const file = await follow();
    await write("one");
    await file.read();
    await write("two");
    await file.read();
    expect(lines).toEqual(["one", "two"]);
    await putAside();
    await writeFile(path, "three\n");
    await file.read();
    await writeFile(path, "four\n", { flag: "a" });
    await file.read();
    expect(lines.slice(2)).toEqual(["three", "four"]);
  });

  it("that cannot be read any more is let go of when another takes its place", async () => {
    await write("one");
    const file = await follow();
    await change("DROP TABLE lines");
    await expect(file.read()).rejects.toThrow("no such table: lines");
    await putAside();
    await write("two");
    await file.read();
    expect(lines).toEqual(["one", "two"]);
  });

  it("says what to do where SQLite cannot have its files beside it", async () => {
    await write("one");
    await mkdir(`${path}-wal`);
    await expect(follow()).rejects.toThrow("take the right to write to its folder, or copy it");
  });

  it("is read again from its begin when a younger log was restored into the file", async () => {
    await write(...numbered(0, 10));
    const file = await follow();
    lines = [];
    await change("DELETE FROM lines; UPDATE sqlite_sequence SET seq = 0");
    await write("young");
    await file.read();
    await file.read();
    expect(lines).toEqual(["young"]);
  });

  it("leaves out a line of more than 16 MB, and one that is no text", async () => {
    await write("one", "x".repeat(17 * 1_048_576), "two");
    await change("INSERT INTO lines (id, at, model, line) VALUES ('', 0, '', x'ff00')");
    await follow(1e9);
    expect([lines, tooLong]).toEqual([["one", "two"], 2]);
  });

  it("changes nothing of what it reads, and refuses what is no log", async () => {
    const empty = await openSqlite(path);
    empty.exec("PRAGMA user_version = 0; CREATE TABLE x (y); DROP TABLE x; VACUUM");
    empty.close();
    await expect(follow()).rejects.toThrow("is not a decision log of format version 1");
    const reopened = await openSqlite(path);
    expect(reopened.prepare("SELECT name FROM sqlite_master").all()).toEqual([]);
    reopened.close();
  });
});
