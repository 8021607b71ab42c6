import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { always } from "../../../../policies/index.ts";
import { createRouter, ProviderError } from "../../../../src/index.ts";
import { otel } from "../../../../src/serve/telemetry/otel/index.ts";
import { fakeModel } from "../../../../src/testing/index.ts";

const usage = { inputTokens: 100, outputTokens: 50 };
const canary = "CANARY-7c1f";

beforeEach(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterEach(() => context.disable());

function set(failures = 1) {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({
    exporter: metricExporter,
    exportIntervalMillis: 60_000,
  });
  const meterProvider = new MeterProvider({ readers: [reader] });
  let left = failures;
  const small = fakeModel({
    model: "small",
    usage,
    answer: () => {
      left -= 1;
      if (left >= 0) throw new ProviderError({ kind: "server", model: "fake:small", detail: canary });
      return canary;
    },
  });
  const router = createRouter({
    models: { small },
    policy: always("small"),
    execution: { backoffBaseMs: 0 },
  });
  return { router, exporter, tracerProvider, meterProvider, reader, metricExporter };
}

describe("otel", () => {
  it("makes a span for a request in the caller's, and in it one for each call", async () => {
    const { router, exporter, tracerProvider, meterProvider, reader, metricExporter } = set();
    const watching = await otel(router, { tracerProvider, meterProvider });
    await tracerProvider.getTracer("caller").startActiveSpan("caller", async (span) => {
      await router.route({ messages: [{ role: "user", content: canary }], tenant: canary, session: canary });
      span.end();
    });
    const all = exporter.getFinishedSpans();
    const [failed, answered, route, caller] = all;
    expect(all.map(({ name }) => name)).toEqual(["chat small", "chat small", "switchpoint.route", "caller"]);
    expect(route?.parentSpanContext?.spanId).toBe(caller?.spanContext().spanId);
    expect(failed?.parentSpanContext?.spanId).toBe(route?.spanContext().spanId);
    expect(failed?.attributes["error.type"]).toBe("server");
    expect(failed?.status.code).toBe(2);
    expect(answered?.attributes).toMatchObject({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "fake",
      "gen_ai.request.model": "small",
      "gen_ai.usage.input_tokens": 100,
      "switchpoint.hop": "retry",
    });
    expect(route?.attributes).toMatchObject({ "switchpoint.cause": "policy", "switchpoint.propensity": 1 });
    await reader.forceFlush();
    const metrics = metricExporter
      .getMetrics()
      .flatMap((one) => one.scopeMetrics.flatMap((scope) => scope.metrics));
    expect(metrics.map(({ descriptor }) => descriptor.name).sort()).toEqual([
      "gen_ai.client.operation.duration",
      "gen_ai.client.token.usage",
    ]);
    expect(
      JSON.stringify([
        all.map(({ name, attributes, events, status }) => [name, attributes, events, status]),
        metrics,
      ]),
    ).not.toContain(canary);
    watching.close();
    await meterProvider.shutdown();
    trace.disable();
  });

  it("does not concern requests when an exporter throws", async () => {
    const { router, meterProvider } = set(0);
    const broken = {
      export: () => {
        throw new Error("down");
      },
      shutdown: async () => {},
    };
    const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(broken)] });
    const watching = await otel(router, { tracerProvider, meterProvider });
    expect((await router.route("Hello.")).text).toBe(canary);
    watching.close();
    await meterProvider.shutdown();
  });

  it("does not concern requests when an exporter never ends: spans wait up to a bound, more are dropped", async () => {
    const { router, meterProvider } = set(0);
    const asked: number[] = [];
    const hanging = {
      export: (spans: readonly unknown[]) => void asked.push(spans.length),
      shutdown: async () => {},
    };
    const limits = {
      maxQueueSize: 20,
      maxExportBatchSize: 5,
      scheduledDelayMillis: 1,
      exportTimeoutMillis: 60_000,
    };
    const tracerProvider = new BasicTracerProvider({
      spanProcessors: [new BatchSpanProcessor(hanging, limits)],
    });
    const watching = await otel(router, { tracerProvider, meterProvider });
    for (let request = 0; request < 100; request += 1)
      expect((await router.route("Hello.")).text).toBe(canary);
    await expect.poll(() => asked).toEqual([5]);
    watching.close();
    await router.close();
    await meterProvider.shutdown();
  });
});
