import type { ServerResponse } from "node:http";
import { LLMock } from "@copilotkit/aimock";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import {
  type ChatRequest,
  type CompletionChunk,
  isRouterError,
  type ProviderError,
  type ProviderOptions,
} from "../../../src/contracts/index.ts";
import { openai } from "../../../src/router/providers/openai.ts";
import { providerConformance } from "../../../src/testing/index.ts";
import { openaiStatuses, serveOpenAi } from "../../support/openai-server.ts";
import { sendEvents, sendJson, serveWith } from "../../support/serve-with.ts";
import { waysToSend } from "../../support/ways-to-send.ts";

describe.each(Object.entries(waysToSend))("openai conforms %s", (_, way) => {
  const cases = providerConformance({
    statuses: openaiStatuses,
    serve: async (scenario, settings) => {
      const server = await serveOpenAi(scenario);
      return { ...server, model: openai("gpt-test", { ...settings, ...way, baseUrl: server.url }) };
    },
  });
  for (const { name, skip, run } of cases) test.skipIf(skip)(name, run);
});

const request: ChatRequest = { messages: [{ role: "user", content: "How deep is the harbour?" }] };
const { signal } = new AbortController();

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function serve(answer: (response: ServerResponse) => void, options: ProviderOptions = {}) {
  const server = await serveWith(answer);
  onTestFinished(server.close);
  return {
    ...server,
    model: openai("gpt-test", { apiKey: "sk-test", baseUrl: `${server.url}/v1`, ...options }),
  };
}

const answerOk = (response: ServerResponse) =>
  sendJson(response, { choices: [{ message: { content: "ok" } }] });

async function drain(stream: AsyncIterable<CompletionChunk>): Promise<void> {
  for await (const _ of stream);
}

async function failure(call: Promise<unknown>): Promise<ProviderError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isRouterError(error, "provider")) throw new Error("not a ProviderError", { cause: error });
  return error;
}

