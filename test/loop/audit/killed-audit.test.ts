import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { readOutcomes } from "../../../evals/data/outcomes/read-outcomes.ts";
import { audited } from "../../support/audited.ts";
import { nodeArguments } from "../../support/node-arguments.ts";
import { runs } from "../../support/runs.ts";

const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a process that audits into the file; resolves once it has written records, whose ids it adds to the list. */
async function auditing(file: string, ids: string[] = []): Promise<ChildProcess> {
  const child = spawn(process.execPath, nodeArguments("test/support/auditing-process.ts", file, "700000"), {
    stdio: ["pipe", "pipe", "inherit"],
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  let rest = "";
  let written = 0;
  await new Promise<void>((resolve, reject) => {
    child.once("exit", () => reject(new Error("it has ended")));
    child.stdout?.on("data", (data) => {
      const lines = `${rest}${data}`.split("\n");
      rest = lines.pop() ?? "";
      ids.push(...lines);
      written += lines.length;
      if (written > 3) resolve();
    });
  });
  return child;
}

async function written(file: string, bytes: number): Promise<void> {
  const before = statSync(file).size;
  while (statSync(file).size < before + bytes) await sleep(2);
}

/** Fails for a line that is not a record. */
async function idsIn(file: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id } of readOutcomes(file)) ids.push(id);
  return ids;
}

const newFile = () => join(mkdtempSync(join(tmpdir(), "killed-")), "audit.jsonl");

describe("processes that audit into one file", () => {
  it("leave each other's lines whole", async () => {
    const file = newFile();
    const all = await Promise.all([auditing(file), auditing(file)]);
    await written(file, 10_000_000);
    for (const child of all) child.stdin?.end();
    await Promise.all(all.map((child) => child.exitCode ?? once(child, "exit")));
    const ids = await idsIn(file);
    expect(ids.length).toBeGreaterThan(12);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("lose no record, and leave no line in part, when one after the other is killed while the others write", async () => {
    const file = newFile();
    const said: string[] = [];
    const all = await Promise.all([auditing(file, said), auditing(file, said), auditing(file, said)]);
    for (let kill = 0; kill < runs(2, 60); kill += 1) {
      const child = all.shift();
      child?.kill("SIGKILL");
      all.push(await auditing(file, said));
      // Whatever the one that was killed has left, others have written since.
      await written(file, 2_000_000);
    }
    for (const child of all) child.stdin?.end();
    await Promise.all(all.map((child) => child.exitCode ?? once(child, "exit")));
    const ids = await idsIn(file);
    expect(new Set(ids).size).toBe(ids.length);
    expect(said.filter((id) => !ids.includes(id))).toEqual([]);
  });

  it("leave a file that the next one goes on with, wherever they were killed", async () => {
    const file = newFile();
    for (let kill = 0; kill < 2; kill += 1) {
      const child = await auditing(file);
      await written(file, 3_000_000);
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    const next = audited({ audit: { file } });
    await next.router.route("after the last");
    await next.audit.flush();
    await next.router.close();
    const ids = await idsIn(file);
    expect(ids.length).toBeGreaterThan(6);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
