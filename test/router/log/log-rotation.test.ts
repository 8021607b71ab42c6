import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, type DecisionLogOptions, decisionLog, type RouterEvent } from "../../../src/index.ts";
import { asideFiles, asidePath } from "../../../src/router/log/rotated-files.ts";
import { steadyTime } from "../../../src/router/log/steady-time.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { nodeArguments } from "../../support/node-arguments.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchpoint-log-"));
  file = join(folder, "decisions.jsonl");
});
afterEach(() => rm(folder, { recursive: true }));

function logging(options: Partial<DecisionLogOptions> = {}) {
  const log = decisionLog({ file, ...options });
  const router = createRouter({ models: { small: fakeModel() }, policy: always("small"), onEvent: log });
  return { log, router };
}

/** Texts of all lines of the log and of what was put aside. */
async function allLines(): Promise<string[]> {
  const texts = await Promise.all(
    [...(await asideFiles(file)), file].map((one) => readFile(one, "utf8").catch(() => "")),
  );
  return texts.flatMap((text) => text.split("\n")).filter((line) => line !== "");
}

interface Told {
  readonly ids: readonly string[];
  readonly dropped: number;
  readonly problem?: string;
}

function logInProcess(count: number, maxBytes: number | "", shell?: string) {
  const args = nodeArguments("test/support/logging-process.ts", file, String(count), String(maxBytes));
  const child =
    shell === undefined
      ? spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] })
      : spawn("bash", ["-c", shell, process.execPath, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  child.stdout.on("data", (text) => {
    out += text;
  });
  const begun = once(child.stdout, "data");
  const told = once(child, "close").then(
    (): Told => JSON.parse(out.split("\n")[1] || '{"ids":[],"dropped":0}'),
  );
  return { child, begun, told };
}

describe("a rotated decision log", () => {
  it("puts files aside by size, removes the oldest, and loses no line of those it keeps", async () => {
    const { router, log } = logging({ rotate: { maxBytes: 10_000, keepFiles: 3 } });
    const ids: string[] = [];
    // One by one: what waits together is written together, in larger files.
    for (let n = 0; n < 100; n += 1) {
      const { id } = (await router.route("x")).decision;
      ids.push(id);
      await vi.waitFor(async () => expect((await allLines()).at(-1)).toContain(id), { interval: 1 });
    }
    await router.close();
    const aside = await asideFiles(file);
    expect(aside.length).toBe(3);
    for (const one of aside) expect((await stat(one)).size).toBeGreaterThanOrEqual(10_000);
    const kept = (await allLines()).map((line) => JSON.parse(line).id);
    expect(kept).toEqual(ids.slice(-kept.length));
    expect(kept.length).toBeGreaterThan(10);
    expect(log.dropped).toBe(0);
    expect((await readdir(folder)).filter((name) => name.endsWith(".lock"))).toEqual([]);
  });

  it("keeps every line of several processes whole and once, also of one that is killed", async () => {
    const others = [logInProcess(400, 20_000), logInProcess(400, 20_000)];
    const killed = logInProcess(1_000_000, 20_000);
    await killed.begun;
    await vi.waitFor(async () => expect((await asideFiles(file)).length).toBeGreaterThan(2), {
      timeout: 30_000,
    });
    killed.child.kill("SIGKILL");
    const told = await Promise.all(others.map((one) => one.told));
    await killed.told;
    const lines = await allLines();
    const torn = lines.filter((line) => !line.endsWith("}"));
    expect(torn.length).toBeLessThanOrEqual(1);
    const ids = lines.filter((line) => line.endsWith("}")).map((line) => JSON.parse(line).id as string);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { ids: sent, dropped } of told) {
      expect(dropped).toBe(0);
      expect(sent.filter((id) => !ids.includes(id))).toEqual([]);
    }
  });

  it("breaks the lock of a process that was killed, and waits for one that lives", async () => {
    await writeFile(`${file}.lock`, "");
    const { router } = logging({ rotate: { maxBytes: 10_000 } });
    const send = async (count: number) => {
      for (let n = 0; n < count; n += 1) await router.route("x");
      await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await send(30);
    await send(30);
    expect(await asideFiles(file)).toEqual([]);
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(`${file}.lock`, longAgo, longAgo);
    // Too few to fill another file, in however many pieces they are written.
    await send(3);
    await router.close();
    expect((await asideFiles(file)).length).toBe(1);
    expect((await allLines()).length).toBe(63);
  });

  it("removes what is older than it may be, and nothing while the clock has just jumped", async () => {
    const old = asidePath(file, Date.now());
    const young = asidePath(file, Date.now());
    for (const one of [old, young]) await writeFile(one, "{}\n");
    const longAgo = new Date(Date.now() - 3_600_000);
    await utimes(old, longAgo, longAgo);
    const { router } = logging({ rotate: { keepMs: 1_800_000, maxBytes: 10_000 } });
    for (let n = 0; n < 20; n += 1) await router.route("x");
    await router.close();
    const { router: next } = logging({ rotate: { keepMs: 1_800_000, maxBytes: 10_000 } });
    await next.route("x");
    await next.close();
    const aside = await asideFiles(file);
    expect(aside).toContain(young);
    expect(aside).not.toContain(old);

    let wall = 1_000_000;
    let monotonic = 0;
    const time = steadyTime({ wall: () => wall, monotonic: () => monotonic });
    expect(time()).toBe(1_000_000);
    wall += 31_536_000_000;
    expect(time()).toBeUndefined();
    wall = 1_000_010;
    monotonic += 10;
    expect(time()).toBeUndefined();
    wall += 600_000;
    monotonic += 600_000;
    expect(time()).toBe(wall);
  });

  it("follows the path when another program has moved the file away", async () => {
    const { router } = logging();
    await router.route("x");
    await vi.waitFor(async () => expect((await allLines()).length).toBe(1));
    await rename(file, join(folder, "moved.jsonl"));
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await router.route("x");
    await router.close();
    expect((await allLines()).length).toBe(1);
  });

  it.skipIf(process.platform !== "linux")(
    "counts and tells what a full disk refuses, and requests go on",
    async () => {
      const { router, log } = logging({ file: "/dev/full", maxQueued: 20, rotate: {} });
      const lost: RouterEvent[] = [];
      router.observe((event) => {
        if (event.type === "decisions-lost") lost.push(event);
      });
      for (let n = 0; n < 50; n += 1) expect((await router.route("x")).text).toBe("ok");
      await expect(router.close()).rejects.toMatchObject({ code: "ENOSPC" });
      expect(log.dropped).toBe(50);
      expect(lost).toEqual([{ type: "decisions-lost", file: "/dev/full", lost: 1, reason: "queue-full" }]);
    },
  );

  it.skipIf(process.platform !== "linux")(
    "writes what fits before the disk is full, whole, and counts the rest",
    async () => {
      // A limit of 32 blocks of 1,024 bytes on each file; the signal that would end the process is ignored.
      const { told } = logInProcess(200, "", 'trap \'\' XFSZ; ulimit -f 32; exec "$0" "$@"');
      const { ids, dropped, problem } = await told;
      const whole = (await allLines())
        .filter((line) => line.endsWith("}"))
        .map((line) => JSON.parse(line).id);
      expect(whole.length).toBeGreaterThan(5);
      expect(whole.length + dropped).toBe(200);
      expect(whole).toEqual(ids.slice(0, whole.length));
      expect(problem).toMatch(/EFBIG|ENOSPC/);
    },
  );
});
