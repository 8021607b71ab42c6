import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { decisionLog, type Router, type RouterEvent } from "../../src/index.ts";
import { createDriftMonitor, createPromise, loopStates } from "../../src/loop/index.ts";
import {
  alarms,
  dashboard,
  otel,
  type Prometheus,
  prometheus,
  quantileAbove,
  rateAbove,
  webhook,
} from "../../src/serve/index.ts";
import { type LoopbackServer, sendJson, serveWith } from "./serve-with.ts";

/** Everything that a router's activity can be seen by, switched on. */
export interface AllSinks {
  readonly metrics: Prometheus;
  /** Closes the sinks and returns all texts that they hold, by the name of the sink. */
  read(): Promise<ReadonlyMap<string, string>>;
}

/** Switches on every sink of a router. */
export async function allSinks(router: Router): Promise<AllSinks> {
  const folder = await mkdtemp(join(tmpdir(), "switchpoint-sinks-"));
  const drift = createDriftMonitor({});
  router.observe(drift);
  const sources = { drift, promises: [createPromise({ name: "desk", maxLoss: 0.02 })] };
  router.observe(decisionLog({ file: join(folder, "decisions.jsonl"), loop: loopStates(sources) }));

  const events: string[] = [];
  router.observe((event: RouterEvent) => {
    // As a logger would write it, and as `console.log` shows it.
    events.push(JSON.stringify(event), inspect(event, { depth: 20, showHidden: true }));
  });

  const spans = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  const measured = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: measured, exportIntervalMillis: 600_000 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const tracing = await otel(router, { tracerProvider, meterProvider });

  const page = dashboard(router, sources);

  const hook: LoopbackServer = await serveWith((response) => sendJson(response, {}));
  const metrics = prometheus(router, { tenants: ["acme"] });
  let now = 0;
  const watching = alarms({
    metrics,
    rules: [
      rateAbove({
        name: "errors",
        of: { series: "attempt_errors_total" },
        per: { series: "attempts_total" },
        above: 0,
        minCount: 1,
      }),
      quantileAbove({
        name: "slow",
        of: { series: "request_duration_seconds" },
        quantile: 0.5,
        above: 0,
        minCount: 1,
      }),
    ],
    notify: webhook({ url: `${hook.url}/hook` }),
    everyMs: 0,
    now: () => now,
  });
  await watching.check();

  return {
    metrics,
    async read() {
      now += 15_000;
      await watching.check();
      while (watching.firing.length > hook.requests.length + watching.lost)
        await new Promise((resolve) => setTimeout(resolve, 5));
      const found = new Map([
        ["prometheus", await metrics.text()],
        ["page", JSON.stringify(await page.frame({ window: "1h", seq: 0, statesSeq: 0 }))],
      ]);
      await router.close();
      await reader.forceFlush();
      watching.close();
      tracing.close();
      found.set("events", events.join("\n"));
      found.set(
        "spans",
        JSON.stringify(
          spans
            .getFinishedSpans()
            .map(({ name, attributes, events, status }) => [name, attributes, events, status]),
        ),
      );
      found.set(
        "otel metrics",
        JSON.stringify(measured.getMetrics().map(({ scopeMetrics }) => scopeMetrics)),
      );
      found.set(
        "webhook",
        hook.requests.map(({ url, text, headers }) => JSON.stringify([url, text, headers])).join("\n"),
      );
      for (const name of await readdir(folder)) found.set(name, await readFile(join(folder, name), "latin1"));
      await Promise.all([meterProvider.shutdown(), hook.close()]);
      await rm(folder, { recursive: true });
      return found;
    },
  };
}
