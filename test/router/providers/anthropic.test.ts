import { LLMock } from "@copilotkit/aimock";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { ChatRequest, CompletionChunk, Model } from "../../../src/contracts/index.ts";
import { type AnthropicOptions, anthropic } from "../../../src/router/providers/anthropic.ts";
import type { Scenario, ScenarioAnswer, ScenarioServer } from "../../../src/testing/index.ts";
import { serveAnthropic, serveEvents, sse } from "../../support/anthropic-server.ts";

const key = "sk-ant-test-1";
const request: ChatRequest = { messages: [{ role: "user", content: "How tall is the lighthouse?" }] };
const calm = () => ({ signal: new AbortController().signal });

const answer: ScenarioAnswer = {
  model: "claude-sonnet-5-5",
  textPieces: ["Forty", "-two."],
  toolCalls: [],
  finishReason: "stop",
  usage: { inputTokens: 12, outputTokens: 5 },
};
const answering: Scenario = { type: "answer", answer };

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function started(starting: Promise<ScenarioServer>): Promise<ScenarioServer> {
  const server = await starting;
  onTestFinished(server.close);
  return server;
}

function modelOn(server: { url: string }, options: AnthropicOptions = {}, id = "claude-sonnet-5-5"): Model {
  return anthropic(id, { apiKey: key, baseUrl: server.url, ...options });
}

async function collect(stream: AsyncIterable<CompletionChunk>): Promise<CompletionChunk[]> {
  const chunks: CompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const textOf = (chunks: readonly CompletionChunk[]) =>
  chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("");

describe("what is sent", () => {
  test("by default uses the current API version, with the key as a bearer token", async () => {
    const server = await started(serveAnthropic(answering));
    const dropped: string[] = [];
    const model = modelOn(server, { headers: { "x-team": "harbour" } });
    await model.generate(
      { ...request, temperature: 0.2 },
      { ...calm(), onDropped: (name) => dropped.push(name) },
    );
    const [sent] = server.requests;
    expect(sent).toMatchObject({ method: "POST", path: "/v1/messages" });
    expect(sent?.headers).toMatchObject({
      "anthropic-version": "2026-10-21",
      authorization: `Bearer ${key}`,
      "x-team": "harbour",
    });
    expect(sent?.headers).not.toHaveProperty("x-api-key");
    expect(sent?.body).not.toHaveProperty("temperature");
    expect(dropped).toEqual(["temperature"]);
  });

  test("in the old API version carries sampling parameters, and the key only as x-api-key", async () => {
    const server = await started(serveAnthropic(answering));
    await modelOn(server, { version: "2023-06-01" }).generate({ ...request, temperature: 0.2 }, calm());
    const [sent] = server.requests;
    expect(sent?.headers).toMatchObject({ "anthropic-version": "2023-06-01", "x-api-key": key });
    expect(sent?.headers).not.toHaveProperty("authorization");
    expect(sent?.body).toMatchObject({ temperature: 0.2 });
  });

  test("strict parameters refuse before anything is sent", async () => {
    const server = await started(serveAnthropic(answering));
    const model = modelOn(server, { strictParameters: true });
    const refused = expect.objectContaining({ kind: "unsupported", retryable: false });
    await expect(model.generate({ ...request, temperature: 0.2 }, calm())).rejects.toEqual(refused);
    await expect(collect(model.stream({ ...request, seed: 1 }, calm()))).rejects.toEqual(refused);
    expect(server.requests).toHaveLength(0);
  });

  test("sends a thinking budget to older models and an effort to newer ones", async () => {
    const server = await started(serveAnthropic(answering));
    const asked = async (id: string, options: AnthropicOptions = {}) => {
      await modelOn(server, options, id).generate({ ...request, reasoning_effort: "high" }, calm());
      const body = server.requests.at(-1)?.body as { thinking?: { type: string } };
      return body.thinking?.type;
    };
    const older = [
      "claude-haiku-4-5",
      "claude-haiku-4-5-20251001",
      "claude-sonnet-4-20250514",
      "claude-opus-4-5",
    ];
    for (const id of older) expect(await asked(id), id).toBe("enabled");
    const newer = ["claude-opus-4-6", "claude-sonnet-5-5", "claude-opus-5-5", "claude-fable-5-1", "my-own"];
    for (const id of newer) expect(await asked(id), id).toBe("adaptive");
    expect(await asked("my-own", { reasoning: "budget" })).toBe("enabled");
  });

  test("goes through the caller's fetch", async () => {
    const server = await started(serveAnthropic(answering));
    const urls: string[] = [];
    const ownFetch: typeof fetch = (input, init) => {
      urls.push(String(input));
      return fetch(input, init);
    };
    await modelOn(server, { fetch: ownFetch }).generate(request, calm());
    expect(urls).toEqual([`${server.url}/v1/messages`]);
  });
});

describe("the key", () => {
  test("is read from the environment at each call", async () => {
    const server = await started(serveAnthropic(answering));
    const model = modelOn(server, { apiKey: undefined });
    for (const current of ["sk-one", "sk-two"]) {
      vi.stubEnv("ANTHROPIC_API_KEY", current);
      await model.generate(request, calm());
      expect(server.requests.at(-1)?.headers["authorization"]).toBe(`Bearer ${current}`);
    }
  });

  test("is requested before each call if it is a function", async () => {
    const server = await started(serveAnthropic(answering));
    let count = 0;
    const model = modelOn(server, { apiKey: async () => `sk-${++count}` });
    await model.generate(request, calm());
    await collect(model.stream(request, calm()));
    expect(server.requests.map(({ headers }) => headers["authorization"])).toEqual([
      "Bearer sk-1",
      "Bearer sk-2",
    ]);
  });

  test("that is missing gives an error that says what to set", async () => {
    vi.stubEnv("ANTHROPIC_API_KEY", undefined);
    const model = anthropic("claude-sonnet-5-5", { baseUrl: "http://127.0.0.1:9" });
    await expect(model.generate(request, calm())).rejects.toThrow(/ANTHROPIC_API_KEY/);
  });

  test("whose function fails gives an error without the function's message", async () => {
    const model = anthropic("claude-sonnet-5-5", {
      apiKey: () => Promise.reject(new Error("vault says sk-secret")),
    });
    const error: unknown = await model.generate(request, calm()).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: "authentication" });
    expect(String(error)).not.toContain("sk-secret");
  });

  test("that never arrives does not outlive an abort", async () => {
    const model = anthropic("claude-sonnet-5-5", { apiKey: () => new Promise<string>(() => {}) });
    const controller = new AbortController();
    const call = model.generate(request, { signal: controller.signal });
    controller.abort("enough");
    await expect(call).rejects.toBe("enough");
  });
});

