import { describe, expect, it, onTestFinished } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, type Model } from "../../../src/index.ts";
import { azure } from "../../../src/router/providers/azure.ts";
import { openai } from "../../../src/router/providers/openai.ts";
import { openaiCompatible } from "../../../src/router/providers/openai-compatible.ts";
import { type ScenarioAnswer, serveScenario } from "../../../src/testing/index.ts";
import { scenarioAnswer } from "../../support/scenario-answer.ts";
import { type Wire, wires } from "../../support/wires.ts";

type Options = Parameters<Wire["model"]>[2];

/** A provider: how its model is made, and the place of the output limit in its requests. */
interface Adapter {
  readonly wire: Wire;
  readonly model: (url: string, options: Options) => Model;
  /** Fields that limit the output, by path. The first is the one that must hold the limit of the router. */
  readonly fields: readonly string[];
  /** The same limit in the provider's own words, which defaults may hold. */
  readonly extraBody: (tokens: number) => Record<string, unknown>;
}

const both = ["max_completion_tokens", "max_tokens"];
const adapters: Readonly<Record<string, Adapter>> = {
  openai: {
    wire: wires.openai,
    model: (url, options) => openai("m", { ...options, baseUrl: `${url}/v1`, apiKey: "k" }),
    fields: both,
    extraBody: (tokens) => ({ max_tokens: tokens, max_completion_tokens: tokens }),
  },
  azure: {
    wire: wires.openai,
    model: (url, options) =>
      azure("m", { ...options, baseUrl: `${url}/v1`, apiVersion: "2026-01-01", apiKey: "k" }),
    fields: both,
    extraBody: (tokens) => ({ max_tokens: tokens, max_completion_tokens: tokens }),
  },
  "openai-compatible": {
    wire: wires.openai,
    model: (url, options) => openaiCompatible("m", { ...options, baseUrl: `${url}/v1`, apiKey: "k" }),
    fields: ["max_tokens", "max_completion_tokens"],
    extraBody: (tokens) => ({ max_completion_tokens: tokens }),
  },
  anthropic: {
    wire: wires.anthropic,
    model: (url, options) => wires.anthropic.model("m", url, options),
    fields: ["max_tokens"],
    extraBody: (tokens) => ({ max_tokens: tokens }),
  },
  google: {
    wire: wires.google,
    model: (url, options) => wires.google.model("m", url, options),
    fields: ["generationConfig.maxOutputTokens"],
    extraBody: (tokens) => ({ generationConfig: { maxOutputTokens: tokens } }),
  },
};

const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 10 };
const ask = { messages: [{ role: "user" as const, content: "Hello" }] };

async function start(adapter: Adapter, options: Options, answer: Partial<ScenarioAnswer> = {}) {
  const whole = scenarioAnswer({ textPieces: ["part of "], finishReason: "length", ...answer });
  const server = await serveScenario({ type: "answer", answer: whole }, adapter.wire);
  onTestFinished(() => server.close());
  const router = createRouter({
    models: { m: adapter.model(server.url, { price, ...options }) },
    policy: always("m"),
    execution: { retries: 0 },
  });
  /** Limits that the last request carried, in the order of `fields`. */
  const limits = () => {
    const body = server.requests.at(-1)?.body as Record<string, unknown>;
    return adapter.fields.map((path) =>
      path.split(".").reduce<unknown>((part, key) => (part as Record<string, unknown>)?.[key], body),
    );
  };
  const others = adapter.fields.slice(1).map(() => undefined);
  return { router, limits, others };
}

