// Lines that a decision log writes, and loses, at a rate of requests: node test/bench/decision-log.mjs [rate] [seconds]
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { always } from "../../dist/policies/index.js";
import { createRouter, decisionLog } from "../../dist/src/index.js";

const [rate = 20_000, seconds = 3] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), "switchpoint-bench-"));
const file = join(folder, "decisions.jsonl");
const log = decisionLog({ file });
const completion = {
  id: "1",
  object: "chat.completion",
  created: 0,
  model: "m",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "ok" } }],
  usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 },
};
const model = (name) => ({
  name,
  provider: "bench",
  model: name,
  labels: {},
  generate: async () => completion,
  stream: async function* () {},
});
const router = createRouter({
  models: { small: model("a"), large: model("b") },
  policy: always("small"),
  onEvent: log,
});

const total = rate * seconds;
const started = performance.now();
const cpu = process.cpuUsage();
let sent = 0;
let peakMb = 0;
while (sent < total) {
  // As from sockets: the event loop turns between some requests, also where the machine cannot keep the rate.
  const behind = Math.floor(((performance.now() - started) / 1_000) * rate) - sent;
  const due = Math.min(total, sent + Math.min(behind, 1_000));
  while (sent < due) {
    router.route(`What is the capital of country ${sent}?`);
    sent += 1;
  }
  peakMb = Math.max(peakMb, process.memoryUsage.rss() / 2 ** 20);
  await new Promise(setImmediate);
}
const elapsed = (performance.now() - started) / 1_000;
await router.close();
const { user, system } = process.cpuUsage(cpu);
const { size } = await stat(file);
await rm(folder, { recursive: true });
console.log(
  JSON.stringify({
    rate: Math.round(sent / elapsed),
    requests: sent,
    dropped: log.dropped,
    cpuSeconds: (user + system) / 1e6,
    megabytes: Math.round(size / 1e6),
    peakMb: Math.round(peakMb),
  }),
);
