// node route.mjs sdk|adapter|router: measures one way to call a server in another process. Prints JSON:
// medians of rounds, after a warm-up.
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
const messages = (index) => [{ role: "user", content: prompts[index % 32] }];
const adapter = model("a");
const ways = {
  sdk: [
    "openai SDK alone",
    (index) => client.chat.completions.create({ model: "a", messages: messages(index) }),
  ],
  adapter: [
    "its adapter alone",
    (index) => adapter.generate({ messages: messages(index) }, { signal: new AbortController().signal }),
  ],
  router: ["route()", (index) => router.route({ messages: messages(index) })],
};
const [name, work] = ways[process.argv[2]];

await measure(work, { runs: 1_500 });
const rounds = [];
for (let round = 0; round < 7; round += 1) rounds.push(await measure(work, { runs: 400, warmUp: 0 }));
const middle = (key) => median(rounds.map((one) => one[key]));
console.log(
  JSON.stringify([{ name, characters: 200, p50: middle("p50"), p99: middle("p99"), cpu: middle("cpu") }]),
);
server.disconnect();
process.exit();
