import fc from "fast-check";
import parsePrometheus from "parse-prometheus-text-format";
import { expect, onTestFinished, test, vi } from "vitest";
import {
  llamaCppMetrics,
  sglangMetrics,
  tgiMetrics,
  tritonMetrics,
  trtLlmMetrics,
  vllmMetrics,
  watchLoad,
  withOwnCalls,
} from "../../../src/router/pools/load/index.ts";
import { readPrometheus } from "../../../src/router/pools/load/prometheus-text.ts";
import { readLoad } from "../../../src/router/pools/load/read-load.ts";
import { EngineCore } from "../../../src/testing/fake-engine/engine-core.ts";
import { metricsText } from "../../../src/testing/fake-engine/metrics-text.ts";
import { serveFakeEngine, smallProfile } from "../../../src/testing/index.ts";
import { numRuns } from "../../support/runs.ts";
import { serveWith } from "../../support/serve-with.ts";

const dialects = {
  vllm: vllmMetrics,
  "vllm-former": vllmMetrics,
  sglang: sglangMetrics,
  tgi: tgiMetrics,
  "llama.cpp": llamaCppMetrics,
} as const;

function busyCore(): EngineCore {
  const core = new EngineCore({ ...smallProfile, slots: 2 });
  for (let index = 0; index < 5; index += 1)
    core.submit(
      { prompt: [{ hash: `p${index}`, tokens: 100 }], answer: { hash: `a${index}`, tokens: 50 } },
      0,
    );
  return core;
}

test.each(Object.entries(dialects))(
  "metrics of %s are read, as another parser reads them",
  (dialect, names) => {
    const text = metricsText(busyCore(), 'a "model" \\ of one', dialect as keyof typeof dialects);
    const theirs = parsePrometheus(text).map((one) => [
      one.name,
      Number(one.metrics[0]?.value),
      one.metrics[0]?.labels ?? {},
    ]);
    const ours = readPrometheus(text, () => true);
    expect(ours.badLines).toBe(0);
    expect(ours.samples.map(({ name, value, labels }) => [name, value, Object.fromEntries(labels)])).toEqual(
      theirs,
    );
    expect(readLoad(text, names)).toMatchObject({ running: 2, waiting: 3, problems: [] });
  },
);

test("counts of several engines are summed, and the mean of the use of their caches counts", () => {
  const text = [0, 1]
    .flatMap((engine) => [
      `vllm:num_requests_running{engine="${engine}"} ${engine + 1}`,
      `vllm:num_requests_waiting{engine="${engine}"} 2 1700000000000`,
      `vllm:kv_cache_usage_perc{engine="${engine}"} 0.${engine + 2}`,
      `vllm:request_success{engine="${engine}",finished_reason="stop"} 7.0`,
    ])
    .join("\n");
  expect(readLoad(text, vllmMetrics)).toMatchObject({ running: 3, waiting: 4, kvUsage: 0.25, finished: 14 });
  const triton = `nv_trt_llm_request_metrics{model="m",request_type="waiting"} 3\nnv_trt_llm_request_metrics{request_type="scheduled"} 4`;
  const trt = "trtllm_num_requests_running 2\ntrtllm_num_requests_waiting 0\ntrtllm_kv_cache_utilization 0.5";
  expect(readLoad(trt, trtLlmMetrics)).toMatchObject({ running: 2, waiting: 0, kvUsage: 0.5, problems: [] });
  expect(readLoad(triton, tritonMetrics)).toMatchObject({ running: 4, waiting: 3, kvUsage: undefined });
});

test("parts of a gauge are not counted beside their total, and ranks without a total are", () => {
  const ranks = [0, 1].flatMap((rank) => [
    `sglang:num_running_reqs{model_name="m",dp_rank="${rank}",priority=""} 4`,
    `sglang:num_queue_reqs{model_name="m",dp_rank="${rank}",priority=""} 6`,
    `sglang:num_queue_reqs{model_name="m",dp_rank="${rank}",priority="1"} 5`,
    `sglang:num_queue_reqs{model_name="m",dp_rank="${rank}",priority="0"} 1`,
    `sglang:token_usage{model_name="m",dp_rank="${rank}"} 0.5`,
  ]);
  expect(readLoad(ranks.join("\n"), sglangMetrics)).toMatchObject({ running: 8, waiting: 12, kvUsage: 0.5 });
  const unlabelled =
    'sglang:num_queue_reqs 6\nsglang:num_queue_reqs{priority="1"} 5\nsglang:num_running_reqs 1';
  expect(readLoad(unlabelled, sglangMetrics)).toMatchObject({ waiting: 6 });
});

