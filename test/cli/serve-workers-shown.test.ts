import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { createInterface } from "node:readline";
import parsePrometheus from "parse-prometheus-text-format";
import { afterEach, beforeAll, expect, test } from "vitest";
import type { DashboardFrame } from "../../src/serve/status/frame.ts";
import { type BundledCommand, bundledCommand } from "../support/bundled-command.ts";
import { temporaryFolder } from "../support/cli-config.ts";
import { readFrames } from "../support/dashboard/read-frames.ts";

let command: BundledCommand;
beforeAll(async () => {
  command = await bundledCommand();
}, 60_000);

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

/** A router with a hold-out and a promise, whose answers name the process that gave them. */
const config = () => `
import { always } from "${command.module("policies")}";
import { createRouter } from "${command.module("index")}";
import { createHoldOut, createPromise } from "${command.module("rollout")}";
import { fakeModel } from "${command.module("testing")}";
const price = (usd) => ({ usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0, usdPerRequest: usd });
const answer = String(process.pid);
export const holdOut = createHoldOut({
  policy: always("small"), large: "large", share: 0.5, salt: "a secret of the tests",
});
export const promise = createPromise({ name: "desk", maxLoss: 0.02 });
export default createRouter({
  models: {
    small: fakeModel({ model: "small", price: price(1), answer }),
    large: fakeModel({ model: "large", price: price(3), answer }),
  },
  policy: holdOut.policy,
});
// What any code in a worker can do.
process.send?.({ recorded: { part: { slots: 7 } } });
process.send?.({ askFrame: null, id: "x" });
process.send?.({ recorded: { states: {} } });
process.send?.({ askFrame: {}, id: 1 });
process.send?.(null);
`;

async function start(...args: readonly string[]) {
  const made = temporaryFolder();
  ending.push(() => made.remove());
  const options = ["serve", "--port", "0", "--config", made.file("router.mjs", config()), "--workers", "2"];
  const child = spawn(process.execPath, [command.main, ...options, "--own-state", ...args]);
  ending.push(async () => {
    if (child.exitCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => lines.push(line));
  const [url] = await once(createInterface({ input: child.stdout }), "line");
  return { child: child as ChildProcess, url: String(url), lines };
}

/** Sends a request of a session on a connection of its own, so that any worker may get it. Returns the worker's process. */
function ask(url: string, session: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const path = `${url}/v1/chat/completions`;
    const asking = request(path, { method: "POST", headers, agent: false }, (answer) => {
      let text = "";
      answer.on("data", (part) => {
        text += part;
      });
      answer.on("error", reject);
      answer.on("end", () => resolve(Number(JSON.parse(text).choices[0].message.content)));
    });
    asking.on("error", reject);
    const messages = [{ role: "user", content: "canary of a prompt" }];
    asking.end(JSON.stringify({ model: "auto", session, messages }));
  });
}

/**
 * Sends 20 requests, and 20 more each time until both workers have answered. Returns what each has. What a worker tells at a
 * time has 40 rows at most: more requests would leave gaps where it is late.
 */
async function sendToBoth(url: string): Promise<Map<number, number>> {
  sent = 0;
  const counts = new Map<number, number>();
  while (counts.size < 2)
    for (const [pid, count] of await send(url, 20)) counts.set(pid, (counts.get(pid) ?? 0) + count);
  return counts;
}

let sent = 0;
async function send(url: string, count: number): Promise<Map<number, number>> {
  const sessions = Array.from({ length: count }, (_, at) => `s${sent + at}`);
  sent += count;
  const pids = await Promise.all(sessions.map((session) => ask(url, session)));
  const counts = new Map<number, number>();
  for (const pid of pids) counts.set(pid, (counts.get(pid) ?? 0) + 1);
  return counts;
}

/** Reads frames until one fits. */
async function frameOf(url: string, fits: (frame: DashboardFrame) => boolean): Promise<DashboardFrame> {
  const stream = await readFrames(`${url}/dashboard/events/1h`);
  let states: DashboardFrame["states"];
  try {
    for (;;) {
      const next = await stream.next();
      if (next === undefined) throw new Error("the stream ended");
      states = next.frame.states ?? states;
      const frame = { ...next.frame, states };
      if (fits(frame)) return frame;
    }
  } finally {
    await stream.stop();
  }
}

