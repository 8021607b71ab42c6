import { expect, test } from "vitest";
import { always } from "../../../policies/index.ts";
import type { Completion, Model, ModelLifeEvent, RouterEvent } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { lifeOf } from "../../../src/router/cost/model-life.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const request = { messages: [{ role: "user" as const, content: "hello" }] };

/** A model of a provider whose answers name the next of these models. */
function answering(provider: string, model: string, served: readonly string[]): Model {
  const fake = fakeModel({
    provider,
    model,
    name: `${provider}:${model}`,
    usage: { inputTokens: 1e6, outputTokens: 0 },
  });
  let calls = 0;
  return {
    ...fake,
    generate: async (asked, options): Promise<Completion> => {
      const completion = await fake.generate(asked, options);
      calls += 1;
      return { ...completion, model: served[Math.min(calls, served.length) - 1] as string };
    },
  };
}

function lives(events: readonly RouterEvent[]): ModelLifeEvent[] {
  return events.flatMap((event) => (event.type === "model-life" ? [event] : []));
}

test("another model that answers is reported once, and billed as itself", async () => {
  const events: RouterEvent[] = [];
  const model = answering("google", "gemini-2.5-pro", ["gemini-3.8-flash"]);
  const clock = () => Date.parse("2026-11-20");
  const router = createRouter({
    models: { m: model },
    policy: always("m"),
    clock,
    onEvent: (e) => events.push(e),
  });
  for (let call = 0; call < 3; call += 1) {
    const { attempts } = await router.route(request);
    expect(attempts[0]).toMatchObject({
      servedModel: "gemini-3.8-flash",
      substituted: "known",
      pricedAs: "google:gemini-3.8-flash",
      costUsd: 0.75,
    });
  }
  expect(lives(events)).toEqual([
    {
      type: "model-life",
      kind: "substituted",
      model: "m",
      name: "google:gemini-2.5-pro",
      servedModel: "gemini-3.8-flash",
    },
  ]);
});

test("a model of which nothing is known has no known cost, and a budget keeps what it reserved", async () => {
  const events: RouterEvent[] = [];
  const router = createRouter({
    models: { m: answering("openai", "gpt-5", ["gpt-5-2025-08-07", "mystery"]) },
    policy: always("m"),
    budgets: [{ limitUsd: 10, period: "day" }],
    onEvent: (event) => events.push(event),
    clock: () => Date.parse("2026-11-20"),
  });
  const spent = () => router.exportState().spend?.accounts[0]?.usedUsd ?? 0;
  const { costUsd } = await router.route({ ...request, max_completion_tokens: 100 });
  expect(costUsd).toBe(1.25);
  const before = spent();
  const second = await router.route({ ...request, max_completion_tokens: 100 });
  expect(second.costUsd).toBeUndefined();
  expect(second.attempts[0]).toMatchObject({
    substituted: "unknown",
    unpriced: expect.stringContaining("answered"),
  });
  expect(spent()).toBeGreaterThan(before);
  expect(lives(events).map(({ kind }) => kind)).toEqual(["deprecated", "unknown"]);
});

test("answers that come from another model than before are reported, also on an own server", async () => {
  const events: RouterEvent[] = [];
  const model = answering("vllm", "chat", ["llama-3.3", "llama-3.3", "qwen-3", "llama-3.3", "qwen-3"]);
  const router = createRouter({ models: { m: model }, policy: always("m"), onEvent: (e) => events.push(e) });
  for (let call = 0; call < 5; call += 1) await router.route(request);
  expect(lives(events)).toMatchObject([{ kind: "changed", servedModel: "qwen-3" }]);
});

test("dates of the catalogue are reported when a router is made, and when they come while it runs", async () => {
  const events: RouterEvent[] = [];
  let now = Date.parse("2026-06-01");
  const router = createRouter({
    models: {
      old: answering("openai", "gpt-5-mini", ["gpt-5-mini"]),
      gone: fakeModel({ provider: "openai", model: "gpt-4" }),
    },
    policy: always("old"),
    clock: () => now,
    monotonicClock: () => now,
    onEvent: (event) => events.push(event),
  });
  await router.route(request);
  expect(lives(events)).toEqual([]);
  now = Date.parse("2026-07-01");
  await router.route(request);
  now = Date.parse("2026-12-11");
  await router.route(request);
  await router.route(request);
  expect(lives(events)).toMatchObject([
    { kind: "deprecated", model: "old", retiresOn: "2026-12-11", replacement: "gpt-6.1-terra" },
    { kind: "retired", model: "old", retiresOn: "2026-12-11" },
  ]);
  const later: RouterEvent[] = [];
  createRouter({
    models: { gone: fakeModel({ provider: "openai", model: "gpt-4" }) },
    policy: always("gone"),
    clock: () => now,
    onEvent: (event) => later.push(event),
  });
  expect(lives(later)).toMatchObject([
    { kind: "retired", model: "gone", source: expect.stringContaining("openai.com") },
  ]);
});

test("dates are those of the provider's own service, by name", () => {
  expect(lifeOf("anthropic", "claude-3-7-sonnet-20250219")?.retiresOn).toBe("2026-02-19");
  expect(lifeOf("google", "models/gemini-2.5-pro")?.retiresOn).toBe("2026-12-01");
  for (const [provider, model] of [
    ["azure", "gpt-5"],
    ["openai", "gpt-5-something"],
    ["openai", "x".repeat(5_000)],
    ["__proto__", "gpt-5"],
    ["anthropic", "claude-opus-5"],
  ] as const)
    expect(lifeOf(provider, model)).toBeUndefined();
});
