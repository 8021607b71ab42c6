// node sustained.mjs [seconds] [inFlight]: route() over HTTP without a pause, next to the same load on the adapter
// alone. Prints JSON: requests a second, growth of the heap between the first and the last fifth, delay of the
// event loop.
import { fork } from "node:child_process";
import { once } from "node:events";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createRouter } from "switchpoint";
import { threshold } from "switchpoint/policies";
import { openaiCompatible } from "switchpoint/providers/openai-compatible";
import { promptsOf } from "./prompts.mjs";

const [seconds = 4, inFlight = 64] = process.argv.slice(2).map(Number);
const server = fork(new URL("loopback-server.mjs", import.meta.url), {
  stdio: ["ignore", "pipe", "inherit", "ipc"],
});
const [port] = await once(server.stdout.setEncoding("utf8"), "data");
const baseUrl = `http://127.0.0.1:${port.trim()}/v1`;
const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 4 };
const model = (name) => openaiCompatible(name, { baseUrl, price, contextWindow: 128_000 });
const models = { small: model("a"), large: model("b") };
const router = createRouter({
  models,
  policy: threshold({ small: "small", large: "large", at: 0.7 }),
});
const prompts = promptsOf(200, 32);
const chat = (index) => ({ messages: [{ role: "user", content: prompts[index % 32] }] });
const ways = {
  "the adapter alone": (index) =>
    models.small.generate(chat(index), { signal: new AbortController().signal }),
  "route()": (index) => router.route({ ...chat(index), session: `s${index % 1_000}` }),
};

const heapMb = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

async function load(work, ms) {
  const end = performance.now() + ms;
  let requests = 0;
  const worker = async () => {
    while (performance.now() < end) await work(requests++);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return requests;
}

const rows = [];
for (const [name, work] of Object.entries(ways)) {
  const part = (seconds * 1_000) / 5;
  // Caches and compiled code grow in the first fifth.
  await load(work, part);
  const before = heapMb();
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const cpu = process.cpuUsage();
  const start = performance.now();
  const requests = await load(work, 4 * part);
  const elapsed = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  delay.disable();
  rows.push({
    name,
    inFlight,
    requests,
    perSecond: requests / elapsed,
    cpu: (user + system) / requests,
    heapGrowthMb: heapMb() - before,
    delayP50Ms: delay.percentile(50) / 1e6,
    delayP99Ms: delay.percentile(99) / 1e6,
  });
}
console.log(JSON.stringify(rows));
server.disconnect();
process.exit();