test("the page of any worker shows the sum of all, also when one died and over a reload", async () => {
  const { child, url, lines } = await start("--dashboard");
  const counts = await sendToBoth(url);
  const all = sent;
  const measured = ({ states }: DashboardFrame) =>
    (states?.saving?.heldOut ?? 0) + (states?.saving?.routed ?? 0);
  // The states of a worker may come later than its counts.
  const fits = (frame: DashboardFrame) =>
    frame.seq === all &&
    frame.source.processes === 2 &&
    frame.states?.promises !== undefined &&
    measured(frame) === all;
  const frames = await Promise.all(Array.from({ length: 4 }, () => frameOf(url, fits)));
  expect(new Set(frames.map(({ epoch }) => epoch)).size).toBe(1);
  const [frame] = frames as [DashboardFrame];
  expect(frame).toMatchObject({
    source: { kind: "router", requests: all, processes: 2 },
    totals: { requests: all, failed: 0, unpriced: 0 },
  });
  expect(frame.rows.map(({ seq }) => seq)).toEqual(
    Array.from({ length: frame.rows.length }, (_, at) => all - at),
  );
  const paid = frame.totals.models.map(({ model, requests }) => requests * (model === "large" ? 3 : 1));
  expect(frame.totals.costUsd).toBe(paid.reduce((sum, one) => sum + one));
  const [arms] = frame.states?.arms ?? [];
  expect(arms?.arms.reduce((sum, { requests }) => sum + requests, 0)).toBe(all);
  expect(frame.states?.saving?.savedShare?.value).toBeCloseTo(2 / 3);
  expect(frame.states?.promises).toMatchObject([{ name: "desk" }]);
  expect(JSON.stringify(frames)).not.toContain("canary");

  const [killed] = [...counts.keys()] as [number];
  process.kill(killed, "SIGKILL");
  await expect.poll(() => lines.join("\n"), { timeout: 20_000 }).toMatch(/worker \d died/);
  const replaced = async () => (await send(url, 4)).size === 2;
  await expect.poll(replaced, { timeout: 30_000, interval: 200 }).toBe(true);
  const after = await frameOf(url, ({ seq, source }) => seq === sent && source.processes === 2);
  expect(after.totals.requests).toBe(sent);
  expect(after.epoch).toBe(frame.epoch);

  child.kill("SIGHUP");
  const reloaded = () => lines.filter((line) => /^worker \d+: reloaded/.test(line)).length;
  await expect.poll(reloaded, { timeout: 20_000 }).toBe(2);
  await send(url, 10);
  expect((await frameOf(url, ({ seq }) => seq === sent)).totals.requests).toBe(sent);
}, 120_000);

test("the series of any worker are those of all, each with its worker", async () => {
  const { url, lines } = await start("--metrics");
  const workersOf = (text: string) =>
    [...new Set([...text.matchAll(/\{worker="(\d+)"/g)].map(([, worker]) => worker))].sort();
  const counts = await sendToBoth(url);
  const texts = await Promise.all(
    Array.from({ length: 40 }, async () => (await fetch(`${url}/metrics`)).text()),
  );
  const [text] = texts as [string];
  const requests = parsePrometheus(text).find(({ name }) => name === "switchpoint_requests_total");
  const byWorker = new Map<string, number>();
  for (const metric of requests?.metrics ?? []) {
    const worker = (metric as { readonly labels: Record<string, string> }).labels["worker"] ?? "";
    byWorker.set(worker, (byWorker.get(worker) ?? 0) + Number((metric as { readonly value: string }).value));
  }
  expect([...byWorker.values()].sort()).toEqual([...counts.values()].sort());
  // Each family stands once.
  const types = text.split("\n").filter((line) => line.startsWith("# TYPE "));
  expect(new Set(types).size).toBe(types.length);
  expect(text).not.toContain("canary");
  // One that is replaced hands its number on, however often.
  for (const [killed] of counts) {
    process.kill(killed, "SIGKILL");
    const replaced = async () => {
      const pids = await send(url, 4).catch(() => new Map<number, number>());
      return pids.size === 2 && !pids.has(killed);
    };
    await expect.poll(replaced, { timeout: 30_000, interval: 200 }).toBe(true);
  }
  expect(workersOf(await (await fetch(`${url}/metrics`)).text())).toEqual(["1", "2"]);
  // Many that ask at a time are no leak, which Node.js would warn of.
  expect(lines.join("\n")).not.toContain("Warning");
}, 120_000);