test("a total is what its parts say, however many labels and parts there are", () => {
  const rank = fc.record({ total: fc.nat(50), parts: fc.array(fc.nat(20), { maxLength: 5 }) });
  fc.assert(
    fc.property(fc.array(rank, { minLength: 1, maxLength: 6 }), (ranks) => {
      const lines = ranks.flatMap(({ total, parts }, index) => [
        `sglang:num_queue_reqs{engine="${index}",priority=""} ${total}`,
        ...parts.map((count, at) => `sglang:num_queue_reqs{priority="${at}",engine="${index}"} ${count}`),
      ]);
      const waiting = ranks.reduce((sum, { total }) => sum + total, 0);
      expect(readLoad(lines.join("\n"), sglangMetrics).waiting).toBe(waiting);
    }),
    numRuns(500),
  );
});

test("what is missing, negative or in another unit is not known, and said", () => {
  const read = readLoad(
    "vllm:num_requests_running -3\nvllm:kv_cache_usage_perc 37.5\nvllm:num_requests_waiting{ 3",
    vllmMetrics,
  );
  expect(read).toMatchObject({ running: undefined, waiting: undefined, kvUsage: undefined });
  expect(read.problems).toHaveLength(4);
  expect(read.problems.join()).toContain("wrong unit?");
});

test("any text is read without a throw", () => {
  const hostile = fc.string({ unit: fc.constantFrom(...'m{}=",\\ \n#1.e-N+'.split("")), maxLength: 200 });
  fc.assert(
    fc.property(hostile, (text) => {
      expect(readPrometheus(text, () => true).badLines).toBeGreaterThanOrEqual(0);
    }),
    numRuns(2_000),
  );
  expect(readPrometheus(`m{a="${"x\\".repeat(200_000)}`, () => true)).toMatchObject({
    samples: [],
    badLines: 1,
  });
});

test("own calls since the scrape are added: to the queue where there is one", () => {
  const load = { running: 4, waiting: 2, ageMs: 0 };
  expect(withOwnCalls(load, 1, 3)).toMatchObject({ running: 4, waiting: 4 });
  expect(withOwnCalls(load, 5, 1)).toMatchObject({ running: 2, waiting: 0 });
  expect(withOwnCalls({ running: 1, waiting: 0, ageMs: 0 }, 9, 0)).toMatchObject({ running: 0, waiting: 0 });
  expect(withOwnCalls({ ageMs: 0 }, 0, 5)).toEqual({ ageMs: 0 });
});

test("a watch reads the load of an engine, forgets it when it is stale, and ends", async () => {
  const engine = await serveFakeEngine();
  onTestFinished(engine.close);
  let time = 0;
  let calls = 1;
  const url = engine.url.replace("/v1", "/metrics");
  const watch = watchLoad({
    url,
    names: vllmMetrics,
    everyMs: 60_000,
    monotonic: () => time,
    calls: () => ({ inFlight: calls, sentAt: [], endedAt: [] }),
  });
  onTestFinished(watch.close);
  expect(watch.load()).toBeUndefined();
  await vi.waitFor(() => expect(watch.load()).toMatchObject({ running: 0, waiting: 0, expectedWaitMs: 0 }));
  expect(watch.problems()).toEqual([]);
  calls = 3;
  expect(watch.load()?.running).toBe(2);
  time = 300_001;
  expect(watch.load()).toBeUndefined();
  await watch.close();
});

test.each<[string, Parameters<typeof serveWith>[0], string]>([
  [
    "redirects",
    (response) => response.writeHead(302, { location: "http://127.0.0.1:9/" }).end(),
    "redirects",
  ],
  ["is huge", (response) => response.writeHead(200).end("#".repeat(200_000)), "more than 100000 bytes"],
  ["hangs", () => {}, "no answer within"],
  ["fails", (response) => response.writeHead(500).end(), "status 500"],
  ["is a page", (response) => response.writeHead(200).end("<html>"), "no metrics of vllm"],
])("a server that %s is a problem, and no load", async (_, answer, problem) => {
  const server = await serveWith(answer);
  onTestFinished(server.close);
  const watch = watchLoad({
    url: server.url,
    names: vllmMetrics,
    everyMs: 60_000,
    // A busy machine may take longer for an answer.
    timeoutMs: problem === "no answer within" ? 150 : 20_000,
    maxBytes: 100_000,
  });
  onTestFinished(watch.close);
  await vi.waitFor(() => expect(watch.problems().join()).toContain(problem));
  expect(watch.load()?.running).toBeUndefined();
});