describe("what is sent", () => {
  test("a request is sent unchanged, including unknown fields", async () => {
    const { model, requests } = await serve(answerOk);
    const body = {
      ...request,
      temperature: 0,
      seed: 7,
      store: null,
      service_tier: "flex",
      tomorrow: { a: [1] },
    };
    await model.generate(body as ChatRequest, { signal });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ method: "POST", url: "/v1/chat/completions" });
    expect(requests[0]?.headers.authorization).toBe("Bearer sk-test");
    expect(requests[0]?.body).toEqual({ ...body, model: "gpt-test" });
  });

  test("the router's fields are not sent", async () => {
    const { model, requests } = await serve(answerOk);
    const routing = {
      session: "s",
      tenant: "t",
      labels: { team: "x" },
      category: "code",
      constraints: [],
      maxCostUsd: 1,
      deadlineMs: 5,
      model: "small",
    };
    await model.generate({ ...request, ...routing } as ChatRequest, { signal });
    expect(requests[0]?.body).toEqual({ ...request, model: "gpt-test" });
  });

  test("max_tokens is sent under its newer name, and a stream requests its usage", async () => {
    const { model, requests } = await serve((response) => sendEvents(response, ["[DONE]"]));
    await failure(drain(model.stream({ ...request, max_tokens: 9 }, { signal })));
    expect(requests[0]?.body).toEqual({
      ...request,
      model: "gpt-test",
      max_completion_tokens: 9,
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  test("defaults apply to what the request leaves open, and the request takes precedence", async () => {
    const defaults = {
      reasoningEffort: "low" as const,
      temperature: 0.2,
      maxOutputTokens: 50,
      extraBody: { verbosity: "low", seed: 1 },
    };
    const { model, requests } = await serve(answerOk, { defaults });
    await model.generate(request, { signal });
    const own = { temperature: 1, max_tokens: 9, seed: 2 };
    const unset = { reasoning_effort: undefined } as unknown as ChatRequest;
    await model.generate({ ...request, ...unset, ...own }, { signal });
    const common = { ...request, model: "gpt-test", reasoning_effort: "low", verbosity: "low" };
    expect(requests[0]?.body).toEqual({ ...common, temperature: 0.2, max_completion_tokens: 50, seed: 1 });
    expect(requests[1]?.body).toEqual({ ...common, temperature: 1, max_completion_tokens: 9, seed: 2 });
    expect(model.defaults).toEqual(defaults);
  });

  test("the caller's headers and fetch are used", async () => {
    const seen: string[] = [];
    const ownFetch: typeof fetch = (input, init) => {
      seen.push(String(input));
      return fetch(input, init);
    };
    const { model, requests, url } = await serve(answerOk, {
      headers: { "x-team": "pilots" },
      fetch: ownFetch,
    });
    await model.generate(request, { signal });
    expect(requests[0]?.headers["x-team"]).toBe("pilots");
    expect(seen).toEqual([`${url}/v1/chat/completions`]);
  });

  test("a fetch of the caller may add headers, which no other call has", async () => {
    let calls = 0;
    const tracing: typeof fetch = (input, init) => {
      calls += 1;
      Object.assign(init?.headers as object, { [`x-call-${calls}`]: "traced" });
      return fetch(input, init);
    };
    const { model, requests } = await serve(answerOk, { fetch: tracing });
    await model.generate(request, { signal });
    await model.generate(request, { signal });
    const traced = requests.map(({ headers }) => Object.keys(headers).filter((name) => /^x-call/.test(name)));
    expect(traced).toEqual([["x-call-1"], ["x-call-2"]]);
  });

  test("a global fetch that is replaced after the first call is used", async () => {
    const { model } = await serve(answerOk);
    await model.generate(request, { signal });
    const spy = vi.spyOn(globalThis, "fetch");
    await model.generate(request, { signal });
    expect(spy).toHaveBeenCalledTimes(1);
  });
});

describe("keys", () => {
  test("a missing key is an error that names the variable, and nothing is sent", async () => {
    vi.stubEnv("OPENAI_API_KEY", undefined);
    const { model, requests } = await serve(answerOk, { apiKey: undefined });
    await expect(model.generate(request, { signal })).rejects.toMatchObject({
      code: "missing-configuration",
      missing: ["OPENAI_API_KEY"],
      message: expect.stringContaining("OPENAI_API_KEY"),
    });
    await expect(drain(model.stream(request, { signal }))).rejects.toMatchObject({
      code: "missing-configuration",
    });
    expect(requests).toHaveLength(0);
  });

  test("the environment is read at each call", async () => {
    const { model, requests } = await serve(answerOk, { apiKey: undefined });
    for (const key of ["sk-one", "sk-two"]) {
      vi.stubEnv("OPENAI_API_KEY", ` ${key}\n`);
      await model.generate(request, { signal });
    }
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer sk-one", "Bearer sk-two"]);
  });

  test("a key function is called before each call", async () => {
    const keys = ["sk-one", "sk-one", "sk-two"];
    const apiKey = vi.fn(async () => keys.shift() ?? "");
    const { model, requests } = await serve(answerOk, { apiKey });
    for (let call = 0; call < 3; call += 1) await model.generate(request, { signal });
    expect(apiKey).toHaveBeenCalledTimes(3);
    expect(requests.map(({ headers }) => headers.authorization?.slice(7))).toEqual([
      "sk-one",
      "sk-one",
      "sk-two",
    ]);
  });

  test("a key that a header does not allow is not quoted", async () => {
    const { model } = await serve(answerOk, { apiKey: () => "sk-a\nb" });
    const error = await model.generate(request, { signal }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "missing-configuration" });
    expect(String(error)).not.toContain("sk-a");
  });

  test("an abort does not wait for a key function", async () => {
    const controller = new AbortController();
    const { model } = await serve(answerOk, { apiKey: () => new Promise(() => {}) });
    const call = model.generate(request, { signal: controller.signal });
    controller.abort("enough");
    await expect(call).rejects.toBe("enough");
  });
});

describe("failures", () => {
  const send =
    (status: number, error: object, headers = {}) =>
    (response: ServerResponse) =>
      sendJson(response, { error }, status, headers);

  test.each([
    [402, {}, "permission", false],
    [422, {}, "invalid-request", false],
    [429, { code: "insufficient_quota", type: "insufficient_quota" }, "rate-limit", false],
    [429, { code: "billing_hard_limit_reached" }, "rate-limit", false],
    [500, {}, "server", true],
    [502, {}, "server", true],
    [503, {}, "overloaded", true],
    [504, {}, "timeout", true],
    // Says something of the endpoint, and nothing of the request.
    [418, {}, "unknown", false],
    [400, { code: "constructor" }, "invalid-request", false],
  ] as const)("status %d with %o is %s", async (status, error, kind, retryable) => {
    const { model } = await serve(send(status, { message: "no", ...error }));
    expect(await failure(model.generate(request, { signal }))).toMatchObject({ kind, status, retryable });
  });

  test("the provider decides about a retry", async () => {
    const { model } = await serve(send(500, { message: "no" }, { "x-should-retry": "false" }));
    expect(await failure(model.generate(request, { signal }))).toMatchObject({
      kind: "server",
      retryable: false,
    });
  });

  test("the retry delay is read from retry-after-ms, seconds or a date", async () => {
    const date = new Date(Date.UTC(2026, 10, 1)).toUTCString();
    const later = new Date(Date.UTC(2026, 10, 1, 0, 0, 9)).toUTCString();
    for (const [headers, expected] of [
      [{ "retry-after-ms": "250", "retry-after": "7" }, 250],
      [{ "retry-after": "1.5" }, 1500],
      [{ "retry-after": later, date }, 9000],
      [{ "retry-after": date, date: later }, 0],
      [{ "retry-after": "soon" }, undefined],
    ] as const) {
      const { model } = await serve(send(429, { message: "no" }, headers));
      expect((await failure(model.generate(request, { signal }))).retryAfterMs).toBe(expected);
    }
  });

  test("a connection that is dropped before the answer is a connection error", async () => {
    const { model, requests } = await serve((response) => response.destroy());
    const error = await failure(model.generate(request, { signal }));
    expect(error).toMatchObject({ kind: "connection", retryable: true, status: undefined });
    expect(error.message).toContain("ECONNRESET");
    expect(requests).toHaveLength(1);
  });

  test("an error body of unknown format is kept as detail only", async () => {
    const { model } = await serve((response) =>
      response.writeHead(502, { "content-type": "text/html" }).end("<h1>How deep is the harbour?</h1>"),
    );
    const error = await failure(model.generate(request, { signal }));
    expect(error).toMatchObject({ kind: "server", status: 502, detail: "<h1>How deep is the harbour?</h1>" });
    expect(error.message).not.toContain("harbour");
  });

  test("an error with status 200 is an error", async () => {
    const { model } = await serve((response) => sendJson(response, { error: { message: "no", code: 429 } }));
    expect(await failure(model.generate(request, { signal }))).toMatchObject({
      kind: "rate-limit",
      status: undefined,
    });
  });

  test.each([
    ["nothing", (response: ServerResponse) => response.writeHead(204).end()],
    ["no choices", (response: ServerResponse) => sendJson(response, { choices: [] })],
    ["null", (response: ServerResponse) => sendJson(response, null)],
  ])("%s with status 200 is incomplete, whole and streamed", async (_, answer) => {
    const { model } = await serve(answer);
    expect(await failure(model.generate(request, { signal }))).toMatchObject({ kind: "incomplete" });
    expect(await failure(drain(model.stream(request, { signal })))).toMatchObject({ kind: "incomplete" });
  });
});

describe("streams", () => {
  const delta = (content: string, finish_reason: string | null = null) => ({
    id: "c1",
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta: { content }, finish_reason }],
  });

  test.each([
    [{ error: { type: "server_error", code: "server_is_overloaded", message: "m" } }, "overloaded", true],
    [{ error: { type: "tokens", code: "rate_limit_exceeded", message: "m" } }, "rate-limit", true],
    [
      { error: { type: "insufficient_quota", code: "insufficient_quota", message: "m" } },
      "rate-limit",
      false,
    ],
    [
      { error: { type: "invalid_request_error", code: "context_length_exceeded" } },
      "context-overflow",
      false,
    ],
    [{ error: { type: "invalid_request_error", code: null, message: "m" } }, "invalid-request", false],
    [{ error: { message: "m" } }, "server", true],
    [{ error: "text alone" }, "server", true],
    [{ error: { message: "m", type: "BadRequestError", code: 400 } }, "invalid-request", false],
    [{ object: "error", message: "m", type: "InternalServerError", code: 500 }, "server", true],
  ])("the error event %o is mapped", async (event, kind, retryable) => {
    const { model } = await serve((response) => sendEvents(response, [delta("Se"), event]));
    const error = await failure(drain(model.stream(request, { signal })));
    expect(error).toMatchObject({ kind, retryable, status: undefined });
  });

  test("an event that is not JSON is incomplete, and nothing of it is printed", async () => {
    const printed = (["log", "warn", "error", "info", "debug"] as const).map((method) =>
      vi.spyOn(console, method).mockImplementation(() => {}),
    );
    const { model } = await serve((response) => sendEvents(response, [delta("Se"), '{"id":"How deep']));
    expect(await failure(drain(model.stream(request, { signal })))).toMatchObject({ kind: "incomplete" });
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  });

  test("events without choices are skipped", async () => {
    const events = [{ type: "ping" }, delta("Seven."), "null", delta("", "stop"), "[DONE]"];
    const { model } = await serve((response) => sendEvents(response, events));
    const chunks: CompletionChunk[] = [];
    for await (const chunk of model.stream(request, { signal })) chunks.push(chunk);
    expect(chunks).toEqual([delta("Seven."), delta("", "stop")]);
  });

  test("a stream without an end marker is complete once its finish reason has arrived", async () => {
    const { model } = await serve((response) => sendEvents(response, [delta("Seven."), delta("", "stop")]));
    await expect(drain(model.stream(request, { signal }))).resolves.toBeUndefined();
  });

  test("aborts of concurrent streams close the connections of their own calls", async () => {
    let open = 0;
    const { model } = await serve((response) => {
      open += 1;
      response.once("close", () => {
        open -= 1;
      });
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`data: ${JSON.stringify(delta("Se"))}\n\n`);
    });
    const reasons = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const controller = new AbortController();
        try {
          for await (const _ of model.stream(request, { signal: controller.signal })) controller.abort(index);
        } catch (reason) {
          return reason;
        }
        return "not rejected";
      }),
    );
    expect(reasons).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await vi.waitFor(() => expect(open).toBe(0));
  });
});

