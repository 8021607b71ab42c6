import { APICallError, type LanguageModelV3, type LanguageModelV3StreamPart } from "@ai-sdk/provider";
import { describe, expect, test } from "vitest";
import { always } from "../../../../policies/index.ts";
import type { ChatRequest, CompletionChunk } from "../../../../src/contracts/index.ts";
import { createRouter, InvalidOptionError, isRouterError } from "../../../../src/index.ts";
import { aiSdk, type ForeignModel, fromAiSdk } from "../../../../src/serve/clients/ai-sdk/index.ts";
import { fakeModel, providerConformance } from "../../../../src/testing/index.ts";

type Setup = Parameters<typeof providerConformance>[0];
type Scenario = Parameters<Setup["serve"]>[0];
type Recorded = Awaited<ReturnType<Setup["serve"]>>["requests"][number];
type Answer = Extract<Scenario, { type: "answer" }>["answer"];

const finishReasons = {
  stop: "stop",
  length: "length",
  tool_calls: "tool-calls",
  content_filter: "content-filter",
} as const;

function usageOf({ usage }: Answer) {
  const { inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, reasoningTokens } = usage;
  return {
    inputTokens: {
      total: inputTokens,
      noCache: undefined,
      cacheRead: cachedInputTokens,
      cacheWrite: cacheWriteTokens,
    },
    outputTokens: { total: outputTokens, text: undefined, reasoning: reasoningTokens },
  };
}

function partsOf(answer: Answer): LanguageModelV3StreamPart[] {
  const parts: LanguageModelV3StreamPart[] = [
    { type: "stream-start", warnings: [] },
    { type: "response-metadata", id: "answer-1", modelId: answer.model },
  ];
  if (answer.textPieces.length > 0) parts.push({ type: "text-start", id: "t" });
  for (const delta of answer.textPieces) parts.push({ type: "text-delta", id: "t", delta });
  for (const { id, name, argumentPieces } of answer.toolCalls) {
    parts.push({ type: "tool-input-start", id, toolName: name });
    for (const delta of argumentPieces) parts.push({ type: "tool-input-delta", id, delta });
    const input = argumentPieces.join("");
    parts.push({ type: "tool-input-end", id }, { type: "tool-call", toolCallId: id, toolName: name, input });
  }
  return parts;
}

const endOf = (answer: Answer): LanguageModelV3StreamPart => ({
  type: "finish",
  finishReason: { unified: finishReasons[answer.finishReason], raw: answer.finishReason },
  usage: usageOf(answer),
});

const refusal = ({
  status,
  message,
  requestId,
  retryAfterMs,
}: Extract<Scenario, { type: "failure" }>["failure"]) =>
  new APICallError({
    message,
    url: "https://example.com",
    requestBodyValues: {},
    statusCode: status,
    responseHeaders: {
      "X-Request-Id": requestId,
      ...(retryAfterMs !== undefined && { "retry-after": String(retryAfterMs / 1_000) }),
    },
  });

