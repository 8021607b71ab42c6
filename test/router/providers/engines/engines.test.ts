import { describe, expect, onTestFinished, test } from "vitest";
import { always } from "../../../../policies/index.ts";
import { createRouter } from "../../../../src/index.ts";
import { pool } from "../../../../src/router/pools/index.ts";
import {
  fromServer,
  llamaCpp,
  ollama,
  sglang,
  tgi,
  vllm,
} from "../../../../src/router/providers/engines/index.ts";
import { providerConformance, serveFakeEngine, smallProfile } from "../../../../src/testing/index.ts";
import { openaiStatuses, serveOpenAi } from "../../../support/openai-server.ts";
import { sendJson, serveWith } from "../../../support/serve-with.ts";

describe.each(Object.entries({ vllm, sglang, tgi, llamaCpp, ollama }))("%s conforms", (_, provider) => {
  const cases = providerConformance({
    statuses: openaiStatuses,
    ...(provider === tgi && { without: { "reasoning-effort": "TGI does not know it" } }),
    serve: async (scenario, settings) => {
      const server = await serveOpenAi(scenario);
      return { ...server, model: provider("qwen", { ...settings, baseUrl: server.url }) };
    },
  });
  for (const { name, skip, run } of cases) test.skipIf(skip)(name, run);
});

const request = { messages: [{ role: "user" as const, content: "How deep is the harbour?" }] };
const { signal } = new AbortController();

async function sent(
  model: (baseUrl: string) => ReturnType<typeof vllm>,
  extra = {},
  onDropped?: (name: string) => void,
) {
  const server = await serveWith((response) =>
    sendJson(response, { choices: [{ message: { content: "ok" } }] }),
  );
  onTestFinished(server.close);
  await model(`${server.url}/v1`).generate({ ...request, ...extra }, { signal, onDropped });
  return server.requests[0]?.body;
}

test("extras are sent in the words of each engine", async () => {
  const json = { type: "object" };
  expect(
    await sent((baseUrl) =>
      vllm("qwen", {
        baseUrl,
        thinking: false,
        structured: { json },
        cacheSalt: "s",
        priority: 2,
        lora: "law",
        topLogprobs: 3,
      }),
    ),
  ).toMatchObject({
    model: "law",
    chat_template_kwargs: { enable_thinking: false },
    structured_outputs: { json },
    cache_salt: "s",
    priority: 2,
    logprobs: true,
    top_logprobs: 3,
  });
  expect(
    await sent((baseUrl) =>
      vllm("qwen", { baseUrl, structured: { regex: "a+" }, structuredField: "guided" }),
    ),
  ).toMatchObject({ guided_regex: "a+" });
  expect(await sent((baseUrl) => sglang("q", { baseUrl, structured: { grammar: "g" } }))).toMatchObject({
    ebnf: "g",
  });
  expect(await sent((baseUrl) => tgi("q", { baseUrl, structured: { regex: "a" } }))).toMatchObject({
    response_format: { type: "regex", value: "a" },
  });
  expect(await sent((baseUrl) => llamaCpp("q", { baseUrl, structured: { grammar: "g" } }))).toMatchObject({
    grammar: "g",
  });
  expect(await sent((baseUrl) => ollama("q", { baseUrl, thinking: false }))).toMatchObject({
    reasoning_effort: "none",
  });
});

test.each<["vllm" | "sglang", typeof vllm]>([
  ["vllm", vllm],
  ["sglang", sglang as typeof vllm],
])("a function gives each tenant of %s its salt on every hop, whatever the request says", async (_, make) => {
  const engine = await serveFakeEngine({ model: "qwen", profile: { ...smallProfile, maxQueuedRequests: 1 } });
  onTestFinished(engine.close);
  const cacheSalt = (tenant: string | undefined) => `salt of ${tenant}`;
  const own = pool("own", [make("qwen", { baseUrl: engine.url, apiKey: "none", cacheSalt })]);
  const router = createRouter({ models: { own }, policy: always("own") });
  await router.route({ ...request, tenant: "a" });
  for await (const _ of router.stream({ ...request, tenant: "b", cache_salt: "salt of a" } as never));
  await router.route(request);
  expect(engine.requests.map((body) => body["cache_salt"])).toEqual([
    "salt of a",
    "salt of b",
    "salt of undefined",
  ]);
  expect(JSON.stringify(engine.requests)).not.toContain('"tenant"');
});