describe("against a simulator of OpenAI's API", () => {
  async function simulate() {
    const mock = new LLMock({ port: 0 });
    await mock.start();
    onTestFinished(() => mock.stop());
    return { mock, model: openai("gpt-test", { apiKey: "sk-test", baseUrl: `${mock.url}/v1` }) };
  }

  test("answers with text, whole and streamed", async () => {
    const { mock, model } = await simulate();
    mock.onMessage("harbour", { content: "Seven fathoms at low tide." });
    const completion = await model.generate(request, { signal });
    expect(completion.choices[0]?.message.content).toBe("Seven fathoms at low tide.");
    let text = "";
    for await (const chunk of model.stream(request, { signal }))
      text += chunk.choices[0]?.delta.content ?? "";
    expect(text).toBe("Seven fathoms at low tide.");
  });

  test("calls a tool, whole and streamed", async () => {
    const { mock, model } = await simulate();
    mock.onMessage("harbour", { toolCalls: [{ name: "sound", arguments: '{"place":"Vlissingen"}' }] });
    const completion = await model.generate(request, { signal });
    const call = completion.choices[0]?.message.tool_calls?.[0];
    expect(call).toMatchObject({ function: { name: "sound", arguments: '{"place":"Vlissingen"}' } });
    let json = "";
    let finishReason: string | undefined;
    for await (const { choices } of model.stream(request, { signal })) {
      json += choices[0]?.delta.tool_calls?.[0]?.function?.arguments ?? "";
      finishReason = choices[0]?.finish_reason ?? finishReason;
    }
    expect([json, finishReason]).toEqual(['{"place":"Vlissingen"}', "tool_calls"]);
  });

  test("limits the rate", async () => {
    const { mock, model } = await simulate();
    mock.nextRequestError(429, { message: "slow down", type: "rate_limit_error" });
    expect(await failure(model.generate(request, { signal }))).toMatchObject({
      kind: "rate-limit",
      status: 429,
      retryable: true,
    });
  });
});