/** A model of the SDK that does what a scenario says, without a network. */
function served(scenario: Scenario): {
  model: LanguageModelV3;
  requests: Recorded[];
  close(): Promise<void>;
} {
  const requests: Recorded[] = [];
  let isClosed = false;
  const begin = (options: Parameters<LanguageModelV3["doGenerate"]>[0]) => {
    if (isClosed)
      throw new APICallError({
        message: "Cannot connect to API",
        url: "x",
        requestBodyValues: {},
        isRetryable: true,
      });
    let end = () => {};
    const closed = new Promise<void>((resolve) => {
      end = resolve;
    });
    const { abortSignal, ...rest } = options;
    // Bytes as a wire would have them.
    const body = JSON.parse(
      JSON.stringify(rest, (_, value) =>
        value?.type === "Buffer" ? Buffer.from(value.data).toString("base64") : value,
      ),
    );
    requests.push({ method: "POST", path: "/", headers: {}, body, closed });
    const aborted = new Promise<never>((_, reject) => {
      abortSignal?.addEventListener("abort", () => {
        end();
        reject(abortSignal.reason);
      });
    });
    aborted.catch(() => {});
    return { end, aborted };
  };
  const model: LanguageModelV3 = {
    specificationVersion: "v3",
    provider: "openai.chat",
    modelId: "model-1",
    supportedUrls: {},
    async doGenerate(options) {
      const { aborted } = begin(options);
      if (scenario.type === "stall") return aborted;
      if (scenario.type === "garbage") return { html: "<p>" } as never;
      if (scenario.type === "failure") throw refusal(scenario.failure);
      if (scenario.type === "broken") {
        if (scenario.ending === "stall") return aborted;
        if (scenario.ending === "cut") throw new TypeError("terminated");
        return { content: [{ type: "text", text: "half" }], warnings: [] } as never;
      }
      const { answer } = scenario;
      const calls = answer.toolCalls.map(({ id, name, argumentPieces }) => ({
        type: "tool-call" as const,
        toolCallId: id,
        toolName: name,
        input: argumentPieces.join(""),
      }));
      const text = answer.textPieces.join("");
      return {
        content: [...(text === "" ? [] : [{ type: "text" as const, text }]), ...calls],
        finishReason: { unified: finishReasons[answer.finishReason], raw: undefined },
        usage: usageOf(answer),
        response: { id: "answer-1", modelId: answer.model },
        warnings: [],
      };
    },
    async doStream(options) {
      const { aborted, end } = begin(options);
      if (scenario.type === "stall") return aborted;
      if (scenario.type === "failure") throw refusal(scenario.failure);
      const parts: unknown[] = scenario.type === "garbage" ? ["<p>"] : partsOf(scenario.answer);
      if (scenario.type === "answer") parts.push(endOf(scenario.answer));
      if (scenario.type === "stream-error") parts.push({ type: "error", error: refusal(scenario.failure) });
      const stream = new ReadableStream<LanguageModelV3StreamPart>({
        async pull(controller) {
          const part = parts.shift();
          if (part !== undefined) return controller.enqueue(part as LanguageModelV3StreamPart);
          if (scenario.type === "broken" && scenario.ending === "cut")
            return controller.error(new TypeError("terminated"));
          if (scenario.type === "broken" && scenario.ending === "stall") return aborted;
          controller.close();
        },
        cancel: end,
      });
      return { stream };
    },
  };
  return {
    model,
    requests,
    async close() {
      isClosed = true;
    },
  };
}

describe("conformance of a model of the AI SDK", () => {
  const cases = providerConformance({
    async serve(scenario, { strictParameters, defaults }) {
      const { model, requests, close } = served(scenario);
      return { model: fromAiSdk(model, { strictParameters, defaults }), requests, close };
    },
    without: { "content-filter": "the scenario's text names no filter", "context-overflow": "nor a context" },
  });
  for (const { name, skip, run } of cases) test.skipIf(skip !== undefined)(name, run);
});

const request: ChatRequest = { messages: [{ role: "user", content: "x" }] };
const calm = () => ({ signal: new AbortController().signal });
const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } };
const withAnswer = (
  content: readonly object[],
  parts: readonly object[] = [],
): ForeignModel & { calls: object[] } => {
  const calls: object[] = [];
  return {
    calls,
    specificationVersion: "v3",
    provider: "google.vertex.chat",
    modelId: "gemini",
    async doGenerate(options: object) {
      calls.push(options);
      return { content, finishReason: { unified: "stop" }, usage, warnings: [] };
    },
    async doStream(options: object) {
      calls.push(options);
      const finish = { type: "finish", finishReason: { unified: "stop" }, usage };
      return { stream: ReadableStream.from([...parts, finish]) };
    },
  };
};
const signature = { google: { thoughtSignature: "s1" } };

