import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeAll, expect, test } from "vitest";
import { type BundledCommand, bundledCommand } from "../support/bundled-command.ts";
import { type Folder, temporaryFolder } from "../support/cli-config.ts";
import { startRedis, withoutRedis } from "../support/redis-server.ts";

let command: BundledCommand;
beforeAll(async () => {
  command = await bundledCommand();
}, 60_000);

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

function folder(): Folder {
  const made = temporaryFolder();
  ending.push(() => made.remove());
  return made;
}

/** A router whose answers name the process that gave them, and which writes a line for each that it was asked for. */
const config = (parts: string, before = "") => `
import { appendFileSync } from "node:fs";
import { always } from "${command.module("policies")}";
import { createRouter } from "${command.module("index")}";
import { fakeModel } from "${command.module("testing")}";
${before}
const price = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0, usdPerRequest: 1 };
const wait = () => {
  appendFileSync(new URL("asked", import.meta.url), "asked\\n");
  return new Promise((resolve) => setTimeout(resolve, 5));
};
const model = fakeModel({ price, wait, answer: String(process.pid) });
export default createRouter({ models: { small: model }, policy: always("small"), ${parts} });
`;

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly lines: readonly string[];
}

async function start(file: string, ...args: readonly string[]): Promise<Started> {
  const options = ["serve", "--port", "0", "--config", file, "--workers", "2", ...args];
  const child = spawn(process.execPath, [command.main, ...options]);
  ending.push(async () => {
    if (child.exitCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => lines.push(line));
  const [url] = await once(createInterface({ input: child.stdout }), "line");
  return { child, url: String(url), lines };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Asks on a connection of its own, so that any worker may get it. Rejects if the answer is cut. */
function ask(url: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const path = `${url}/v1/chat/completions`;
    const asking = request(path, { method: "POST", headers, agent: false }, (answer) => {
      let text = "";
      answer.on("data", (part) => {
        text += part;
      });
      answer.on("error", reject);
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    asking.on("error", reject);
    asking.end(JSON.stringify({ model: "auto", messages: [{ role: "user", content: "Hello." }] }));
  });
}

async function pidOf(url: string): Promise<number> {
  const { text } = await ask(url);
  return Number(JSON.parse(text).choices[0].message.content);
}

async function pidsOf(url: string): Promise<ReadonlySet<number>> {
  return new Set(await Promise.all(Array.from({ length: 8 }, () => pidOf(url))));
}

/** The processes of two workers, once both have answered. */
async function bothOf(url: string): Promise<ReadonlySet<number>> {
  let pids: ReadonlySet<number> = new Set();
  const count = async () => {
    pids = await pidsOf(url);
    return pids.size;
  };
  await expect.poll(count, { timeout: 30_000, interval: 200 }).toBe(2);
  return pids;
}

test("a worker that dies is replaced, a reload reaches all, and SIGTERM under load cuts nothing", async () => {
  const file = folder().file("router.mjs", config(""));
  const { child, url, lines } = await start(file, "--own-state");
  const before = await bothOf(url);
  expect(before).not.toContain(child.pid);

  const [killed] = [...before] as [number];
  process.kill(killed, "SIGKILL");
  await expect.poll(() => lines.join("\n"), { timeout: 20_000 }).toMatch(/worker \d died \(SIGKILL\)/);
  expect(await bothOf(url)).not.toContain(killed);

  child.kill("SIGHUP");
  const reloaded = () => lines.filter((line) => /^worker \d+: reloaded/.test(line)).length;
  await expect.poll(reloaded, { timeout: 20_000 }).toBe(2);

  const asked = () => readFileSync(join(dirname(file), "asked"), "utf8").split("\n").length - 1;
  const askedBefore = asked();
  let answered = 0;
  const cut: unknown[] = [];
  let isOver = false;
  const client = async () => {
    while (!isOver) {
      try {
        const { status, text } = await ask(url);
        if (status === 200 && text.endsWith("}")) answered += 1;
        else if (status !== 503) cut.push(status);
      } catch (error) {
        // Refused: no process listens any more.
        if ((error as NodeJS.ErrnoException).code !== "ECONNREFUSED") cut.push(error);
        isOver = true;
      }
    }
  };
  const clients = Array.from({ length: 8 }, client);
  await expect.poll(() => answered, { timeout: 20_000 }).toBeGreaterThan(50);
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  expect((await exited)[0]).toBe(0);
  isOver = true;
  await Promise.all(clients);
  // Each call of a model has reached its client whole.
  expect(answered).toBe(asked() - askedBefore);
  // A connection that no one has taken when the socket closes is reset by the system: no model was asked for it.
  expect(cut.filter((one) => (one as NodeJS.ErrnoException).code !== "ECONNRESET")).toEqual([]);
}, 120_000);

test("a worker that stands still, and is then killed, holds no request", async () => {
  const { url, lines } = await start(folder().file("router.mjs", config("")), "--own-state");
  const [still] = [...(await bothOf(url))] as [number];
  process.kill(still, "SIGSTOP");
  const pids = await Promise.all(Array.from({ length: 20 }, () => pidOf(url)));
  expect(pids).not.toContain(still);
  process.kill(still, "SIGKILL");
  await expect.poll(() => lines.join("\n"), { timeout: 20_000 }).toMatch(/worker \d died \(SIGKILL\)/);
  expect(await Promise.all(Array.from({ length: 20 }, () => pidOf(url)))).not.toContain(still);
}, 60_000);

test("a router that counts in its own memory is refused by name", async () => {
  const file = folder().file("router.mjs", config(""));
  const options = ["serve", "--port", "0", "--config", file, "--workers", "2"];
  const child = spawn(process.execPath, [command.main, ...options]);
  let said = "";
  child.stderr.on("data", (part) => {
    said += part;
  });
  const [code] = await once(child, "exit");
  expect(code).toBe(1);
  expect(said).toMatch(/--workers must be 1 .*redisStore.*--own-state/);
}, 60_000);

test.skipIf(withoutRedis !== undefined)(
  "workers spend one budget together",
  async () => {
    const redis = await startRedis();
    ending.push(() => redis.stop());
    const before = `
import { Redis } from "${import.meta.resolve("ioredis")}";
import { fleet, redisStore } from "${command.module("fleet")}";
const client = new Redis({ port: ${redis.port}, host: "127.0.0.1" });
client.on("error", () => {});
`;
    const parts = `
  shared: fleet({ store: redisStore({ client }), mode: "strict", timeoutMs: 5_000 }),
  budgets: [{ name: "all", per: "router", limitUsd: 100.5, period: "day" }],`;
    const { url } = await start(folder().file("router.mjs", config(parts, before)));
    const answers: Answer[] = [];
    for (let at = 0; at < 30; at += 1)
      answers.push(...(await Promise.all(Array.from({ length: 5 }, () => ask(url)))));
    const granted = answers.filter(({ status }) => status === 200);
    expect(granted).toHaveLength(100);
    const pids = granted.map(({ text }) => JSON.parse(text).choices[0].message.content);
    expect(new Set(pids).size).toBe(2);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(50);
  },
  120_000,
);
