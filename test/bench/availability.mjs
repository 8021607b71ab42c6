// npm run build && node test/bench/availability.mjs [requests]
// Measures how many requests are answered when endpoints fail: the plain openai SDK with its own retries
// against one endpoint, and a router over two. Prints two Markdown tables. Takes about 5 minutes with 2,000
// requests per cell, the default.
import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";
import { createRouter } from "switchpoint";
import { always } from "switchpoint/policies";
import { openaiCompatible } from "switchpoint/providers/openai-compatible";

const requests = Number(process.argv[2] ?? 2_000);
const concurrency = 16;
const messages = [{ role: "user", content: "Hello" }];

async function serve(options) {
  const child = fork(new URL("unreliable-server.mjs", import.meta.url), [JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const [port] = await once(child.stdout.setEncoding("utf8"), "data");
  const url = `http://127.0.0.1:${port.trim()}`;
  return {
    baseUrl: `${url}/v1`,
    calls: async () => Number(await (await fetch(`${url}/calls`)).text()),
    close: () => child.disconnect(),
  };
}

function sdk([endpoint]) {
  const client = new OpenAI({ baseURL: endpoint.baseUrl, apiKey: "none" });
  return () => client.chat.completions.create({ model: "a", messages });
}

function router(endpoints, execution) {
  const models = Object.fromEntries(
    endpoints.map(({ baseUrl }, index) => [`m${index}`, openaiCompatible(`m${index}`, { baseUrl })]),
  );
  const { route } = createRouter({ models, policy: always("m0"), execution });
  return () => route({ messages });
}

/** Runs requests concurrently; returns the milliseconds of the answered ones. */
async function closedLoop(send) {
  const times = [];
  let next = 0;
  const worker = async () => {
    while (next < requests) {
      next += 1;
      const startedAt = performance.now();
      await send().then(
        () => times.push(performance.now() - startedAt),
        () => {},
      );
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return times.sort((a, b) => a - b);
}

/** Sends requests at a fixed rate; returns the number of answered ones. */
async function openLoop(send, perSecond) {
  const results = [];
  const startedAt = performance.now();
  while (results.length < requests) {
    const due = Math.ceil(((performance.now() - startedAt) / 1_000) * perSecond);
    while (results.length < Math.min(due, requests))
      results.push(
        send().then(
          () => 1,
          () => 0,
        ),
      );
    await sleep(2);
  }
  return (await Promise.all(results)).reduce((sum, one) => sum + one, 0);
}

/** Returns Wilson's 95 % interval of a share. */
function interval(successes, n) {
  const z = 1.96;
  const share = successes / n;
  const middle = (share + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const half = (z / (1 + z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  return [middle - half, middle + half];
}

const percent = (share) => (100 * share).toFixed(2);
const ms = (value) => (value === undefined ? "–" : value.toFixed(0));
const at = (sorted, quantile) => sorted[Math.min(sorted.length - 1, Math.ceil(quantile * sorted.length) - 1)];
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const row = (...cells) => console.log(`| ${cells.join(" | ")} |`);

const contenders = [
  { name: "openai SDK, 1 endpoint, 2 retries", make: sdk, limit: (p) => 1 - p ** 3 },
  {
    name: "switchpoint, 2 endpoints, no retries",
    make: (endpoints) => router(endpoints, { retries: 0 }),
    limit: (p) => 1 - p ** 2,
  },
  {
    name: "switchpoint, 2 endpoints, defaults",
    make: (endpoints) => router(endpoints),
    limit: (p) => 1 - p ** 2,
  },
];

const pair = (options) => Promise.all([1, 2].map((seed) => serve({ ...options, seed })));
const close = (endpoints) => {
  for (const endpoint of endpoints) endpoint.close();
};

const healthy = await pair({});
const usual = new Map();
for (const { name, make } of contenders) {
  await closedLoop(make(healthy));
  usual.set(name, await closedLoop(make(healthy)));
}
close(healthy);

console.log(`${requests} requests per cell, ${concurrency} at a time, Node ${process.version}\n`);
row(
  "failing calls",
  "how",
  "client",
  "answered, % [95 %]",
  "limit, %",
  "added ms: mean",
  "p50",
  "p99",
  "calls per request",
);
row(...Array.from({ length: 9 }, () => "---"));
for (const failure of [500, "reset"]) {
  for (const probability of [0.01, 0.05, 0.2, 0.5]) {
    for (const { name, make, limit } of contenders) {
      const endpoints = await pair({ probability, failure });
      const times = await closedLoop(make(endpoints));
      const calls = await Promise.all(endpoints.map((endpoint) => endpoint.calls()));
      close(endpoints);
      const [low, high] = interval(times.length, requests);
      const before = usual.get(name);
      row(
        `${100 * probability} %`,
        failure === "reset" ? "connection reset" : `status ${failure}`,
        name,
        `${percent(times.length / requests)} [${percent(low)}, ${percent(high)}]`,
        percent(limit(probability)),
        ms(mean(times) - mean(before)),
        ms(at(times, 0.5) - at(before, 0.5)),
        ms(at(times, 0.99) - at(before, 0.99)),
        ((calls[0] + calls[1]) / requests).toFixed(2),
      );
    }
  }
}

const rate = 200;
console.log(
  `\nBrown-out: ${rate} requests per second, an endpoint that serves 30 % of them and refuses the rest\n`,
);
row("refused with", "client", "answered, %", "calls per request: to it", "to the healthy one");
row(...Array.from({ length: 5 }, () => "---"));
for (const failure of [503, 429]) {
  for (const [name, make, count] of [
    ["openai SDK, 2 retries", sdk, 1],
    ["switchpoint, one endpoint", router, 1],
    ["switchpoint, with a healthy second", router, 2],
  ]) {
    const endpoints = [await serve({ perSecond: 0.3 * rate, failure }), await serve({})].slice(0, count);
    const answered = await openLoop(make(endpoints), rate);
    const calls = await Promise.all(endpoints.map((endpoint) => endpoint.calls()));
    close(endpoints);
    row(
      failure,
      name,
      percent(answered / requests),
      (calls[0] / requests).toFixed(2),
      calls[1] === undefined ? "–" : (calls[1] / requests).toFixed(2),
    );
  }
}
process.exit();
