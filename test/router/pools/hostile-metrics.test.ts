import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { expect, onTestFinished, test, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import type { RouterEvent } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { leastLoaded, pool } from "../../../src/router/pools/index.ts";
import { vllmMetrics, watchLoad } from "../../../src/router/pools/load/index.ts";
import { readPrometheus } from "../../../src/router/pools/load/prometheus-text.ts";
import { readLoad } from "../../../src/router/pools/load/read-load.ts";
import { vllm } from "../../../src/router/providers/engines/index.ts";
import { engineServer, idleMetrics, traffic } from "../../support/pools/engine-server.ts";

const text = (lines: string) => (response: ServerResponse) => void response.end(lines);
const vllmText = (running: string, more = "") =>
  `vllm:num_requests_running ${running}\nvllm:num_requests_waiting 0\nvllm:kv_cache_usage_perc 0\n${more}`;

/** Sends pieces as fast as they are taken, without end. */
function flood(response: ServerResponse, piece: string): void {
  const more = (): void => {
    while (!response.destroyed && response.write(piece));
  };
  response.on("drain", more);
  more();
}

/** Sends a piece every few milliseconds, without end. */
function drip(response: ServerResponse, write: () => void): void {
  const timer = setInterval(write, 3);
  response.on("close", () => clearInterval(timer));
}

const sglang = [
  "# TYPE sglang:num_running_reqs gauge",
  'sglang:num_running_reqs{model_name="qwen"} 3.0',
  'sglang:num_queue_reqs{model_name="qwen"} 1.0',
].join("\n");
const nodeExporter = "# TYPE node_load1 gauge\nnode_load1 0.5\n# TYPE go_goroutines gauge\ngo_goroutines 8\n";
const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20, "#"));

const attacks: readonly (readonly [name: string, (response: ServerResponse) => void, problem: string])[] = [
  ["are of 10 MB", text("#".repeat(10_000_000)), "more than 4194304 bytes (option load.maxBytes)"],
  ["never end, fast", (response) => flood(response, "# more\n".repeat(5_000)), "more than 4194304 bytes"],
  [
    "never end, a byte at a time",
    (response) => drip(response, () => response.write("#")),
    "(option load.timeoutMs)",
  ],
  [
    "begin with headers that never end",
    (response) => {
      const { socket } = response;
      socket?.write("HTTP/1.1 200 OK\r\n");
      drip(response, () => socket?.write("x-more: 1\r\n"));
    },
    "metrics: ",
  ],
  [
    "are a bomb of gzip",
    (response) => void response.writeHead(200, { "content-encoding": "gzip" }).end(bomb),
    "more than 4194304 bytes",
  ],
  [
    "are no gzip where they should be",
    (response) => void response.writeHead(200, { "content-encoding": "gzip" }).end("plain"),
    "metrics: ",
  ],
  ["have very many lines", text("a\n".repeat(2_000_000)), "more than 100000 lines"],
  [
    "have very many samples",
    text(Array.from({ length: 3_000 }, (_, at) => `vllm:num_requests_running{a="${at}"} 1`).join("\n")),
    "more than 2000 samples",
  ],
  [
    "are cut by the server",
    (response) => void response.writeHead(200, { "content-length": 9 }).destroy(),
    "metrics: ",
  ],
  ["are SGLang's", text(sglang), "those of sglang, for which the member's model is to be made"],
  ["are of a machine", text(nodeExporter), "is load.path that of its metrics?"],
  ["are not there", (response) => void response.writeHead(404).end(), "is load.path right?"],
  [
    "are not for this key",
    (response) => void response.writeHead(403).end(),
    "is the key of the member right?",
  ],
  ...["NaN", "+Inf", "-Inf", "-1", "1e308", "1e16", "9".repeat(400)].map(
    (value) =>
      [
        `count ${value.slice(0, 8)}`,
        text(vllmText(value)),
        "vllm:num_requests_running is not a count",
      ] as const,
  ),
  ...["many", "0x10", "1,5", "", "1e", "١"].map(
    (value) => [`say "${value}"`, text(vllmText(value)), "cannot be read"] as const,
  ),
  ["count twice", text(vllmText("1", "vllm:num_requests_running 2\n")), "twice with the same labels"],
  [
    "have a counter for a gauge",
    text(`# TYPE vllm:num_requests_running counter\n${vllmText("7")}`),
    "vllm:num_requests_running is a counter",
  ],
  [
    "have a histogram for a gauge",
    text(
      '# TYPE vllm:num_requests_waiting histogram\nvllm:num_requests_waiting_bucket{le="1"} 3\nvllm:num_requests_running 0\n',
    ),
    "vllm:num_requests_waiting is a histogram",
  ],
];

