// node test/bench/expected-wait.mjs vllm|llama.cpp URL MODEL [burst] [least] [most] [probes]: bursts on a real engine that nothing
// else asks, and among them requests whose time to the first token is compared with the one that a pool expected, from the
// second reading of a queue on. The key is ENGINE_KEY. Start the engine with its threads on one core (taskset), and this on another.
// Exit code 1 if fewer than nine of ten are within a factor of two.
import { setTimeout as sleep } from "node:timers/promises";
import { createRouter } from "switchpoint";
import { always } from "switchpoint/policies";
import { llamaCpp, vllm } from "switchpoint/providers/engines";
import { pool } from "switchpoint/providers/pools";

const [engine, url, name, ...numbers] = process.argv.slice(2);
const [burst = 14, least = 30, most = 110, wanted = 12] = numbers.map(Number);
const apiKey = process.env.ENGINE_KEY ?? "none";
const make = engine === "vllm" ? vllm : llamaCpp;
const own = pool("probed", [make(name, { baseUrl: `${url}/v1`, apiKey })], {
  load: { headers: { authorization: `Bearer ${apiKey}` } },
});
const router = createRouter({ models: { own }, policy: always("own") });
const load = () => own.members()[0].load ?? {};
const pauseMs = 1_300;

// A sequence that is the same in each run.
let state = 7;
const random = () => {
  state = (state * 48_271) % 2_147_483_647;
  return state / 2_147_483_647;
};

let sent = 0;
let promptTokens = 0;
async function send() {
  sent += 1;
  const from = performance.now();
  let firstMs;
  const stream = router.stream({
    messages: [{ role: "user", content: `Question ${sent}: how deep is the harbour?` }],
    max_tokens: least + Math.floor((most - least + 1) * random()),
    ignore_eos: true,
  });
  for await (const _ of stream) firstMs ??= performance.now() - from;
  const { usage } = await stream.result;
  promptTokens = usage?.inputTokens ?? promptTokens;
  return firstMs ?? performance.now() - from;
}

const probes = [];
async function probe(waiting) {
  const { expectedWaitMs = Number.NaN, waitErrorMs = Number.NaN, promptTokensPerSecond } = load();
  const promptMs = promptTokensPerSecond ? (promptTokens / promptTokensPerSecond) * 1_000 : 0;
  const realMs = await send();
  probes.push({ waiting, expectedMs: expectedWaitMs + promptMs, errorMs: waitErrorMs, realMs });
}

const idle = [];
for (let one = 0; one < 10; one += 1) idle.push(await send());
for (let round = 0; probes.length < wanted && round < 10; round += 1) {
  const calls = Array.from({ length: burst }, send);
  // Two readings.
  await sleep(2 * pauseMs);
  while (load().waiting > 0 && probes.length + calls.length - burst < wanted) {
    calls.push(probe(load().waiting));
    await sleep(pauseMs);
  }
  await Promise.all(calls);
}
await router.close();

const isWithin2 = ({ expectedMs, realMs }) => expectedMs <= 2 * realMs && expectedMs >= realMs / 2;
const isInError = ({ expectedMs, errorMs, realMs }) => Math.abs(expectedMs - realMs) <= errorMs;
for (const { waiting, expectedMs, errorMs, realMs } of probes)
  console.log(
    `${waiting} waiting: expected ${expectedMs.toFixed(0)} ms ± ${errorMs.toFixed(0)}, real ${realMs.toFixed(0)}, ratio ${(expectedMs / realMs).toFixed(2)}`,
  );
const near = probes.filter(isWithin2).length;
console.log(
  `${near} of ${probes.length} within a factor of two, ${probes.filter(isInError).length} within the error; idle first token ${Math.min(...idle).toFixed(0)} to ${Math.max(...idle).toFixed(0)} ms, n = ${idle.length}`,
);
process.exitCode = probes.length >= 10 && near >= 0.9 * probes.length ? 0 : 1;
