// One process: CPU of the plain openai SDK and of route() on top of it, interleaved, against a server
// in another process. Prints JSON.
import { fork } from "node:child_process";
import { once } from "node:events";
import OpenAI from "openai";
import { createRouter } from "switchpoint";
import { threshold } from "switchpoint/policies";
import { openaiCompatible } from "switchpoint/providers/openai-compatible";
import { measure, median } from "./measure.mjs";
import { promptsOf } from "./prompts.mjs";

const server = fork(new URL("loopback-server.mjs", import.meta.url), {
  stdio: ["ignore", "pipe", "inherit", "ipc"],
});
const [port] = await once(server.stdout.setEncoding("utf8"), "data");
const baseUrl = `http://127.0.0.1:${port.trim()}/v1`;
const client = new OpenAI({ baseURL: baseUrl, apiKey: "none", maxRetries: 0 });
const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 4 };
const model = (name) => openaiCompatible(name, { baseUrl, price, contextWindow: 128_000 });
const router = createRouter({
  models: { small: model("a"), large: model("b") },
  policy: threshold({ small: "small", large: "large", at: 0.7 }),
});
const prompts = promptsOf(200, 32);
const sdk = (index) =>
  client.chat.completions.create({ model: "a", messages: [{ role: "user", content: prompts[index % 32] }] });
const routed = (index) => router.route(prompts[index % 32]);

const rounds = { sdk: [], routed: [] };
await measure(sdk, { runs: 500 });
await measure(routed, { runs: 500 });
for (let round = 0; round < 7; round += 1) {
  rounds.sdk.push(await measure(sdk, { runs: 400, warmUp: 0 }));
  rounds.routed.push(await measure(routed, { runs: 400, warmUp: 0 }));
}
const middle = (list) => ({
  p50: median(list.map(({ p50 }) => p50)),
  p99: median(list.map(({ p99 }) => p99)),
  cpu: median(list.map(({ cpu }) => cpu)),
});
console.log(
  JSON.stringify([
    { name: "openai SDK alone", characters: 200, ...middle(rounds.sdk) },
    { name: "route() over the openai SDK", characters: 200, ...middle(rounds.routed) },
  ]),
);
server.disconnect();
process.exit();