test.each(attacks)(
  "metrics that %s are told once, lose no request, and end with the attack",
  async (_, attack, problem) => {
    const [bad, good] = [await engineServer(), await engineServer()];
    const own = pool(
      "own",
      [bad, good].map(({ url }) => vllm("qwen", { baseUrl: url, apiKey: "none" })),
      {
        balance: leastLoaded(),
        load: {
          everyMs: 10,
          timeoutMs: problem.includes("timeoutMs") || problem === "metrics: " ? 400 : 20_000,
        },
      },
    );
    const events: RouterEvent[] = [];
    const router = createRouter({
      models: { own },
      policy: always("own"),
      onEvent: (event) => void (event.type.startsWith("pool-") && events.push(event)),
    });
    onTestFinished(() => router.close());
    bad.metrics = attack;
    const loads = await traffic(router, 100);
    await vi.waitFor(() => expect(events).toHaveLength(1), { timeout: 15_000 });
    const before = bad.scrapes;
    loads.push(...(await traffic(router, 100)));
    await vi.waitFor(() => expect(bad.scrapes).toBeGreaterThan(before + 2), { timeout: 15_000 });
    expect(events).toMatchObject([
      { type: "pool-problem", ready: 2, problem: expect.stringContaining(problem) },
    ]);
    expect(bad.calls + good.calls).toBe(200);
    // What is not finite is null in JSON.
    expect(JSON.stringify(loads.filter((load) => load !== undefined))).not.toContain("null");
    bad.metrics = text(idleMetrics);
    await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ type: "pool-recovered" }), {
      timeout: 15_000,
    });
    await vi.waitFor(() => expect(own.members?.()[0]?.load).toMatchObject({ running: 0, waiting: 0 }));
    expect(events).toHaveLength(2);
  },
);

test("counters that fall, jump or turn round leave a load that is finite, and is right again", async () => {
  let lines = "";
  const watch = watchLoad({
    url: "http://127.0.0.1:9/metrics",
    names: vllmMetrics,
    everyMs: 1,
    ask: async () => ({ status: 200, text: lines }),
  });
  onTestFinished(watch.close);
  const counters = (count: number) =>
    ["vllm:request_success_total", "vllm:request_generation_tokens_sum", "vllm:generation_tokens_total"]
      .map((name) => `${name} ${count}`)
      .join("\n");
  const counts = [0, 5, 1e15, 3, 0, 9e15, 2, 1e308, 7, Number.MAX_SAFE_INTEGER, 0];
  for (let turn = 0; turn < 200; turn += 1) {
    const [running, waiting] = [turn % 5, turn % 3];
    lines = `${vllmText(String(running)).replace("waiting 0", `waiting ${waiting}`)}${counters(counts[turn % counts.length] as number)}`;
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect(JSON.stringify([watch.load() ?? {}, watch.capacity()])).not.toContain("null");
  }
  const from = performance.now();
  await vi.waitFor(
    () => {
      const seconds = (performance.now() - from) / 1_000;
      lines = `vllm:num_requests_running 2\nvllm:num_requests_waiting 2\nvllm:kv_cache_usage_perc 0\n${counters(seconds * 20)}`;
      const { expectedWaitMs = 0 } = watch.load() ?? {};
      // Two run at a time, and twenty end in a second.
      expect(expectedWaitMs).toBeGreaterThan(20);
      expect(expectedWaitMs).toBeLessThan(1_000);
    },
    { timeout: 10_000, interval: 5 },
  );
});

test("the longest metrics that are read take a small multiple of the time of plain ones", () => {
  const line = (labels: number, at: number) =>
    `vllm:num_requests_running{${Array.from({ length: labels }, (_, n) => `l${n}="${n === 0 ? at : n}"`).join()}} 1\n`;
  const hostile =
    line(15, 1).replace('l0="1",', "") + Array.from({ length: 1_900 }, (_, at) => line(16, at)).join("");
  const plain = "# HELP vllm:iteration_tokens_total Histogram of number of tokens per engine_step.\n".repeat(
    50_000,
  );
  const timeOf = (work: () => unknown): number => {
    let least = Number.POSITIVE_INFINITY;
    for (let turn = 0; turn < 5; turn += 1) {
      const from = performance.now();
      work();
      least = Math.min(least, performance.now() - from);
    }
    return least;
  };
  const plainMs = timeOf(() => readPrometheus(plain, () => false));
  const ratio = timeOf(() => readLoad(hostile, vllmMetrics)) / plainMs;
  console.log(`${plain.length} characters of comments: ${plainMs.toFixed(1)} ms; ratio ${ratio.toFixed(1)}`);
  expect(ratio).toBeLessThan(60);
});

test("a key that never comes, and a server that throws, are problems that end", async () => {
  const server = await engineServer();
  let isStuck = true;
  const own = pool(
    "own",
    [
      vllm("qwen", {
        baseUrl: server.url,
        apiKey: () => (isStuck ? new Promise<string>(() => {}) : Promise.resolve("key")),
      }),
    ],
    { load: { everyMs: 5, timeoutMs: 30 } },
  );
  const watch = own.pool?.watch?.({
    clock: { wall: Date.now, monotonic: Date.now, after: () => ({ cancel() {}, restart() {} }) },
    onNews: () => {},
  });
  await vi.waitFor(() =>
    expect(own.pool?.problems?.().join()).toContain("no answer of apiKey() within 0.03 s"),
  );
  isStuck = false;
  await vi.waitFor(() => expect(own.pool?.problems?.()).toEqual([]));
  isStuck = true;
  await watch?.close();
  const odd = watchLoad({
    url: "http://127.0.0.1:9/metrics",
    names: vllmMetrics,
    everyMs: 1,
    ask: () => Promise.reject(new Error("secret")),
  });
  await vi.waitFor(() => expect(odd.lasting()).toEqual(["metrics: asking for them has thrown"]));
  await odd.close();
});