describe("options", () => {
  test("facts are what the options say", () => {
    const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 4 };
    const capabilities = { tools: true, contentTypes: ["image/png"] };
    const facts = { price, contextWindow: 400_000, maxOutputTokens: 128_000, capabilities };
    const { generate, stream, health, batches, ...plain } = openai("gpt-test", facts);
    expect(plain).toEqual({
      name: "openai:gpt-test",
      provider: "openai",
      model: "gpt-test",
      labels: {},
      speaks: ["responses"],
      ...facts,
    });
    expect(openai("gpt-test", { name: "openai:thinking", labels: { tier: "high" } })).toMatchObject({
      name: "openai:thinking",
      labels: { tier: "high" },
    });
  });

  test.each([
    [{ baseUrl: "localhost:8000" }, "openai.baseUrl"],
    [{ baseUrl: "ftp://user:sk-secret@x" }, "openai.baseUrl"],
    [{ apiKey: " " }, "openai.apiKey"],
    [{ apiKey: 5 }, "openai.apiKey"],
    [{ headers: { "x-key": "sk-secret\nb" } }, "openai.headers.x-key"],
    [{ headers: { "x y": "sk-secret" } }, "openai.headers.x y"],
    [{ headers: ["a"] }, "openai.headers"],
    [{ defaults: { extraBody: [] } }, "openai.defaults.extraBody"],
    [{ price: { usdPerMillionInputTokens: 1 } }, "openai.price.usdPerMillionOutputTokens"],
    [
      { price: { usdPerMillionInputTokens: -1, usdPerMillionOutputTokens: 1 } },
      "openai.price.usdPerMillionInputTokens",
    ],
    [
      {
        price: {
          usdPerMillionInputTokens: 1,
          usdPerMillionOutputTokens: 1,
          tiers: [
            { aboveInputTokens: 9, usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1 },
            { aboveInputTokens: 9, usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1 },
          ],
        },
      },
      "openai.price.tiers[1].aboveInputTokens",
    ],
  ])("%o is refused at construction, without showing a secret", (options, option) => {
    const build = () => openai("gpt-test", options as ProviderOptions);
    expect(build).toThrow(expect.objectContaining({ code: "invalid-option", option }));
    expect(build).toThrow(expect.not.objectContaining({ message: expect.stringContaining("sk-secret") }));
  });

  test("a model needs a name", () => {
    expect(() => openai("")).toThrow(expect.objectContaining({ option: "openai.model" }));
  });

  test("health requests the list of models", async () => {
    const { model, requests } = await serve((response) => sendJson(response, { object: "list", data: [] }));
    expect(await model.health?.({ signal })).toBe(true);
    expect(requests[0]).toMatchObject({ method: "GET", url: "/v1/models" });
  });

  test("health rejects with the reason", async () => {
    const { model } = await serve((response) => sendJson(response, { error: { message: "no" } }, 401));
    expect(await failure(model.health?.() ?? Promise.resolve())).toMatchObject({ kind: "authentication" });
  });
});
