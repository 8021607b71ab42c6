import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { ChatRequest } from "../../../src/contracts/index.ts";
import { llamaCpp, ollama, sglang, tgi, vllm } from "../../../src/router/providers/engines/index.ts";
import {
  type OpenAiCompatibleOptions,
  openaiCompatible,
} from "../../../src/router/providers/openai-compatible.ts";
import { providerConformance } from "../../../src/testing/index.ts";
import { openaiStatuses, serveOpenAi } from "../../support/openai-server.ts";
import { sendJson, serveWith } from "../../support/serve-with.ts";
import { waysToSend } from "../../support/ways-to-send.ts";

describe.each(Object.entries(waysToSend))("openai-compatible conforms %s", (_, way) => {
  const cases = providerConformance({
    statuses: openaiStatuses,
    serve: async (scenario, settings) => {
      const server = await serveOpenAi(scenario);
      return { ...server, model: openaiCompatible("qwen", { ...settings, ...way, baseUrl: server.url }) };
    },
  });
  for (const { name, skip, run } of cases) test.skipIf(skip)(name, run);
});

const request: ChatRequest = { messages: [{ role: "user", content: "How deep is the harbour?" }] };
const { signal } = new AbortController();

afterEach(() => {
  vi.unstubAllEnvs();
});

const answerOk = (response: ServerResponse) =>
  sendJson(response, { choices: [{ message: { content: "ok" } }] });

async function serve(
  answer: (response: ServerResponse) => void,
  options: Partial<OpenAiCompatibleOptions> = {},
) {
  const server = await serveWith(answer);
  onTestFinished(server.close);
  return { ...server, model: openaiCompatible("qwen", { baseUrl: `${server.url}/v1`, ...options }) };
}

test("nothing that the environment holds for OpenAI is sent", async () => {
  vi.stubEnv("OPENAI_API_KEY", "sk-of-openai");
  vi.stubEnv("OPENAI_ADMIN_KEY", "sk-admin-of-openai");
  vi.stubEnv("OPENAI_ORG_ID", "org-of-openai");
  vi.stubEnv("OPENAI_PROJECT_ID", "proj-of-openai");
  vi.stubEnv("OPENAI_CUSTOM_HEADERS", "X-Gateway: of-openai\nAuthorization: Bearer of-openai\nbroken");
  const { model, requests } = await serve(answerOk);
  await model.generate(request, { signal });
  await model.health?.();
  expect(requests).toHaveLength(2);
  for (const { headers } of requests) {
    expect(headers.authorization).toBeUndefined();
    expect(JSON.stringify(headers)).not.toContain("of-openai");
  }
});

test("a key and headers of the caller are sent", async () => {
  const keyed = await serve(answerOk, { apiKey: "token-vllm" });
  await keyed.model.generate(request, { signal });
  expect(keyed.requests[0]?.headers.authorization).toBe("Bearer token-vllm");
  const headed = await serve(answerOk, { headers: { Authorization: "Basic abc" } });
  await headed.model.generate(request, { signal });
  expect(headed.requests[0]?.headers.authorization).toBe("Basic abc");
});

test("the output limit is sent as max_tokens, which every server knows, unless an option says otherwise", async () => {
  const older = await serve(answerOk);
  await older.model.generate({ ...request, max_completion_tokens: 9 }, { signal });
  expect(older.requests[0]?.body).toEqual({ ...request, model: "qwen", max_tokens: 9 });
  const newer = await serve(answerOk, {
    outputLimitField: "max_completion_tokens",
    defaults: { maxOutputTokens: 5 },
  });
  await newer.model.generate(request, { signal });
  expect(newer.requests[0]?.body).toEqual({ ...request, model: "qwen", max_completion_tokens: 5 });
});

test("fields of the server's own are sent, from the request and from the defaults", async () => {
  const extraBody = { chat_template_kwargs: { enable_thinking: false } };
  const { model, requests } = await serve(answerOk, { defaults: { extraBody } });
  await model.generate({ ...request, guided_json: { type: "object" } } as ChatRequest, { signal });
  expect(requests[0]?.body).toEqual({
    ...request,
    model: "qwen",
    ...extraBody,
    guided_json: { type: "object" },
  });
});

test("facts contain the provider's name from the options", () => {
  const baseUrl = "http://localhost:8000/v1";
  expect(openaiCompatible("qwen", { baseUrl })).toMatchObject({ name: "openai-compatible:qwen" });
  expect(
    openaiCompatible("qwen", { baseUrl, provider: "litellm", labels: { residency: "on-prem" } }),
  ).toMatchObject({
    name: "litellm:qwen",
    provider: "litellm",
    labels: { residency: "on-prem" },
  });
});

test("health is the list of models", async () => {
  const { model, requests } = await serve((response) => sendJson(response, { object: "list", data: [] }));
  expect(await model.health?.()).toBe(true);
  expect(requests[0]).toMatchObject({ method: "GET", url: "/v1/models" });
});