test.each<[string, () => unknown, string]>([
  [
    "throws",
    () => {
      throw new Error("secret");
    },
    "cacheSalt threw an error of type Error",
  ],
  ["returns nothing", () => undefined, "cacheSalt returned no text"],
  ["returns a promise", () => Promise.reject(new Error("secret")), "cacheSalt returned no text"],
])("a function cacheSalt that %s fails the call, which is not sent", async (_, cacheSalt, problem) => {
  const model = vllm("qwen", { baseUrl: "http://127.0.0.1:9/v1", cacheSalt: cacheSalt as never });
  await expect(model.generate(request, { signal })).rejects.toMatchObject({
    kind: "unsupported",
    message: expect.stringContaining(problem),
  });
});

test("what an engine ignores is left out and reported; what it cannot obey is refused", async () => {
  const dropped: string[] = [];
  const body = await sent(
    (baseUrl) => ollama("q", { baseUrl }),
    { priority: 1 },
    (name) => dropped.push(name),
  );
  expect(body).not.toHaveProperty("priority");
  expect(dropped).toEqual(["priority"]);
  const refused = ollama("q", { baseUrl: "http://127.0.0.1:9/v1" });
  await expect(refused.generate({ ...request, cache_salt: "s" } as never, { signal })).rejects.toThrow(
    "cache_salt",
  );
  expect(() => ollama("q", { baseUrl: "http://a/v1", structured: { regex: "a" } as never })).toThrow(
    "ollama.structured",
  );
  expect(() => vllm("q", { baseUrl: "http://a/v1", structured: { regex: "a", json: {} } })).toThrow(
    "exactly one",
  );
  // Options that all engines have are refused by the name of the function that was called.
  expect(() => vllm("q", { baseUrl: "a/v1" })).toThrow("vllm.baseUrl must be");
  expect(() => ollama("q", { baseUrl: "http://a/v1", lora: "x" } as never)).toThrow(
    "ollama.lora must be absent",
  );
});

test("a server states window and adapters; a name that it does not list is refused", async () => {
  const engine = await serveFakeEngine({ model: "qwen", loras: ["law"] });
  onTestFinished(engine.close);
  const model = await fromServer(vllm("qwen", { baseUrl: engine.url, lora: "law" }));
  expect(model.contextWindow).toBe(4_096);
  expect((await model.describe()).models[1]).toEqual({ id: "law", parent: "qwen" });
  const stated = await fromServer(vllm("qwen", { baseUrl: engine.url, contextWindow: 2_000 }));
  expect(stated.contextWindow).toBe(2_000);
  await expect(fromServer(vllm("qwem", { baseUrl: engine.url }))).rejects.toThrow("qwen, law");
});

test("TGI, llama.cpp and Ollama state what they are", async () => {
  const answers: Record<string, unknown> = {
    "/info": { model_id: "qwen", max_total_tokens: 8_192, max_concurrent_requests: 128, version: "3.0" },
    "/v1/models": { data: [{ id: "qwen" }] },
    "/props": { total_slots: 4, default_generation_settings: { n_ctx: 4_096 }, modalities: { vision: true } },
    "/api/show": { capabilities: ["completion", "vision"], model_info: { "qwen3.context_length": 40_960 } },
  };
  const server = await serveWith((response, { url }) => sendJson(response, answers[url] ?? {}));
  onTestFinished(server.close);
  const baseUrl = `${server.url}/v1`;
  expect(await tgi("qwen", { baseUrl }).describe()).toMatchObject({
    contextWindow: 8_192,
    slots: 128,
    version: "3.0",
  });
  expect(await llamaCpp("qwen", { baseUrl }).describe()).toMatchObject({
    contextWindow: 4_096,
    slots: 4,
    capabilities: { images: true },
  });
  expect(await ollama("qwen", { baseUrl }).describe()).toMatchObject({
    contextWindow: 40_960,
    capabilities: { images: true, tools: false },
  });
});

