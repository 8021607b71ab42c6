// A separate process: sends requests to endpoints that fail, and reports what remains of them. Arguments:
// JSON of `ProbeOptions`. Prints a line of JSON, and ends when its input does.
import { getEventListeners, setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { always } from "../../../policies/index.ts";
import { createRouter, type Router } from "../../../src/index.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { type WireName, wires } from "../wires.ts";

export interface ProbeOptions {
  readonly requests: number;
  readonly seed: number;
  readonly urls: Readonly<Record<WireName, { readonly small: string; readonly large: string }>>;
}

export interface ProbeReport {
  readonly answered: number;
  readonly failed: number;
  /** Heap growth after the first part of the requests, in bytes. */
  readonly heapGrowth: number;
  /** Timers that remain at the end. */
  readonly timers: number;
  /** Listeners that remain on a signal that all requests share. */
  readonly listeners: number;
}

process.stdin.resume().once("end", () => process.exit());

const concurrency = 16;
const { requests, seed, urls } = JSON.parse(process.argv[2] ?? "") as ProbeOptions;
const random = seededRandom(seed);
const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 4 };
const routers = (Object.keys(wires) as WireName[]).map((wire): Router => {
  const model = (id: "small" | "large") => wires[wire].model(`${wire}-${id}`, urls[wire][id], { price });
  return createRouter({
    models: { small: model("small"), large: model("large") },
    policy: always("small"),
    random,
    execution: {
      backoffBaseMs: 2,
      backoffCapMs: 10,
      retryAfterCapMs: 20,
      attemptTimeoutMs: 150,
      firstTokenTimeoutMs: 150,
      idleTimeoutMs: 80,
      // Both are active, and neither prevents most calls.
      breaker: { failureRatio: 0.9, openMs: 20 },
      retryBudget: { ratio: 1 },
      hedge: { afterMs: 30, ratio: 0.5 },
      limits: { maxConcurrent: 4, maxQueued: 8, queueTimeoutMs: 50, learn: false },
    },
  });
});
const shared = new AbortController();
// One listener for each running request: not a leak, despite Node's warning.
setMaxListeners(concurrency + 1, shared.signal);
let answered = 0;
let failed = 0;

async function request(index: number): Promise<void> {
  const router = routers[index % routers.length] as Router;
  const own = new AbortController();
  const [mode, ending] = [random(), random()];
  const timer = ending < 0.1 ? setTimeout(() => own.abort(), 80 * random()) : undefined;
  const { signal } = ending < 0.1 ? own : shared;
  const deadlineMs = ending > 0.8 ? 1 + Math.floor(200 * random()) : undefined;
  const asked = { messages: [{ role: "user" as const, content: "Hello" }], deadlineMs };
  try {
    if (mode < 0.4) await router.route(asked, { signal });
    else {
      for await (const _ of router.stream(asked, { signal })) if (mode > 0.9) break;
    }
    answered += 1;
  } catch {
    failed += 1;
  }
  clearTimeout(timer);
}

async function run(from: number, to: number): Promise<void> {
  let next = from;
  const worker = async () => {
    while (next < to) await request(next++);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/** Measures after several collections, when leftovers have had time to end. */
async function heapUsed(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    await sleep(100);
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
}

const warmUp = Math.floor(requests / 5);
await run(0, warmUp);
const before = await heapUsed();
await run(warmUp, requests);
const after = await heapUsed();
const report: ProbeReport = {
  answered,
  failed,
  heapGrowth: after - before,
  timers: process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length,
  listeners: getEventListeners(shared.signal, "abort").length,
};
console.log(JSON.stringify(report));