describe("errors as self-hosted servers write them", () => {
  const flat = (message: string) => ({
    object: "error",
    message,
    type: "BadRequestError",
    param: null,
    code: 400,
  });
  const nested = (message: string) => ({
    error: { message, type: "BadRequestError", param: null, code: 400 },
  });
  const tgi = (error: string, error_type: string) => ({ error, error_type });

  test.each([
    [
      "vLLM",
      400,
      nested("This model's maximum context length is 2048 tokens. However, your request has 8 input tokens"),
      "context-overflow",
    ],
    ["older vLLM", 400, flat("This model's maximum context length is 2048 tokens."), "context-overflow"],
    ["older vLLM", 400, flat("max_tokens must be at least 1, got -186."), "context-overflow"],
    ["older vLLM", 400, flat("unknown role"), "invalid-request"],
    ["vLLM", 404, nested("The model `qwen` does not exist."), "not-found"],
    ["TGI", 422, tgi("`inputs` tokens + `max_new_tokens` must be <= 4096", "validation"), "context-overflow"],
    ["TGI", 422, tgi("`temperature` must be strictly positive", "validation"), "invalid-request"],
    ["TGI", 429, tgi("Model is overloaded", "overloaded"), "saturated"],
    ["TGI", 424, tgi("Request failed during generation", "generation"), "server"],
    ["TGI", 500, tgi("Incomplete generation", "incomplete_generation"), "server"],
    [
      "llama.cpp",
      400,
      { error: { code: 400, message: "m", type: "exceed_context_size_error" } },
      "context-overflow",
    ],
    ["Ollama", 404, { error: "model 'qwen' not found" }, "not-found"],
    ["a gateway", 401, { message: "no" }, "authentication"],
    ["a gateway", 403, { detail: "no" }, "permission"],
    ["a gateway", 500, ["no"], "server"],
  ])("%s: %d %o is %s", async (_, status, body, kind) => {
    const { model } = await serve((response) => sendJson(response, body, status));
    await expect(model.generate(request, { signal })).rejects.toMatchObject({
      code: "provider",
      kind,
      status,
    });
  });

  test("an error's own text is kept whatever its format", async () => {
    for (const body of [
      flat("the words"),
      nested("the words"),
      tgi("the words", "x"),
      { detail: "the words" },
    ]) {
      const { model } = await serve((response) => sendJson(response, body, 400));
      const error = await model.generate(request, { signal }).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ detail: "the words" });
      expect(String(error)).not.toContain("the words");
    }
  });
});

test.each([
  [{ baseUrl: "localhost:8000/v1" }, "openaiCompatible.baseUrl"],
  [{ baseUrl: "http://a", provider: "a:b" }, "openaiCompatible.provider"],
])("%o is refused at construction", (options, option) => {
  expect(() => openaiCompatible("qwen", options as OpenAiCompatibleOptions)).toThrow(
    expect.objectContaining({ code: "invalid-option", option }),
  );
});

test.each([
  ["vllm", vllm],
  ["sglang", sglang],
  ["tgi", tgi],
  ["llama.cpp", llamaCpp],
  ["ollama", ollama],
])("an engine is not made here: %s has a function of its own", (provider, make) => {
  expect(() => openaiCompatible("qwen", { baseUrl: "http://a/v1", provider })).toThrow(
    `openaiCompatible.provider must be no engine: use ${make.name}("…", { baseUrl }) of switchpoint/providers/engines`,
  );
  expect(make("qwen", { baseUrl: "http://a/v1" })).toMatchObject({ name: `${provider}:qwen`, provider });
});

test("options are needed", () => {
  const build = openaiCompatible as unknown as (model: string) => void;
  expect(() => build("qwen")).toThrow(expect.objectContaining({ code: "invalid-option" }));
});

test("its facts contain the endpoint without credentials and query", () => {
  const model = openaiCompatible("m", { baseUrl: "https://user:secret@models.example:8443/v1/?key=secret" });
  expect(model.endpoint).toBe("https://models.example:8443/v1");
  expect(JSON.stringify(model)).not.toContain("secret");
});

// Form and codes as on MiniMax's page of error codes (platform.minimax.io, 2026-12-01).
test.each([
  [1008, "insufficient balance", { kind: "rate-limit", retryable: false }],
  [1002, "rate limit", { kind: "rate-limit", retryable: true }],
  [1026, "input new_sensitive", { kind: "content-filter" }],
])("a refusal by a code of the server's own, with status 200, is told: %d", async (code, text, expected) => {
  const body = { base_resp: { status_code: code, status_msg: text }, choices: null };
  const server = await serveWith((response, sent) => {
    if (!sent.text.includes('"stream":true')) return sendJson(response, body, 200);
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(`data: ${JSON.stringify(body)}\n\n`);
  });
  onTestFinished(server.close);
  const model = openaiCompatible("m", { baseUrl: server.url });
  await expect(model.generate(request, { signal })).rejects.toMatchObject(expected);
  await expect(model.stream(request, { signal })[Symbol.asyncIterator]().next()).rejects.toMatchObject(
    expected,
  );
});
