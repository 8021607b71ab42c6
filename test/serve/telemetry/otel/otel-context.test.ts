import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import * as conventions from "@opentelemetry/semantic-conventions/incubating";
import {
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
} from "@opentelemetry/semantic-conventions/incubating";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { always } from "../../../../policies/index.ts";
import { createRouter, type EventSink } from "../../../../src/index.ts";
import { openaiCompatible } from "../../../../src/router/providers/openai-compatible.ts";
import { otel } from "../../../../src/serve/telemetry/otel/index.ts";
import { attributes, metrics, providers } from "../../../../src/serve/telemetry/otel/names.ts";
import { fakeModel } from "../../../../src/testing/index.ts";

const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(String(request.headers["traceparent"]).split("-")[2] ?? "");
  let text = "";
  request.setEncoding("utf8").on("data", (piece) => {
    text += piece;
  });
  request.on("end", () => {
    const piece = { id: "c", created: 0, model: "m" };
    if (JSON.parse(text).stream !== true) {
      if (asked.length === 1) {
        response.writeHead(503).end("{}");
        return;
      }
      const message = { role: "assistant", content: "hello", refusal: null };
      const choices = [{ index: 0, message, finish_reason: "stop", logprobs: null }];
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ ...piece, object: "chat.completion", choices }));
      return;
    }
    response.setHeader("content-type", "text/event-stream");
    const choices = [{ index: 0, delta: { content: "hello" }, finish_reason: "stop" }];
    response.end(
      `data: ${JSON.stringify({ ...piece, object: "chat.completion.chunk", choices })}\n\ndata: [DONE]\n\n`,
    );
  });
});
const manager = new AsyncLocalStorageContextManager();
const propagator = new W3CTraceContextPropagator();

beforeAll(async () => {
  context.setGlobalContextManager(manager.enable());
  propagation.setGlobalPropagator(propagator);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  context.disable();
  propagation.disable();
  trace.disable();
  server.close();
});

/** Tells the server the active span, as instrumentations of HTTP do. */
const instrumented: typeof fetch = (input, init) => {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return fetch(input, { ...init, headers: { ...(init?.headers as Record<string, string>), ...carrier } });
};

describe("the span of a call", () => {
  it("is active while the call is made, of whole answers, retries and streams", async () => {
    const exporter = new InMemorySpanExporter();
    const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const { port } = server.address() as AddressInfo;
    const router = createRouter({
      models: { m: openaiCompatible("m", { baseUrl: `http://127.0.0.1:${port}/v1`, fetch: instrumented }) },
      policy: always("m"),
      execution: { backoffBaseMs: 0 },
    });
    await otel(router, { tracerProvider });
    await router.route("Hello.");
    for await (const _ of router.stream("Hello.")) expect(trace.getActiveSpan()).toBeUndefined();
    await router.close();
    const calls = exporter.getFinishedSpans().filter(({ name }) => name === "chat m");
    expect(calls).toHaveLength(3);
    expect(asked).toEqual(calls.map((span) => span.spanContext().spanId));
    expect(trace.getActiveSpan()).toBeUndefined();
  });
});

describe("a listener that surrounds calls", () => {
  const answerOf = async (around: NonNullable<EventSink["around"]>) => {
    const router = createRouter({ models: { m: fakeModel() }, policy: always("m") });
    router.observe(Object.assign(() => {}, { around }));
    const { text } = await router.route("Hello.");
    let streamed = "";
    for await (const chunk of router.stream("Hello.")) streamed += chunk.choices[0]?.delta.content ?? "";
    return [text === streamed, text.length > 0];
  };

  it.each<[string, NonNullable<EventSink["around"]>]>([
    ["leaves the work out", () => {}],
    [
      "throws before",
      () => {
        throw new Error("broken");
      },
    ],
    [
      "throws after",
      (_, work) => {
        work();
        throw new Error("broken");
      },
    ],
    [
      "works twice",
      (_, work) => {
        work();
        work();
      },
    ],
    ["puts it off", (_, work) => void setTimeout(work, 1)],
    ["rejects", (async () => Promise.reject(new Error("broken"))) as NonNullable<EventSink["around"]>],
  ])("changes nothing of a request if it %s", async (_, around) => {
    expect(await answerOf(around)).toEqual([true, true]);
  });
});

describe("names", () => {
  const published = new Set<unknown>(Object.values(conventions));

  it("of the conventions are in the registry from which OpenTelemetry's package is made", () => {
    const ours = [...Object.values(attributes), ...Object.values(metrics).map(({ name }) => name)];
    const theirs = ours.filter((name) => !name.startsWith("switchpoint."));
    expect(theirs).toContain(ATTR_GEN_AI_OPERATION_NAME);
    expect(theirs).toContain(ATTR_GEN_AI_PROVIDER_NAME);
    expect(theirs.filter((name) => !published.has(name))).toEqual([]);
    expect(Object.values(providers).filter((name) => !published.has(name))).toEqual([]);
  });
});