describe.each(Object.entries(adapters))("the output limit of a bound, %s,", (_, adapter) => {
  it("reaches the provider, with and without streaming, and a cut answer says so", async () => {
    const { router, limits, others } = await start(adapter, {});
    const result = await router.route({ ...ask, maxCostUsd: 1 });
    expect(limits()).toEqual([1_200, ...others]);
    expect(result.attempts).toMatchObject([
      {
        finishReason: "length",
        limited: { to: 1_200, by: "expected" },
        check: { name: "outputLimit", accepted: false },
      },
    ]);
    expect(result.degraded).toEqual({ name: "outputLimit", accepted: false });
    const stream = router.stream({ ...ask, maxCostUsd: 1 });
    for await (const _ of stream);
    expect(limits()[0]).toBeGreaterThanOrEqual(1_024);
    expect((await stream.result).degraded).toEqual({ name: "outputLimit", accepted: false });
  });

  it("replaces the larger one of the request, of the defaults and of an extra body", async () => {
    for (const [options, request] of [
      [{}, { max_tokens: 50_000 }],
      [{}, { max_completion_tokens: 50_000 }],
      [{ defaults: { maxOutputTokens: 50_000 } }, {}],
      [{ defaults: { extraBody: adapter.extraBody(50_000) } }, {}],
    ] as const) {
      const { router, limits, others } = await start(adapter, options);
      const { attempts } = await router.route({ ...ask, ...request, maxCostUsd: 0.01 });
      const [limit, ...rest] = limits();
      expect(limit).toBeLessThan(1_000);
      expect(rest).toEqual(others);
      expect(attempts[0]?.limited).toMatchObject({ from: 50_000, to: limit, by: "maxCostUsd" });
    }
  });

  it("is the one that was asked for if that can be paid for, and the answer that ends at it is whole", async () => {
    for (const [options, request] of [
      [{}, { max_tokens: 400 }],
      [{}, { max_completion_tokens: 400 }],
      [{ defaults: { maxOutputTokens: 400 } }, {}],
      [{ defaults: { extraBody: adapter.extraBody(400) } }, {}],
    ] as const) {
      const { router, limits, others } = await start(adapter, options);
      const { attempts, degraded } = await router.route({ ...ask, ...request, maxCostUsd: 0.01 });
      expect(limits()).toEqual([400, ...others]);
      expect(attempts[0]?.limited).toBeUndefined();
      expect(degraded).toBeUndefined();
    }
  });

  it("leaves a request without a bound as it is", async () => {
    const { router, limits } = await start(adapter, {}, { finishReason: "length" });
    const { attempts, degraded } = await router.route(ask);
    expect(limits()).toEqual(
      adapter === adapters["anthropic"] ? [8_192] : adapter.fields.map(() => undefined),
    );
    expect(attempts[0]?.limited).toBeUndefined();
    expect(degraded).toBeUndefined();
  });
});

it("counts reasoning within the limit: an answer that reasoning used up is cut, and another model is asked", async () => {
  const usage = { inputTokens: 10, outputTokens: 1_200, reasoningTokens: 1_200 };
  const adapter = adapters["openai"] as Adapter;
  const thinker = await serveScenario(
    { type: "answer", answer: scenarioAnswer({ textPieces: [], finishReason: "length", usage }) },
    wires.openai,
  );
  const plain = await serveScenario(
    { type: "answer", answer: scenarioAnswer({ textPieces: ["whole"], finishReason: "stop" }) },
    wires.openai,
  );
  onTestFinished(async () => {
    await thinker.close();
    await plain.close();
  });
  const router = createRouter({
    models: {
      thinker: adapter.model(thinker.url, { price, name: "thinker" }),
      plain: adapter.model(plain.url, { price, name: "plain" }),
    },
    policy: always("thinker"),
  });
  const result = await router.route({ ...ask, maxCostUsd: 1 });
  expect(result.text).toBe("whole");
  expect(result.attempts.map(({ model, hop, next }) => [model, hop, next])).toEqual([
    ["thinker", "answer", "fallback"],
    ["plain", "fallback", undefined],
  ]);
  const stream = router.stream({ ...ask, maxCostUsd: 1 });
  let text = "";
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
  expect(text).toBe("whole");
});

it("leaves out thinking of an extra body that would not fit into the limit, and says so", async () => {
  const extraBody = { thinking: { type: "enabled", budget_tokens: 4_000 } };
  const adapter = adapters["anthropic"] as Adapter;
  const { router, limits } = await start(adapter, { defaults: { extraBody } });
  const { attempts } = await router.route({ ...ask, maxCostUsd: 1 });
  expect(limits()).toEqual([1_200]);
  expect(attempts[0]?.dropped).toEqual(["thinking"]);
});

it.each([{ n: 3 }, { best_of: 2 }, { generationConfig: { candidateCount: 4 } }])(
  "no defaults ask for several answers, which are all billed: %o",
  (extraBody) => {
    for (const { model } of Object.values(adapters))
      expect(() => model("http://127.0.0.1:1", { defaults: { extraBody } })).toThrow(/several answers/);
  },
);