describe("the SDK", () => {
  test("prints nothing for deprecated models, manual thinking, unreadable streams or its debug log", async () => {
    vi.stubEnv("ANTHROPIC_LOG", "debug");
    const printed = (["log", "info", "warn", "error", "debug"] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation(() => {}),
    );
    const server = await started(serveAnthropic(answering));
    await modelOn(server, {}, "claude-sonnet-4-5").generate({ ...request, reasoning_effort: "low" }, calm());
    await collect(modelOn(server, {}, "claude-opus-4-5").stream(request, calm()));
    await modelOn(server, { reasoning: "budget" }, "claude-opus-4-6").generate(
      { ...request, reasoning_effort: "low" },
      calm(),
    );
    const broken = await started(serveEvents(["event: message_start\ndata: {no json\n\n"]));
    await expect(collect(modelOn(broken).stream(request, calm()))).rejects.toMatchObject({
      kind: "incomplete",
    });
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  });

  test("does not refuse a large output limit, because the whole answer is read as a stream", async () => {
    const server = await started(serveAnthropic(answering));
    const completion = await modelOn(server).generate({ ...request, max_completion_tokens: 64_000 }, calm());
    expect(server.requests[0]?.body).toMatchObject({ stream: true, max_tokens: 64_000 });
    expect(completion).toMatchObject({
      object: "chat.completion",
      choices: [{ message: { content: "Forty-two." }, finish_reason: "stop" }],
      usage: { prompt_tokens: 12, completion_tokens: 5 },
    });
    await modelOn(server).generate({ ...request, max_completion_tokens: 8192 }, calm());
    expect(server.requests[1]?.body).not.toHaveProperty("stream");
  });

  test("that is not installed gives an error that says what to install", async () => {
    vi.doMock("@anthropic-ai/sdk", () => {
      throw new Error("Cannot find package");
    });
    try {
      const call = anthropic("claude-sonnet-5-5", { apiKey: key }).generate(request, calm());
      await expect(call).rejects.toMatchObject({
        code: "missing-dependency",
        message: expect.stringContaining("npm install @anthropic-ai/sdk"),
      });
    } finally {
      vi.doUnmock("@anthropic-ai/sdk");
    }
  });
});

