import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { always } from "../../../../policies/index.ts";
import { createRouter, decisionLog, type RouterEvent } from "../../../../src/index.ts";
import { openSqlite } from "../../../../src/plugin/open-sqlite.ts";
import { eraseRows } from "../../../../src/serve/telemetry/sqlite-log/erase-rows.ts";
import { type SqliteLogOptions, sqliteLog } from "../../../../src/serve/telemetry/sqlite-log/index.ts";
import { openLogFile } from "../../../../src/serve/telemetry/sqlite-log/log-file.ts";
import { readRows } from "../../../../src/serve/telemetry/sqlite-log/read-rows.ts";
import { retain } from "../../../../src/serve/telemetry/sqlite-log/retain.ts";
import { startRowWorker } from "../../../../src/serve/telemetry/sqlite-log/row-worker.ts";
import { fakeModel } from "../../../../src/testing/index.ts";
import { nodeArguments } from "../../../support/node-arguments.ts";
import { withoutSqlite } from "../../../support/sqlite.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchpoint-log-"));
  file = join(folder, "decisions.db");
});
afterEach(() => rm(folder, { recursive: true }));

function logging(options: Partial<SqliteLogOptions> = {}) {
  const log = sqliteLog({ file, hashKey: "k", ...options });
  const router = createRouter({ models: { small: fakeModel() }, policy: always("small"), onEvent: log });
  const ask = (session: string, tenant = "acme") =>
    router.route({ messages: [{ role: "user", content: "Hello" }], session, tenant });
  return { log, router, ask };
}

async function linesOf(filter: Parameters<typeof readRows>[1] = {}): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readRows(file, filter)) lines.push(line);
  return lines;
}