test.each([
  ["the queue of vLLM", 503, "The request queue is full.", "saturated"],
  [
    "the queue of Ollama",
    503,
    "server busy, please try again.  maximum pending requests exceeded",
    "saturated",
  ],
  ["a router without an endpoint", 503, "no endpoint is ready", "saturated"],
  ["a model that loads", 503, "Loading model", "overloaded"],
  ["a proxy before servers that are down", 503, "no healthy upstream", "overloaded"],
  ["the limit of TGI", 429, "Model is overloaded", "saturated"],
  ["a limit", 429, "Too many requests", "rate-limit"],
  ["words that nobody knows", 503, "no seat for this guest", "saturated"],
] as const)("a full queue is told from a failure: %s", async (_, status, message, kind) => {
  const server = await serveWith((response) => sendJson(response, { error: { message } }, status));
  onTestFinished(() => server.close());
  await expect(vllm("qwen", { baseUrl: server.url }).generate(request, { signal })).rejects.toMatchObject({
    kind,
    status,
  });
});

describe("the fake engine", () => {
  const start = async (options: Parameters<typeof serveFakeEngine>[0] = {}) => {
    const engine = await serveFakeEngine({ model: "qwen", speed: 20, ...options });
    onTestFinished(engine.close);
    return { engine, model: vllm("qwen", { baseUrl: engine.url }) };
  };
  const long = { messages: [{ role: "user" as const, content: "word ".repeat(400) }] };

  test("answers whole and in pieces, and finds a prefix again", async () => {
    const { model } = await start();
    const first = await model.generate(long, { signal });
    expect(first.usage?.prompt_tokens_details?.cached_tokens).toBe(0);
    const second = await model.generate(long, { signal });
    expect(second.usage?.prompt_tokens_details?.cached_tokens).toBeGreaterThan(400);
    let text = "";
    for await (const chunk of model.stream(long, { signal })) text += chunk.choices[0]?.delta?.content ?? "";
    expect(text).toBe("tok ".repeat(20));
  });

  test("refuses too long a prompt, a full queue, and calls while it sleeps, in vLLM's words", async () => {
    const { engine, model } = await start({
      profile: { ...smallProfile, maxModelLen: 100, slots: 1, maxQueuedRequests: 1 },
    });
    await expect(model.generate(long, { signal })).rejects.toMatchObject({ kind: "context-overflow" });
    engine.core.slowDown(1_000, engine.now());
    const gone = new AbortController();
    const running = model.generate(request, { signal: gone.signal });
    running.catch(() => {});
    await expect.poll(() => engine.core.running).toBe(1);
    const full = await model.generate(request, { signal }).catch((error) => error);
    expect(full).toMatchObject({ kind: "saturated", status: 503, retryable: true });
    await expect(model.stream(request, { signal })[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      kind: "saturated",
    });
    gone.abort();
    await expect.poll(() => engine.core.running).toBe(0);
    await fetch(engine.url.replace("/v1", "/sleep"), { method: "POST" });
    const asleep = await model.generate(request, { signal }).catch((error) => error);
    expect(asleep).toMatchObject({ kind: "overloaded", status: 503 });
    engine.core.wakeUp();
    expect(await model.health?.()).toBe(true);
  });

  test("a restart breaks off what runs", async () => {
    const { engine, model } = await start();
    engine.core.slowDown(1_000, engine.now());
    const running = model.generate(request, { signal });
    running.catch(() => {});
    await expect.poll(() => engine.core.running).toBe(1);
    engine.core.restart(engine.now());
    await expect(running).rejects.toMatchObject({ code: "provider" });
  });
});