describe("a stream", () => {
  const start = sse({
    type: "message_start",
    message: {
      id: "msg_1",
      model: "claude-sonnet-5-5",
      content: [],
      stop_reason: null,
      usage: { input_tokens: 1 },
    },
  });
  const block = sse({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } });
  const piece = sse({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Forty" } });
  const end = sse({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } });
  const stop = sse({ type: "message_stop" });

  test("of the minimal events is an answer", async () => {
    const server = await started(serveEvents([start, block, piece, end, stop]));
    const chunks = await collect(modelOn(server).stream(request, calm()));
    expect(textOf(chunks)).toBe("Forty");
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("stop");
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } });
  });

  test.each([
    ["without a stop reason", [start, block, piece, stop]],
    [
      "with a line that is not JSON",
      [start, block, 'event: content_block_delta\ndata: {"delta":\n\n', end, stop],
    ],
    ["without anything", []],
  ])("%s is incomplete", async (_, texts) => {
    const server = await started(serveEvents(texts));
    for (const max_tokens of [100, 64_000]) {
      const streamed = collect(modelOn(server).stream({ ...request, max_tokens }, calm()));
      await expect(streamed).rejects.toMatchObject({ kind: "incomplete", retryable: true });
    }
    const whole = modelOn(server).generate({ ...request, max_tokens: 64_000 }, calm());
    await expect(whole).rejects.toMatchObject({ kind: "incomplete" });
  });

  test("with an error event fails by its type, after what came before", async () => {
    const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    const server = await started(serveEvents([start, block, piece, sse(error)]));
    const chunks: CompletionChunk[] = [];
    const reading = (async () => {
      for await (const chunk of modelOn(server).stream(request, calm())) chunks.push(chunk);
    })();
    await expect(reading).rejects.toMatchObject({
      kind: "overloaded",
      retryable: true,
      detail: "Overloaded",
    });
    expect(textOf(chunks)).toBe("Forty");
    expect(chunks.every((chunk) => !chunk.choices[0]?.finish_reason)).toBe(true);
  });

  test("aborted between two chunks that have both arrived rejects with the signal's reason", async () => {
    const server = await started(serveEvents([start, block, piece, piece, end, stop]));
    const controller = new AbortController();
    const reason = new Error("the caller has left");
    const reading = (async () => {
      for await (const chunk of modelOn(server).stream(request, { signal: controller.signal }))
        if (chunk.choices[0]?.delta.content) controller.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
  });

  test("leaves no listener on the caller's signal", async () => {
    const server = await started(serveAnthropic(answering));
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    await collect(modelOn(server).stream(request, { signal }));
    await modelOn(server).generate(request, { signal });
    const own = added.mock.calls.map(([, listener]) => listener);
    const gone = removed.mock.calls.map(([, listener]) => listener);
    expect(own.length).toBeGreaterThan(0);
    expect(gone).toEqual(expect.arrayContaining(own));
  });
});

describe("health", () => {
  test("requests the model, and fails if the endpoint refuses", async () => {
    const server = await started(serveAnthropic(answering));
    expect(await modelOn(server).health?.()).toBe(true);
    expect(server.requests[0]).toMatchObject({ method: "GET", path: "/v1/models/claude-sonnet-5-5" });
    const failure = { kind: "not-found", status: 404, message: "no", requestId: "req_1" } as const;
    const refusing = await started(serveAnthropic({ type: "failure", failure }));
    await expect(modelOn(refusing).health?.()).rejects.toMatchObject({ kind: "not-found" });
  });
});

describe("options", () => {
  test("name what is wrong with them", () => {
    const wrong: [() => Model, string][] = [
      [() => anthropic(""), "anthropic.model"],
      [() => anthropic("m", { baseUrl: "localhost" }), "anthropic.baseUrl"],
    ];
    for (const [build, option] of wrong)
      expect(build).toThrow(expect.objectContaining({ code: "invalid-option", option }));
  });

  test("become the model's facts", () => {
    const price = { usdPerMillionInputTokens: 3, usdPerMillionOutputTokens: 15 };
    const options = { price, contextWindow: 200_000, maxOutputTokens: 64_000, labels: { region: "eu" } };
    expect(anthropic("claude-sonnet-5-5", options)).toMatchObject({
      name: "anthropic:claude-sonnet-5-5",
      provider: "anthropic",
      model: "claude-sonnet-5-5",
      ...options,
    });
    expect(anthropic("claude-sonnet-5-5", { name: "own" }).name).toBe("own");
  });
});

describe("against an independent simulator", () => {
  const weather = {
    type: "function" as const,
    function: {
      name: "get_weather",
      parameters: { type: "object", properties: { city: { type: "string" } } },
    },
  };

  async function simulated(): Promise<Model> {
    const mock = new LLMock({ port: 0 });
    mock.onMessage("hello", { content: "Hello from the simulator." });
    mock.onMessage("weather", { toolCalls: [{ name: "get_weather", arguments: '{"city":"Oslo"}' }] });
    await mock.start();
    onTestFinished(() => mock.stop());
    return anthropic("claude-sonnet-5-5", { apiKey: key, baseUrl: mock.url });
  }
  const saying = (content: string): ChatRequest => ({ messages: [{ role: "user", content }] });

  test("text arrives whole and streamed", async () => {
    const model = await simulated();
    const completion = await model.generate(saying("hello"), calm());
    expect(completion.choices[0]?.message.content).toBe("Hello from the simulator.");
    expect(textOf(await collect(model.stream(saying("hello"), calm())))).toBe("Hello from the simulator.");
  });

  test("tool calls arrive whole and streamed", async () => {
    const model = await simulated();
    const asked = { ...saying("weather"), tools: [weather] };
    const [choice] = (await model.generate(asked, calm())).choices;
    expect(choice).toMatchObject({
      finish_reason: "tool_calls",
      message: {
        tool_calls: [{ type: "function", function: { name: "get_weather", arguments: '{"city":"Oslo"}' } }],
      },
    });
    const deltas = (await collect(model.stream(asked, calm()))).flatMap(
      (chunk) => chunk.choices[0]?.delta.tool_calls ?? [],
    );
    expect(deltas[0]?.function?.name).toBe("get_weather");
    expect(deltas.map((delta) => delta.function?.arguments).join("")).toBe('{"city":"Oslo"}');
  });
});