test("reasoning and calls with signatures go back as they came, and not to another model", async () => {
  const call = {
    type: "tool-call",
    toolCallId: "c1",
    toolName: "f",
    input: "{}",
    providerMetadata: signature,
  };
  const thought = { type: "reasoning", text: "Hm.", providerMetadata: signature };
  const parts = [
    { type: "reasoning-start", id: "1" },
    { type: "reasoning-delta", id: "1", delta: "Hm." },
    { type: "reasoning-end", id: "1", providerMetadata: signature },
    call,
  ];
  const target = withAnswer([thought, call], parts);
  const model = fromAiSdk(target);
  const router = createRouter({ models: { m: model }, policy: always("m") });
  const whole = (await router.route(request)).completion.choices[0]?.message;
  const stream = router.stream(request);
  for await (const _ of stream);
  const streamed = (await stream.result).completion.choices[0]?.message;
  const result = { role: "tool" as const, tool_call_id: "c1", content: "done" };
  for (const message of [whole, streamed]) {
    if (message === undefined) expect.unreachable();
    const messages = [...request.messages, message, result];
    await model.generate({ messages }, calm());
    const sent = target.calls.at(-1) as { prompt: readonly { content: unknown }[] };
    expect(sent.prompt[1]?.content).toEqual([
      { type: "reasoning", text: "Hm.", providerOptions: signature },
      { type: "tool-call", toolCallId: "c1", toolName: "f", input: {}, providerOptions: signature },
    ]);
    expect(sent.prompt[2]?.content).toMatchObject([
      { toolName: "f", output: { type: "text", value: "done" } },
    ]);
    const other = { ...withAnswer([]), modelId: "other" };
    await fromAiSdk(other).generate({ messages }, calm());
    expect(JSON.stringify(other.calls)).not.toContain("s1");
  }
});

test("usage in plain numbers, as version 2 has it, is read", async () => {
  const model: ForeignModel = {
    ...withAnswer([]),
    specificationVersion: "v2",
    doGenerate: async () => ({
      content: [{ type: "text", text: "hi" }],
      finishReason: "stop",
      usage: { inputTokens: 9, outputTokens: 3, cachedInputTokens: 4, reasoningTokens: 1 },
    }),
  };
  expect((await fromAiSdk(model).generate(request, calm())).usage).toEqual({
    prompt_tokens: 9,
    completion_tokens: 3,
    total_tokens: 12,
    prompt_tokens_details: { cached_tokens: 4 },
    completion_tokens_details: { reasoning_tokens: 1 },
  });
});

test("texts of a refusal tell an overflow of the context from a filter", async () => {
  for (const [message, kind] of [
    ["This model's maximum context length is 8192 tokens", "context-overflow"],
    ["The response was blocked by our content policy", "content-filter"],
  ] as const) {
    const error = new APICallError({ message, url: "x", requestBodyValues: {}, statusCode: 400 });
    const model: ForeignModel = { ...withAnswer([]), doGenerate: () => Promise.reject(error) };
    const thrown = await fromAiSdk(model)
      .generate(request, calm())
      .catch((one: unknown) => one);
    expect(isRouterError(thrown, "provider") && thrown.kind).toBe(kind);
  }
});

test("a model that throws, or ignores the abort, ends with the call", async () => {
  const hostile: ForeignModel = {
    ...withAnswer([]),
    doGenerate: () => {
      throw new Proxy(
        {},
        {
          get() {
            throw new Error("no");
          },
        },
      );
    },
    doStream: () => new Promise<never>(() => {}),
  };
  const model = fromAiSdk(hostile);
  await expect(model.generate(request, calm())).rejects.toMatchObject({ kind: "incomplete" });
  const controller = new AbortController();
  const chunks = model.stream(request, { signal: controller.signal })[Symbol.asyncIterator]();
  const pending = chunks.next();
  controller.abort("left");
  await expect(pending).rejects.toBe("left");
});

test("a router is a target of another one, through the SDK's interface", async () => {
  const inner = createRouter({ models: { a: fakeModel({ answer: "one two" }) }, policy: always("a") });
  const outer = fromAiSdk(aiSdk(inner)());
  expect(outer.name).toBe("switchpoint:auto");
  expect((await outer.generate(request, calm())).choices[0]?.message.content).toBe("one two");
  const chunks: CompletionChunk[] = [];
  for await (const chunk of outer.stream(request, calm())) chunks.push(chunk);
  expect(chunks.flatMap(({ choices }) => choices[0]?.delta.content ?? [])).toEqual(["one ", "two"]);
});

test("what is no model, and options of a connection, are refused", () => {
  expect(() => fromAiSdk("gpt-5" as never)).toThrow(InvalidOptionError);
  expect(() => fromAiSdk(withAnswer([]), { apiKey: "k" } as object)).toThrow(InvalidOptionError);
});
