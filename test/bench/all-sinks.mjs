// node --expose-gc test/bench/all-sinks.mjs [requests]: heap and delay of the event loop over many requests of as many tenants,
// without a sink and with all of them (log with rotation, Prometheus, OpenTelemetry, alarms, page), each in a process of its
// own. Prints the heap after each tenth in MB, and the delay's 99th percentile.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";
import { createRouter, decisionLog } from "switchpoint";
import { always } from "switchpoint/policies";
import { alarms, dashboard, otel, prometheus, rateAbove } from "switchpoint/serve";

const [, , first = "200000", kind] = process.argv;
const requests = Number(first);
if (kind === undefined) {
  for (const one of ["none", "all"])
    await once(fork(new URL(import.meta.url), [first, one], { execArgv: ["--expose-gc"] }), "exit");
} else await run(kind === "all");

async function run(isWatched) {
  const message = { role: "assistant", content: "hi", refusal: null };
  const choices = [{ index: 0, finish_reason: "stop", logprobs: null, message }];
  const usage = { prompt_tokens: 50, completion_tokens: 10, total_tokens: 60 };
  const small = {
    name: "small",
    provider: "own",
    model: "small",
    labels: {},
    price: { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 4 },
    generate: async () => ({
      id: "c",
      object: "chat.completion",
      created: 1,
      model: "small",
      choices,
      usage,
    }),
    async *stream() {},
  };
  const router = createRouter({ models: { small }, policy: always("small") });
  const folder = await mkdtemp(join(tmpdir(), "switchpoint-bench-"));
  if (isWatched) await watch(router, folder);
  let sent = 0;
  const send = async (count) => {
    let left = count;
    const client = async () => {
      while (left-- > 0) {
        const tenant = `tenant ${sent++}`;
        await router.route({ messages: [{ role: "user", content: tenant }], tenant, session: tenant });
        await new Promise(setImmediate);
      }
    };
    await Promise.all(Array.from({ length: 16 }, client));
  };
  await send(20_000);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const heap = [];
  for (let tenth = 0; tenth < 10; tenth += 1) {
    await send(requests / 10);
    for (let time = 0; time < 3; time += 1) globalThis.gc();
    heap.push((process.memoryUsage().heapUsed / 1e6).toFixed(1));
  }
  console.log(`${kind}: heap ${heap.join(" ")} MB, loop p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms`);
  await router.close();
  await rm(folder, { recursive: true });
  process.exit();
}

/** Switches on every sink, and reads them as often as their readers would. */
async function watch(router, folder) {
  router.observe(
    decisionLog({ file: join(folder, "decisions.jsonl"), rotate: { maxBytes: 50_000_000, keepFiles: 2 } }),
  );
  const metrics = prometheus(router, { tenants: ["tenant 1"] });
  const rate = { of: { series: "attempt_errors_total" }, per: { series: "attempts_total" }, above: 0.5 };
  alarms({ metrics, rules: [rateAbove({ name: "errors", ...rate })], notify() {} });
  await otel(router, { tracerProvider: new BasicTracerProvider() });
  const page = dashboard(router);
  setInterval(() => void metrics.text(), 1_000).unref();
  setInterval(() => void page.frame({ window: "1h", seq: 0, statesSeq: 0 }), 500).unref();
}
