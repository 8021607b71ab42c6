import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cascade } from "../../policies/index.ts";
import type { Model } from "../../src/contracts/index.ts";
import { createRouter, type Router, type RouterOptions } from "../../src/index.ts";
import { openaiEmbeddings } from "../../src/router/classifiers/index.ts";
import { anthropic } from "../../src/router/providers/anthropic.ts";
import { google } from "../../src/router/providers/google.ts";
import { openai } from "../../src/router/providers/openai.ts";
import { fakeModel } from "../../src/testing/index.ts";

const requests = 40;
const moment = (ms = 30) => new Promise<void>((resolve) => setTimeout(resolve, ms));

let warnings: Error[] = [];
const note = (warning: Error) => void warnings.push(warning);
beforeEach(() => {
  warnings = [];
  process.on("warning", note);
});
afterEach(() => void process.off("warning", note));

/** Does the work many times at once with one signal; checks listeners meanwhile and afterwards. */
async function share(work: (signal: AbortSignal) => Promise<unknown>, abort: boolean) {
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = () => getEventListeners(signal, "abort").length;
  const all = Array.from({ length: requests }, () =>
    work(signal).then(
      () => "done",
      () => "failed",
    ),
  );
  await moment();
  expect(listeners()).toBeLessThanOrEqual(1);
  if (abort) controller.abort();
  const ends = new Set(await Promise.all(all));
  await moment(1);
  expect(listeners()).toBe(0);
  expect(warnings).toEqual([]);
  return [...ends];
}

type Small = Router<"small" | "large">;
const drained = async (chunks: AsyncIterable<unknown>) => {
  for await (const _ of chunks);
};
const ask = { messages: [{ role: "user" as const, content: "Hello" }] };

describe("one signal shared by many requests", () => {
  const make = (options: Partial<RouterOptions<"small" | "large">> = {}): Small =>
    createRouter({
      models: {
        small: fakeModel({ model: "s", answer: "one two", wait: () => moment(20) }),
        large: fakeModel({ model: "l", wait: () => moment(20) }),
      },
      policy: cascade({ first: "small", then: "large", unless: { name: "mine", accepts: () => false } }),
      ...options,
    });
  const classifier = {
    name: "slow",
    version: "1",
    async classify(_: unknown, { signal }: { signal: AbortSignal }) {
      await moment(40);
      return { complexity: signal.aborted ? 1 : 0 };
    },
  };
  const limits = { limits: { maxConcurrent: 20 } };

  it.each<[string, Small, (router: Small, signal: AbortSignal) => Promise<unknown>]>([
    ["route", make(), (router, signal) => router.route(ask, { signal })],
    ["stream", make(), (router, signal) => drained(router.stream(ask, { signal }))],
    ["decide", make({ classifier }), (router, signal) => router.decide(ask, { signal })],
    ["route behind a limit", make({ execution: limits }), (router, signal) => router.route(ask, { signal })],
    ["route that is coalesced", make({ coalesce: true }), (router, signal) => router.route(ask, { signal })],
    [
      "a stream of one model",
      make({ policy: { name: "large", select: () => ({ model: "large", reason: "large" }) } }),
      (router, signal) => drained(router.stream(ask, { signal })),
    ],
  ])("warns of nothing and leaves no listener: %s", async (_, router, send) => {
    expect(await share((signal) => send(router, signal), false)).toEqual(["done"]);
    await share((signal) => send(router, signal), true);
  });

  it("leaves no listener where streams are not read to their end, or not at all", async () => {
    const router = make();
    await share(async (signal) => {
      const stream = router.stream(ask, { signal });
      for await (const _ of stream) break;
    }, false);
    await share(async (signal) => {
      const stream = router.stream(ask, { signal });
      await stream[Symbol.asyncIterator]().return?.();
    }, false);
    await share((signal) => router.stream(ask, { signal }).result, true);
  });
});

describe("one signal shared by many calls of an adapter", () => {
  const hanging = () => new Promise<never>(() => {});
  const fetchEnding = (_: unknown, init?: { readonly signal?: AbortSignal | null }) =>
    new Promise<never>((_resolve, reject) =>
      init?.signal?.addEventListener("abort", () => reject(new Error("ended"))),
    );
  const options = { apiKey: "key", fetch: fetchEnding as typeof fetch };
  const models: readonly Model[] = [
    openai("gpt-x", options),
    anthropic("claude-x", options),
    anthropic("claude-x", { ...options, defaults: { maxOutputTokens: 60_000 } }),
    openai("gpt-x", { apiKey: hanging }),
    google("gemini-x", { apiKey: hanging }),
  ];

  it.each(models.map((model, at) => [at, model] as const))(
    "warns of nothing and leaves no listener: %i",
    async (_, model) => {
      expect(await share((signal) => model.generate(ask, { signal }), true)).toEqual(["failed"]);
      expect(await share((signal) => drained(model.stream(ask, { signal })), true)).toEqual(["failed"]);
      if (model.health !== undefined)
        expect(await share(async (signal) => model.health?.({ signal }), true)).toEqual(["failed"]);
    },
  );

  it("warns of nothing and leaves no listener: embeddings", async () => {
    const { embed } = openaiEmbeddings({ model: "e", ...options });
    expect(await share((signal) => embed(["text"], { signal }), true)).toEqual(["failed"]);
  });
});
