// node http.mjs [rounds]: CPU per call of several ways to call a server in another process, in alternating
// rounds of one process, each as a ratio to OpenAI's SDK alone. Prints JSON: medians of the rounds.
import { fork } from "node:child_process";
import { once } from "node:events";
import OpenAI from "openai";
import { createRouter } from "switchpoint";
import { threshold } from "switchpoint/policies";
import { openaiCompatible } from "switchpoint/providers/openai-compatible";
import * as transports from "switchpoint/providers/transport";
import { median } from "./measure.mjs";
import { promptsOf } from "./prompts.mjs";

const rounds = Number(process.argv[2] ?? 15);
const server = fork(new URL("loopback-server.mjs", import.meta.url), {
  stdio: ["ignore", "pipe", "inherit", "ipc"],
});
const [port] = await once(server.stdout.setEncoding("utf8"), "data");
const baseUrl = `http://127.0.0.1:${port.trim()}/v1`;
const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 4 };

const client = new OpenAI({ baseURL: baseUrl, apiKey: "none", maxRetries: 0 });
const routerOf = (options) => {
  const model = (name) => openaiCompatible(name, { baseUrl, price, contextWindow: 128_000, ...options });
  return createRouter({
    models: { small: model("a"), large: model("b") },
    policy: threshold({ small: "small", large: "large", at: 0.7 }),
  });
};
const routers = {
  "route(), own transport": routerOf({}),
  "route(), own transport over undici": routerOf({ fetch: transports.undici() }),
  "route(), SDK over own transport": routerOf({ client: "sdk" }),
  "route(), SDK over fetch": routerOf({ client: "sdk", fetch: globalThis.fetch }),
};
const prompts = promptsOf(200, 32);
const messages = (index) => [{ role: "user", content: prompts[index % 32] }];

const whole = {
  "openai SDK alone": (index) => client.chat.completions.create({ model: "a", messages: messages(index) }),
};
const streamed = (chunks) => ({
  "openai SDK alone": async (index) => {
    const body = { model: "a", messages: messages(index), max_tokens: chunks };
    const stream = await client.chat.completions.create({
      ...body,
      stream: true,
      stream_options: { include_usage: true },
    });
    for await (const _ of stream);
  },
  ...Object.fromEntries(
    Object.entries(routers).map(([name, router]) => [
      name.replace("route()", "stream()"),
      async (index) => {
        for await (const _ of router.stream({ messages: messages(index), max_tokens: chunks }));
      },
    ]),
  ),
});
for (const [name, router] of Object.entries(routers))
  whole[name] = (index) => router.route({ messages: messages(index) });

/** Runs `calls` calls, `inFlight` at a time; returns CPU per call in µs. */
async function cpuOf(work, calls, inFlight) {
  let next = 0;
  const worker = async () => {
    while (next < calls) await work(next++);
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: inFlight }, worker));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

async function compare(what, ways, calls, inFlight) {
  const names = Object.keys(ways);
  for (const name of names) await cpuOf(ways[name], 2 * calls, inFlight);
  const measured = Object.fromEntries(names.map((name) => [name, []]));
  const ratios = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    // Another order in each round: what runs first pays for what ran last. No forced collection: it throws
    // compiled code away, which a block of a few calls does not earn back.
    const order = names.map((_, at) => names[(at + round) % names.length]);
    for (const name of order) measured[name].push(await cpuOf(ways[name], calls, inFlight));
    for (const name of names) ratios[name].push(measured[name].at(-1) / measured[names[0]].at(-1));
  }
  return names.map((name) => ({
    what,
    inFlight,
    name,
    cpu: median(measured[name]),
    ratio: median(ratios[name]),
    low: Math.min(...ratios[name]),
    high: Math.max(...ratios[name]),
  }));
}

const rows = [];
for (const inFlight of [1, 16, 64]) rows.push(...(await compare("call", whole, 320, inFlight)));
for (const inFlight of [1, 16]) rows.push(...(await compare("stream of 100", streamed(100), 64, inFlight)));
rows.push(...(await compare("stream of 1,000", streamed(1_000), 8, 1)));
console.log(JSON.stringify(rows));
server.disconnect();
process.exit();
