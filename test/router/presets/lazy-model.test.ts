import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import type { Model } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { lazyModel } from "../../../src/router/presets/lazy-model.ts";
import { environmentProviders, vllmModel } from "../../../src/router/presets/named-models.ts";
import { anthropic } from "../../../src/router/providers/anthropic.ts";
import { vllm } from "../../../src/router/providers/engines/index.ts";
import { google } from "../../../src/router/providers/google.ts";
import { openai } from "../../../src/router/providers/openai.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { serveOpenAi } from "../../support/openai-server.ts";
import { chunksOf, shortRequest, textOf, within } from "../../support/remote-models.ts";
import { scenarioAnswer } from "../../support/scenario-answer.ts";

afterEach(() => vi.unstubAllEnvs());

const plain = ({ generate, stream, health, batches, countTokens, ...facts }: Model) => ({
  ...facts,
  hasHealth: health !== undefined,
  countsTokens: countTokens !== undefined,
  batches: batches && { ...batches, bodyOf: 0, submit: 0, find: 0, status: 0, results: 0 },
});

describe("a model whose adapter is loaded at the first call", () => {
  it("loads it again at the next call if the first load throws at once", async () => {
    let loads = 0;
    const model = lazyModel({
      facts: fakeModel({ model: "m" }),
      load() {
        loads += 1;
        if (loads === 1) throw new Error("no adapter yet");
        return Promise.resolve(fakeModel({ model: "m", answer: "later" }));
      },
    });
    const options = { signal: new AbortController().signal } as never;
    await expect(model.generate(shortRequest, options)).rejects.toThrow("no adapter yet");
    const { choices } = await model.generate(shortRequest, options);
    expect(choices[0]?.message.content).toBe("later");
  });

  it.each([
    ["openai", openai("m")],
    ["anthropic", anthropic("m")],
    ["google", google("m")],
  ] as const)("states what the adapter of %s states", (provider, adapter) => {
    const named = environmentProviders[provider]?.make("m");
    expect(named && plain(named)).toEqual(plain(adapter));
  });

  it("states what the adapter of vLLM states", () => {
    const baseUrl = "http://user:secret@localhost:8000/v1/?q=1";
    const named = vllmModel({ VLLM_API_KEY: "k" }, baseUrl, "m");
    const adapter = vllm("m", { baseUrl, apiKey: "k" });
    expect(plain(adapter)).toMatchObject(named ? plain(named) : {});
    expect(JSON.stringify(named)).not.toContain("secret");
  });

  it.each(["anthropic:a/../b", "google:a//b"])(
    "is refused at once by the rules of its adapter: %s",
    (name) => {
      expect(() => createRouter({ models: { a: name }, policy: always("a") })).toThrow(/without empty parts/);
    },
  );

  it("loads once for calls that are made at the same time, and not before", async () => {
    const adapter = fakeModel({ answer: "hello" });
    const load = vi.fn(async () => adapter);
    const model = lazyModel({ facts: adapter, load });
    expect(load).not.toHaveBeenCalled();
    const answers = await Promise.all([
      model.generate(shortRequest, within(5_000)),
      model.generate(shortRequest, within(5_000)),
      chunksOf(model.stream(shortRequest, within(5_000))),
      model.health?.(),
    ]);
    expect(answers[0]?.choices[0]?.message.content).toBe("hello");
    expect(textOf(answers[2])).toBe("hello");
    expect(answers[3]).toBe(true);
    expect(textOf(await chunksOf(model.stream(shortRequest, within(5_000))))).toBe("hello");
    expect((await model.generate(shortRequest, within(5_000))).choices[0]?.message.content).toBe("hello");
    expect(load).toHaveBeenCalledTimes(1);
  });

  it("tries again after a load that failed", async () => {
    const adapter = fakeModel({ answer: "hello" });
    const load = vi.fn(async () => adapter).mockRejectedValueOnce(new Error("no such file"));
    const model = lazyModel({ facts: adapter, load });
    await expect(model.generate(shortRequest, within(5_000))).rejects.toThrow("no such file");
    expect((await model.generate(shortRequest, within(5_000))).choices[0]?.message.content).toBe("hello");
  });

  it("rejects with the reason of an abort while it loads, and before", async () => {
    const load = vi.fn(() => new Promise<never>(() => {}));
    const model = lazyModel({ facts: fakeModel(), load });
    const over = AbortSignal.abort(new Error("enough"));
    await expect(model.generate(shortRequest, { signal: over })).rejects.toThrow("enough");
    await expect(chunksOf(model.stream(shortRequest, { signal: over }))).rejects.toThrow("enough");
    expect(load).not.toHaveBeenCalled();
    const controller = new AbortController();
    const { signal } = controller;
    const calls = [
      model.generate(shortRequest, { signal }),
      chunksOf(model.stream(shortRequest, { signal })),
      model.health?.({ signal }) as Promise<boolean>,
    ];
    const settled = Promise.allSettled(calls);
    controller.abort(new Error("enough"));
    for (const one of await settled) expect(one).toMatchObject({ reason: new Error("enough") });
  });

  it("builds bodies of batches as its adapter does", async () => {
    for (const [provider, adapter] of [
      ["openai", openai("m")],
      ["anthropic", anthropic("m")],
    ] as const) {
      const named = environmentProviders[provider]?.make("m");
      expect(await named?.batches?.bodyOf(shortRequest)).toEqual(await adapter.batches?.bodyOf(shortRequest));
    }
  });

  it("is called over HTTP through a router", async () => {
    const endpoint = await serveOpenAi({ type: "answer", answer: scenarioAnswer() });
    try {
      vi.stubEnv("VLLM_BASE_URL", endpoint.url);
      const router = createRouter({ models: { own: "vllm:m" }, policy: always("own") });
      const result = await router.route("Hello");
      expect(result.text).toBe(scenarioAnswer().textPieces.join(""));
    } finally {
      await endpoint.close();
    }
  });
});

it("the main door loads no provider", () => {
  const root = resolve(import.meta.dirname, "../../..");
  const found = new Set([resolve(root, "src/index.ts")]);
  for (const file of found) {
    const code = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
    for (const [, name = ""] of code.matchAll(/^(?:import|export)\s+(?!type\b)[^;"]*?from\s+"(\.[^"]+)"/gm))
      found.add(resolve(dirname(file), name));
  }
  const providers = [...found].map((file) => relative(root, file)).filter((file) => /providers\//.test(file));
  expect(found.size).toBeGreaterThan(100);
  expect(providers.sort()).toEqual([
    "src/router/providers/internal/batch-limits.ts",
    "src/router/providers/internal/content-types.ts",
    "src/router/providers/internal/facts-of.ts",
    "src/router/providers/internal/openai-api.ts",
    "src/router/providers/internal/path-of.ts",
  ]);
});
