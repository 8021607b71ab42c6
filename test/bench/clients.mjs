// node clients.mjs [rounds]: CPU per call of OpenAI's client over a router in this process, as a ratio to the same client
// over a `fetch` that returns ready bytes: what is left is the SDK's own building and parsing. No socket, no model.
// Alternating rounds of one process. Prints JSON: medians of the rounds.
import OpenAI from "openai";
import { createRouter } from "switchpoint";
import { wrapOpenAI } from "switchpoint/clients";
import { threshold } from "switchpoint/policies";
import { median } from "./measure.mjs";
import { promptsOf } from "./prompts.mjs";

const rounds = Number(process.argv[2] ?? 15);
const calls = 300;
const prompts = promptsOf(200, 32);
const head = { id: "chatcmpl-1", created: 1, model: "m" };
const usage = { prompt_tokens: 50, completion_tokens: 64, total_tokens: 114 };
const words = Array.from({ length: 64 }, (_, at) => `word${at} `);
const message = { role: "assistant", content: words.join(""), refusal: null };
const completion = {
  ...head,
  object: "chat.completion",
  choices: [{ index: 0, finish_reason: "stop", logprobs: null, message }],
  usage,
};
const chunk = (delta, finish_reason = null) => ({
  ...head,
  object: "chat.completion.chunk",
  choices: [{ index: 0, delta, finish_reason }],
});
const chunks = [...words.map((content) => chunk({ role: "assistant", content })), chunk({}, "stop")];

const bytes = new TextEncoder();
const body = bytes.encode(JSON.stringify(completion));
const events = [...chunks.map((one) => JSON.stringify(one)), "[DONE]"].map((text) =>
  bytes.encode(`data: ${text}\n\n`),
);
const json = { "content-type": "application/json" };
const stream = { "content-type": "text/event-stream" };
const ready = async (_url, init) => {
  if (!JSON.parse(init.body).stream) return new Response(body, { headers: json });
  let at = 0;
  const pull = (controller) => (at < events.length ? controller.enqueue(events[at++]) : controller.close());
  return new Response(new ReadableStream({ pull }), { headers: stream });
};
const plain = new OpenAI({ apiKey: "none", maxRetries: 0, fetch: ready });

const model = (name) => ({
  name: `bench:${name}`,
  provider: "bench",
  model: name,
  labels: {},
  price: { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 4 },
  generate: async () => structuredClone(completion),
  async *stream() {
    yield* chunks;
  },
});
const router = createRouter({
  models: { small: model("a"), large: model("b") },
  policy: threshold({ small: "small", large: "large", at: 0.7 }),
});
const routed = wrapOpenAI(new OpenAI({ apiKey: "none", maxRetries: 0 }), router);

const messages = (index) => [{ role: "user", content: prompts[index % 32] }];
const whole = (client) => (index) =>
  client.chat.completions.create({ model: "auto", messages: messages(index) });
const streamed = (client) => async (index) => {
  const asked = { model: "auto", messages: messages(index), stream: true };
  for await (const _ of await client.chat.completions.create(asked));
};
const route = (index) => router.route({ messages: messages(index) });
const kinds = {
  "whole: the SDK alone": whole(plain),
  "whole: wrapOpenAI(…, router)": whole(routed),
  "whole: route() alone": route,
  "64 pieces: the SDK alone": streamed(plain),
  "64 pieces: wrapOpenAI(…, router)": streamed(routed),
};

async function cpuOf(work) {
  const before = process.cpuUsage();
  for (let index = 0; index < calls; index += 1) await work(index);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

const taken = Object.fromEntries(Object.keys(kinds).map((name) => [name, []]));
for (let round = -3; round < rounds; round += 1)
  for (const [name, work] of Object.entries(kinds)) {
    const cpu = await cpuOf(work);
    if (round >= 0) taken[name].push(cpu);
  }
const rows = Object.entries(taken).map(([name, values]) => {
  const base = taken[name.startsWith("whole") ? "whole: the SDK alone" : "64 pieces: the SDK alone"];
  return { name, cpu: median(values), ratio: median(values.map((value, at) => value / base[at])) };
});
console.log(JSON.stringify(rows, null, 1));