describe.skipIf(withoutSqlite !== undefined)("a decision log in a SQLite file", () => {
  it("has the same lines as a file of lines, and finds them by an index", async () => {
    const { router, ask } = logging();
    const plain = join(folder, "decisions.jsonl");
    const other = decisionLog({ file: plain, hashKey: "k" });
    router.observe(other);
    for (let n = 0; n < 450; n += 1) await ask(`s${n % 9}`, `t${n % 3}`);
    await router.close();
    const written = await linesOf();
    expect(written.join("\n")).toBe((await readFile(plain, "utf8")).trimEnd());
    const ofOne = await linesOf({ tenants: ["t1"], sessions: ["s1", "s4"] });
    expect(ofOne).toEqual(written.filter((line) => ["s1", "s4"].includes(JSON.parse(line).request.session)));
    const database = await openLogFile(file);
    for (const column of ["id", "tenant", "session", "promptHash"])
      expect(
        JSON.stringify(
          database.prepare(`EXPLAIN QUERY PLAN SELECT line FROM lines WHERE ${column} = ?`).all("x"),
        ),
      ).toContain(`USING INDEX lines_${column}`);
    database.close();
  });

  it("is written by several processes, one of which is killed", async () => {
    const run = (count: number) => {
      const args = nodeArguments("test/support/logging-process.ts", file, String(count), "sqlite");
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      let out = "";
      child.stdout.on("data", (text) => {
        out += text;
      });
      return {
        child,
        begun: once(child.stdout, "data"),
        told: once(child, "close").then(() => out.split("\n")[1]),
      };
    };
    const others = [run(300), run(300)];
    const killed = run(1_000_000);
    await killed.begun;
    await Promise.all(others.map(({ begun }) => begun));
    killed.child.kill("SIGKILL");
    const ids = new Set<string>();
    const told = await Promise.all(others.map((one) => one.told));
    for (const line of await linesOf()) ids.add(JSON.parse(line).id);
    for (const one of told) {
      const { ids: sent, dropped } = JSON.parse(one ?? "");
      expect([sent.filter((id: string) => !ids.has(id)), dropped]).toEqual([[], 0]);
    }
  });

  it("waits for a file that another process holds, and requests do not", async () => {
    const { router, log, ask } = logging();
    await ask("s");
    await new Promise((resolve) => setTimeout(resolve, 50));
    const other = await openSqlite(file);
    other.exec("BEGIN IMMEDIATE");
    for (let n = 0; n < 30; n += 1) expect((await ask("s")).text).toBe("ok");
    await new Promise((resolve) => setTimeout(resolve, 150));
    other.exec("COMMIT");
    other.close();
    await new Promise((resolve) => setTimeout(resolve, 600));
    await router.close();
    expect([(await linesOf()).length, log.dropped]).toEqual([31, 0]);
  });

  it("removes what is too much and too old, and gives the space back", async () => {
    const { router, ask } = logging();
    for (let n = 0; n < 1_500; n += 1) await ask("s");
    await router.close();
    const database = await openLogFile(file);
    const all = (await linesOf()).length;
    expect(all).toBe(1_500);
    expect(
      await retain(database, { maxBytes: 1_000_000, keepMs: Number.POSITIVE_INFINITY }, Date.now()),
    ).toBe(all - (await linesOf()).length);
    const last = await linesOf();
    expect(await retain(database, { maxBytes: 1, keepMs: 0 }, Date.now() + 60_000, () => true)).toBe(0);
    expect(last.length).toBeLessThan(1_000);
    expect(last.length).toBeGreaterThan(100);
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    expect((await stat(file)).size).toBeLessThan(1_300_000);
    expect(await retain(database, { maxBytes: 1e9, keepMs: 1_000 }, undefined)).toBe(0);
    expect(await retain(database, { maxBytes: 1e9, keepMs: 1_000 }, Date.now() + 60_000)).toBe(last.length);
    expect(await linesOf()).toEqual([]);
    database.close();
  });

  it("deletes a session with its calls and leaves no trace of it, while it is written to", async () => {
    const { router, ask } = logging();
    for (let n = 0; n < 40; n += 1) await ask(n % 2 === 0 ? "CANARY-SESSION" : "other");
    // The thread that writes has to start.
    await vi.waitFor(async () => expect(await linesOf()).toHaveLength(40), 10_000);
    await ask("other");
    expect(await eraseRows(file, { sessions: ["CANARY-SESSION"] })).toBe(20);
    await ask("other");
    await router.close();
    expect((await linesOf()).length).toBe(22);
    for (const name of await readdir(folder))
      expect((await readFile(join(folder, name), "latin1")).includes("CANARY-SESSION")).toBe(false);
  });

  it("keeps the loop free while a disk is slow, ends with the process, and writes by this thread where it has to", async () => {
    const rows = [["id", 1, "small", null, null, null, null, null, "{}"]] as const;
    (await openLogFile(file)).close();
    const thread = startRowWorker(file);
    if (thread === undefined) throw new Error("no thread");
    const holder = await openSqlite(file);
    holder.exec("BEGIN IMMEDIATE");
    const adding = thread.add(rows);
    let turns = 0;
    const turning = setInterval(() => {
      turns += 1;
    }, 1);
    // It waits for the file in its own thread.
    await expect(adding).rejects.toThrow("locked");
    await expect(adding).rejects.toBeInstanceOf(Error);
    await expect(thread.add([[() => 1]] as never)).rejects.toThrow("could not be cloned");
    clearInterval(turning);
    expect(turns).toBeGreaterThan(20);
    holder.exec("COMMIT");
    await thread.add(rows);
    expect(thread.hasEnded).toBe(false);
    await thread.close();
    await expect(thread.add(rows)).rejects.toThrow("has ended");
    expect(await linesOf()).toEqual(["{}"]);
    holder.close();
    expect(startRowWorker(":memory:")).toBeUndefined();
  });

  it("goes on after its thread was ended, and drops nothing", async () => {
    const { router, log, ask } = logging();
    const { Worker } = await import("node:worker_threads");
    const ended: Promise<number>[] = [];
    const { postMessage } = Worker.prototype;
    let sent = 0;
    Worker.prototype.postMessage = function (...given) {
      sent += 1;
      // In place of the second batch it is ended, as by a lack of memory.
      if (sent === 2) ended.push(this.terminate());
      else postMessage.apply(this, given);
    };
    try {
      for (let n = 0; n < 3; n += 1) {
        await ask("s");
        if (n < 2) await vi.waitFor(() => expect(sent).toBeGreaterThan(n), 10_000);
      }
      await router.close();
    } finally {
      Worker.prototype.postMessage = postMessage;
    }
    expect(ended).toHaveLength(1);
    expect([(await linesOf()).length, log.dropped]).toEqual([3, 0]);
  });

  it("writes a line once, also where its thread has written it and was ended before it could say so", async () => {
    const { router, log, ask } = logging();
    const { Worker } = await import("node:worker_threads");
    const { emit } = Worker.prototype;
    let isSilent = true;
    Worker.prototype.emit = function (this: InstanceType<typeof Worker>, ...given: Parameters<typeof emit>) {
      if (given[0] !== "message" || !isSilent) return emit.apply(this, given);
      // What it says is lost: it ends, as one that has hung for too long.
      isSilent = false;
      void this.terminate();
      return true;
    } as typeof emit;
    try {
      await ask("s");
      await vi.waitFor(() => expect(isSilent).toBe(false), 10_000);
      await ask("t");
      await router.close();
    } finally {
      Worker.prototype.emit = emit;
    }
    const lines = await linesOf();
    expect([lines.length, new Set(lines).size, log.dropped]).toEqual([2, 2, 0]);
  });

  it("gives up a write that hangs when it closes: no timer of it holds the process", async () => {
    const { Worker } = await import("node:worker_threads");
    const { emit } = Worker.prototype;
    // What it says is lost.
    Worker.prototype.emit = function (this: InstanceType<typeof Worker>, ...given: Parameters<typeof emit>) {
      return given[0] === "message" || emit.apply(this, given);
    } as typeof emit;
    try {
      (await openLogFile(file)).close();
      const thread = startRowWorker(file);
      const written = thread?.add([["a", 1, "", null, null, null, null, null, "{}"]]).catch(String);
      await thread?.close();
      expect(await written).toContain("closed while its thread wrote");
    } finally {
      Worker.prototype.emit = emit;
    }
  });

  it("knows lines about no decision by their time, and keeps two that differ", async () => {
    const thread = startRowWorker(file);
    (await openLogFile(file)).close();
    const row = (id: string, at: number, line: string) =>
      [id, at, "", null, null, null, null, null, line] as const;
    const rows = [row("", 1, "{}"), row("a", 1, "{}"), row("", 2, "{}"), row("a", 1, '{"b":1}')];
    await thread?.add(rows.slice(0, 2));
    await thread?.add([...rows, ...rows], true);
    await thread?.close();
    expect(await linesOf()).toEqual(["{}", "{}", "{}", '{"b":1}']);
  });

  it("writes by this thread, for good, where a thread finds no SQLite, however it says so", async () => {
    const { router, log, ask } = logging();
    const { Worker } = await import("node:worker_threads");
    const { postMessage } = Worker.prototype;
    let refused = 0;
    // As one whose Node.js has it only by an option of the command line.
    Worker.prototype.postMessage = function (rows) {
      if (rows === undefined) postMessage.call(this, rows);
      else {
        refused += 1;
        queueMicrotask(() => this.emit("message", { message: "Cannot read properties of undefined" }));
      }
    };
    try {
      for (let n = 1; n <= 3; n += 1) {
        await ask("s");
        await vi.waitFor(async () => expect(await linesOf()).toHaveLength(n), 10_000);
      }
      await router.close();
    } finally {
      Worker.prototype.postMessage = postMessage;
    }
    expect([refused, log.dropped]).toEqual([1, 0]);
  });

  it("ends a thread that does not answer, and has no other beside it", async () => {
    const thread = startRowWorker(file);
    const { Worker } = await import("node:worker_threads");
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = () => {};
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const adding = thread?.add([]);
      vi.advanceTimersByTime(30_000);
      await expect(adding).rejects.toThrow("has not answered for 30 s");
      expect(thread?.hasEnded).toBe(false);
      await expect(thread?.add([])).rejects.toThrow("has not answered for 30 s");
    } finally {
      vi.useRealTimers();
      Worker.prototype.postMessage = postMessage;
    }
    await vi.waitFor(() => expect(thread?.hasEnded).toBe(true), 10_000);
  });

  it("tells of rows that it loses by the error of SQLite", async () => {
    const { log, router, ask } = logging();
    await ask("s");
    await vi.waitFor(async () => expect(await linesOf()).toHaveLength(1), 10_000);
    const holder = await openSqlite(file);
    holder.exec("BEGIN IMMEDIATE");
    await ask("s");
    await expect(router.close()).rejects.toThrow("locked");
    holder.exec("COMMIT");
    holder.close();
    expect([log.dropped, await linesOf()]).toEqual([1, [expect.any(String)]]);
  });

  it("leaves another program's database alone, and tells what it loses", async () => {
    const other = await openSqlite(file);
    other.exec("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)");
    other.close();
    const before = await readFile(file);
    const { router, log, ask } = logging();
    const lost: RouterEvent[] = [];
    router.observe((event) => void (event.type === "decisions-lost" && lost.push(event)));
    await ask("s");
    await expect(router.close()).rejects.toThrow("is not a decision log of format version 1");
    expect(log.dropped).toBe(1);
    expect(lost).toEqual([{ type: "decisions-lost", file, lost: 1, reason: "write-failed" }]);
    expect(await readFile(file)).toEqual(before);
  });
});

describe("a decision log in a SQLite file, anywhere", () => {
  it.skipIf(withoutSqlite === undefined)("tells what is missing where there is no SQLite", async () => {
    const { router, log, ask } = logging();
    expect((await ask("s")).text).toBe("ok");
    await expect(router.close()).rejects.toMatchObject({ code: "missing-dependency" });
    expect(log.dropped).toBe(1);
  });

  it("refuses invalid options", () => {
    expect(() => sqliteLog({ file: "" })).toThrow("sqliteLog.file must be a non-empty string");
    expect(() => sqliteLog({ file, maxBytes: 1 })).toThrow("sqliteLog.maxBytes must be a number of at least");
    expect(() => sqliteLog({ file, keepMs: -1 })).toThrow("sqliteLog.keepMs");
    expect(() => sqliteLog({ file, rotate: {} } as never)).toThrow("sqliteLog.rotate must be absent");
  });
});
