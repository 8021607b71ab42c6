import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import {
  type Check,
  type Completion,
  type CompletionChunk,
  isRouterError,
  type Model,
  ProviderError,
} from "../../../src/contracts/index.ts";
import { createRouter, type RouterEvent } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { executionFor, streamOf } from "../../support/execution/execution-for.ts";

const price = { usdPerMillionInputTokens: 1_000, usdPerMillionOutputTokens: 10_000 };
const failure = () => new ProviderError({ kind: "server", model: "fake:small" });

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

async function read(context: ReturnType<typeof executionFor>) {
  const chunks: CompletionChunk[] = [];
  const reading = (async () => {
    const iterator = streamOf(context);
    try {
      for (;;) {
        const { done, value } = await iterator.next();
        if (done) return { chunks, completion: value as Completion, error: undefined };
        chunks.push(value as CompletionChunk);
      }
    } catch (error) {
      return { chunks, completion: undefined, error };
    }
  })();
  await vi.runAllTimersAsync();
  return reading;
}

const textOf = (chunks: readonly CompletionChunk[]) =>
  chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("");

/** A model whose stream is what the generator yields. */
function scripted(model: string, script: (signal: AbortSignal) => AsyncGenerator<CompletionChunk>): Model {
  return { ...fakeModel({ model, price }), stream: (_, { signal }) => script(signal) };
}

const chunk = (
  delta: CompletionChunk["choices"][number]["delta"],
  finish_reason: "stop" | null = null,
): CompletionChunk => ({
  id: "1",
  created: 1,
  model: "m",
  object: "chat.completion.chunk",
  choices: [{ index: 0, delta, finish_reason }],
});

describe("a stream that succeeds", () => {
  it("is priced by an estimate if its usage is lost", async () => {
    const small = scripted("small", async function* () {
      yield chunk({ content: "eight characters" });
      yield chunk({}, "stop");
    });
    const context = executionFor({ models: { small } });
    expect((await read(context)).error).toBeUndefined();
    const [attempt] = context.attempts;
    expect(attempt).toMatchObject({ costEstimated: true, finishReason: "stop", usage: { outputTokens: 4 } });
    expect(attempt?.costUsd).toBeGreaterThan(0);
  });

  it("hands on every chunk and returns the whole answer with usage and time to first token", async () => {
    const context = executionFor({ models: { small: fakeModel({ price, answer: "one two three" }) } });
    const { chunks, completion } = await read(context);
    expect(textOf(chunks)).toBe("one two three");
    expect(completion?.choices[0]?.message.content).toBe("one two three");
    expect(completion?.usage).toBeDefined();
    expect(context.attempts).toMatchObject([{ hop: "answer", firstTokenMs: 0, finishReason: "stop" }]);
    expect(context.attempts[0]?.costUsd).toBeGreaterThan(0);
  });

  it("puts tool calls together from their pieces", async () => {
    const small = scripted("small", async function* () {
      yield chunk({ role: "assistant" });
      yield chunk({
        tool_calls: [{ index: 0, id: "a", type: "function", function: { name: "f", arguments: "" } }],
      });
      yield chunk({ tool_calls: [{ index: 0, function: { arguments: '{"x":' } }] });
      yield chunk({
        tool_calls: [{ index: 1, id: "b", type: "function", function: { name: "g", arguments: "{}" } }],
      });
      yield chunk({ tool_calls: [{ index: 0, function: { arguments: "1}" } }] });
      yield { ...chunk({}), choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] };
    });
    const { completion } = await read(executionFor({ models: { small } }));
    expect(completion?.choices[0]).toMatchObject({
      finish_reason: "tool_calls",
      message: {
        content: null,
        tool_calls: [
          { id: "a", type: "function", function: { name: "f", arguments: '{"x":1}' } },
          { id: "b", type: "function", function: { name: "g", arguments: "{}" } },
        ],
      },
    });
  });

  it("keeps what a provider sends beyond OpenAI's fields", async () => {
    const small = scripted("small", async function* () {
      yield chunk({ reasoning_content: "I " } as never);
      yield chunk({ reasoning_content: "think" } as never);
      yield chunk({ content: "so" }, "stop");
    });
    const { completion } = await read(executionFor({ models: { small } }));
    expect(completion?.choices[0]?.message).toMatchObject({ reasoning_content: "I think", content: "so" });
  });

  it("passes on an answer without content", async () => {
    const small = scripted("small", async function* () {
      yield chunk({ role: "assistant" });
      yield chunk({}, "stop");
    });
    const { chunks, completion } = await read(executionFor({ models: { small } }));
    expect(chunks).toHaveLength(2);
    expect(completion?.choices[0]?.message.content).toBe("");
  });
});

describe("a stream that fails", () => {
  it("is replaced unseen before its first content", async () => {
    const small = scripted("small", async function* () {
      yield chunk({ role: "assistant", content: "" });
      throw failure();
    });
    const context = executionFor({
      models: { small, large: fakeModel({ model: "large", answer: "whole" }) },
      options: { retries: 0 },
    });
    const { chunks, completion } = await read(context);
    expect(textOf(chunks)).toBe("whole");
    expect(chunks.every(({ model }) => model === "large")).toBe(true);
    expect(completion?.model).toBe("large");
    expect(context.attempts.map(({ next }) => next)).toEqual(["fallback", undefined]);
  });

  it("is never spliced after its first content: the error carries what was received", async () => {
    const large = fakeModel({ model: "large" });
    const small = fakeModel({ price, answer: "one two three", error: failure(), piecesBeforeError: 2 });
    const context = executionFor({ models: { small, large } });
    const { chunks, error } = await read(context);
    expect(textOf(chunks)).toBe("one two ");
    if (!isRouterError(error, "provider")) throw error;
    expect(error.partialText).toBe("one two ");
    expect(JSON.stringify(error)).not.toContain("one two");
    expect(large.requests).toHaveLength(0);
    expect(context.attempts).toMatchObject([
      { costEstimated: true, usage: { inputTokens: 10, outputTokens: 2 } },
    ]);
  });

  it("carries what was received even if its deadline passes as it breaks", async () => {
    const time = { now: 0 };
    const small = scripted("small", async function* () {
      yield chunk({ content: "half an " });
      time.now = 2_000;
      throw failure();
    });
    const context = executionFor({
      models: { small, large: fakeModel({ model: "large" }) },
      clock: () => time.now,
      deadlineMs: 1_000,
    });
    const { error } = await read(context);
    if (!isRouterError(error, "provider")) throw error;
    expect(error.partialText).toBe("half an ");
    expect(context.attempts).toHaveLength(1);
  });

  it("is never retried after a tool-call delta", async () => {
    const small = scripted("small", async function* () {
      yield chunk({
        tool_calls: [{ index: 0, id: "a", type: "function", function: { name: "f", arguments: "" } }],
      });
      throw failure();
    });
    const large = fakeModel({ model: "large" });
    const { error } = await read(executionFor({ models: { small, large } }));
    expect(isRouterError(error, "provider")).toBe(true);
    expect(large.requests).toHaveLength(0);
  });

  it("is incomplete when it ends without a finish reason", async () => {
    const small = scripted("small", async function* () {
      yield chunk({ content: "half an ans" });
    });
    const { error } = await read(executionFor({ models: { small } }));
    if (!isRouterError(error, "provider")) throw error;
    expect(error.kind).toBe("incomplete");
    expect(error.partialText).toBe("half an ans");
  });
});

describe("limits of a stream", () => {
  const hang = (signal: AbortSignal) =>
    new Promise<never>((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
    );

  it("replace a model whose first token is late", async () => {
    const small = scripted("small", async function* (signal) {
      yield chunk({ role: "assistant" });
      await hang(signal);
    });
    const models = { small, large: fakeModel({ model: "large", answer: "whole" }) };
    const context = executionFor({ models, options: { firstTokenTimeoutMs: 700, retries: 0 } });
    const { chunks } = await read(context);
    expect(textOf(chunks)).toBe("whole");
    expect(context.attempts[0]).toMatchObject({
      error: { kind: "timeout" },
      latencyMs: 700,
      costEstimated: true,
    });
  });

  it("end a stream that falls silent", async () => {
    const small = scripted("small", async function* (signal) {
      yield chunk({ content: "a" });
      yield chunk({ content: "b" });
      await hang(signal);
    });
    const context = executionFor({ models: { small }, options: { idleTimeoutMs: 300 } });
    const { error } = await read(context);
    if (!isRouterError(error, "provider")) throw error;
    expect(error.message).toContain("no further chunk within idleTimeoutMs of 300 ms");
    expect(error.partialText).toBe("ab");
  });

  it.each([
    ["idleTimeoutMs", { options: { idleTimeoutMs: 300 } }],
    ["the deadline", { deadlineMs: 300 }],
  ])("leave an answer whole whose end has come: %s", async (_, more) => {
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
    const small = scripted("small", async function* (signal) {
      yield chunk({ content: "all" });
      yield { ...chunk({}, "stop"), usage };
      await hang(signal);
    });
    const context = executionFor({ models: { small }, ...more });
    const { error, completion } = await read(context);
    expect(error).toBeUndefined();
    expect(completion).toMatchObject({ usage, choices: [{ message: { content: "all" } }] });
    expect(context.reported).toMatchObject([{ usage: { inputTokens: 3, outputTokens: 2 } }]);
  });

  it("give back what a whole answer holds, although its reader is away", async () => {
    const small = scripted("small", async function* (signal) {
      yield chunk({ content: "all" });
      yield chunk({}, "stop");
      await hang(signal);
    });
    const context = executionFor({ models: { small }, deadlineMs: 1_000 });
    const iterator = streamOf(context);
    await iterator.next();
    await iterator.next();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(context.reported).toMatchObject([{ finishReason: "stop" }]);
    expect(context.reported[0]?.error).toBeUndefined();
    expect((await iterator.next()).done).toBe(true);
  });

  it("do not take a slow reader for a slow model", async () => {
    const context = executionFor({
      models: { small: fakeModel({ answer: "a b c" }) },
      options: { idleTimeoutMs: 100, firstTokenTimeoutMs: 100 },
    });
    let text = "";
    const reading = (async () => {
      for await (const part of streamOf(context)) {
        text += part.choices[0]?.delta.content ?? "";
        await new Promise((resolve) => setTimeout(resolve, 10_000));
      }
    })();
    await vi.runAllTimersAsync();
    await reading;
    expect(text).toBe("a b c");
  });

  it("end at the deadline, also while the reader is away", async () => {
    const small = scripted("small", async function* (signal) {
      for (;;) {
        signal.throwIfAborted();
        yield chunk({ content: "a" });
      }
    });
    const context = executionFor({ models: { small }, deadlineMs: 1_000 });
    const reading = (async () => {
      for await (const _ of streamOf(context)) await new Promise((resolve) => setTimeout(resolve, 400));
    })().catch((error) => error);
    await vi.runAllTimersAsync();
    const error = await reading;
    if (!isRouterError(error, "deadline-exceeded")) throw error;
    expect(error.partialText).toBe("aaa");
  });

  it("end at the deadline, also if the reader is away for longer than idleTimeoutMs before it", async () => {
    let endedAt: number | undefined;
    const small = scripted("small", async function* (signal) {
      signal.addEventListener("abort", () => {
        endedAt = Date.now();
      });
      for (;;) yield chunk({ content: "a" });
    });
    const startedAt = Date.now();
    const context = executionFor({
      models: { small },
      options: { idleTimeoutMs: 100 },
      deadlineMs: 1_000,
    });
    await streamOf(context).next();
    await vi.runAllTimersAsync();
    expect(endedAt).toBe(startedAt + 1_000);
    expect(context.reported).toMatchObject([{ error: { code: "deadline-exceeded" }, costEstimated: true }]);
  });

  it("are recorded once if the deadline passes between their last chunk and the read that finds their end", async () => {
    let now = 0;
    const small = scripted("small", async function* () {
      yield chunk({ content: "a" });
      yield chunk({}, "stop");
    });
    const context = executionFor({ models: { small }, deadlineMs: 1_000, clock: () => now });
    const iterator = streamOf(context);
    await iterator.next();
    await iterator.next();
    // A busy process: the time is over, and no timer has fired yet.
    now = 2_000;
    await expect(iterator.next()).resolves.toMatchObject({ done: true });
    expect(context.attempts).toHaveLength(1);
    expect(context.reported).toMatchObject([{ finishReason: "stop" }]);
  });
});

describe("a reader that leaves", () => {
  it("and comes back after deadline and abort gets the error of what came first", async () => {
    const controller = new AbortController();
    const small = scripted("small", async function* () {
      for (;;) yield chunk({ content: "a" });
    });
    const context = executionFor({
      models: { small },
      signal: controller.signal,
      deadlineMs: 100,
    });
    const told: unknown[] = [];
    const iterator = streamOf(context, (error) => told.push(error));
    await iterator.next();
    await vi.advanceTimersByTimeAsync(100);
    controller.abort(new Error("left"));
    const error = await iterator.next().catch((thrown: unknown) => thrown);
    expect(isRouterError(error, "deadline-exceeded")).toBe(true);
    expect(told).toEqual([error]);
    expect(told[0]).toBe(error);
    expect(context.reported).toHaveLength(1);
  });

  it("without ending the stream gives back what the call held when the caller aborts", async () => {
    const perRequest = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0, usdPerRequest: 0.1 };
    const small = fakeModel({ model: "small", answer: "one two three", price: perRequest });
    const events: RouterEvent[] = [];
    const router = createRouter({
      models: { small },
      policy: always("small"),
      budgets: [{ limitUsd: 1, period: "day" }],
      execution: { limits: { maxConcurrent: 1, maxQueued: 0 } },
      onEvent: (event) => events.push(event),
    });
    const controller = new AbortController();
    const reason = new Error("user left");
    const left = router.stream("Hello", { signal: controller.signal });
    const iterator = left[Symbol.asyncIterator]();
    expect((await iterator.next()).done).toBe(false);
    controller.abort(reason);
    await expect(left.result).rejects.toBe(reason);
    expect(router.exportState().spend?.accounts).toMatchObject([{ usedUsd: 0.1 }]);
    expect((await router.route("Hello")).text).toBe("one two three");
    await expect(iterator.next()).rejects.toBe(reason);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    const types = events.map(({ type }) => type);
    expect(types.filter((type) => type === "request-failed")).toHaveLength(1);
    expect(types.filter((type) => type === "attempt-ended")).toHaveLength(2);
  });

  it("ends the call, which is recorded and priced as far as it went", async () => {
    let aborted = false;
    const small = scripted("small", async function* (signal) {
      signal.addEventListener("abort", () => {
        aborted = true;
      });
      for (;;) yield chunk({ content: "word " });
    });
    const context = executionFor({ models: { small, large: fakeModel({ model: "large" }) } });
    for await (const _ of streamOf(context)) break;
    expect(aborted).toBe(true);
    expect(context.attempts).toMatchObject([{ error: { code: "aborted" }, costEstimated: true }]);
    expect(context.reported).toHaveLength(1);
  });

  it("by an abort gets its own reason", async () => {
    const controller = new AbortController();
    const reason = new Error("user left");
    const small = scripted("small", async function* () {
      yield chunk({ content: "a" });
      await new Promise(() => {});
    });
    const context = executionFor({ models: { small }, signal: controller.signal });
    setTimeout(() => controller.abort(reason), 50);
    expect((await read(context)).error).toBe(reason);
  });
});

describe("a cascade that streams", () => {
  it("shows nothing of an answer before its check has accepted", async () => {
    const refuses: Check = { name: "never", accepts: () => false };
    const models = {
      small: fakeModel({ answer: "bad" }),
      large: fakeModel({ model: "large", answer: "good answer" }),
    };
    const context = executionFor({ models, plan: [{ model: "small", unless: refuses }, { model: "large" }] });
    const { chunks } = await read(context);
    expect(textOf(chunks)).toBe("good answer");
    expect(context.attempts.map(({ next }) => next)).toEqual(["escalate", undefined]);
  });

  it("yields an accepted answer as chunks with finish reason and usage", async () => {
    const accepts: Check = { name: "always", accepts: () => true };
    const models = { small: fakeModel({ answer: "fine" }), large: fakeModel({ model: "large" }) };
    const context = executionFor({ models, plan: [{ model: "small", unless: accepts }, { model: "large" }] });
    const { chunks, completion } = await read(context);
    expect(textOf(chunks)).toBe("fine");
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("stop");
    expect(chunks.at(-1)?.usage).toEqual(completion?.usage);
  });
});

describe("an odd stream", () => {
  it.each([
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no"))],
    ["returns no promise", () => ({ done: true, value: undefined })],
  ])("whose end %s does not break a request", async (_, end) => {
    const pieces = [chunk({ content: "all" }), chunk({}, "stop")];
    const next = async () => {
      const value = pieces.shift();
      return value === undefined ? { done: true, value } : { done: false, value };
    };
    const iterator = { next, return: end } as unknown as AsyncIterator<CompletionChunk>;
    const small = {
      ...fakeModel({ model: "small" }),
      stream: () => ({ [Symbol.asyncIterator]: () => iterator }),
    } as Model;
    const { error, completion } = await read(executionFor({ models: { small } }));
    expect(error).toBeUndefined();
    expect(completion?.choices[0]?.message.content).toBe("all");
  });

  it("may leave out the index of a tool call", async () => {
    const delta = (call: object) => chunk({ tool_calls: [call] } as never);
    const small = scripted("small", async function* () {
      yield delta({ id: "a", type: "function", function: { name: "f", arguments: '{"x"' } });
      yield delta({ function: { arguments: ":1}" } });
      yield delta({ id: "b", type: "function", function: { name: "g", arguments: "{}" } });
      yield chunk({}, "stop");
    });
    const { completion } = await read(executionFor({ models: { small } }));
    expect(completion?.choices[0]?.message.tool_calls).toMatchObject([
      { id: "a", function: { name: "f", arguments: '{"x":1}' } },
      { id: "b", function: { name: "g", arguments: "{}" } },
    ]);
  });

  it("whose caller leaves after its end was left anyway", async () => {
    const controller = new AbortController();
    const reason = new Error("left");
    const small = scripted("small", async function* (signal) {
      yield chunk({ content: "all" });
      yield chunk({}, "stop");
      await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    });
    const iterator = streamOf(executionFor({ models: { small }, signal: controller.signal }));
    await iterator.next();
    await iterator.next();
    const reading = iterator.next();
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });

  it("joins the pieces of a spoken answer", async () => {
    const piece = (audio: object) => chunk({ audio } as never);
    const small = scripted("small", async function* () {
      yield piece({ id: "audio_1", transcript: "Good " });
      yield piece({ data: "AAAA", transcript: "evening." });
      yield piece({ data: "BBBB" });
      yield { ...piece({ expires_at: 1_790_000_000 }), system_fingerprint: "fp_1" };
      yield { ...chunk({}, "stop"), system_fingerprint: "fp_2", sources: [{ url: "x" }] };
    });
    const { completion } = await read(executionFor({ models: { small } }));
    expect(completion).toMatchObject({ system_fingerprint: "fp_2", sources: [{ url: "x" }] });
    expect(completion?.choices[0]?.message).toEqual({
      role: "assistant",
      content: null,
      refusal: null,
      audio: { id: "audio_1", data: "AAAABBBB", transcript: "Good evening.", expires_at: 1_790_000_000 },
    });
  });

  it("that ends by a failure is one, with its text and its usage, and another model answers if nothing was seen", async () => {
    const usage = { prompt_tokens: 30, completion_tokens: 2, total_tokens: 32 };
    const failing = (text: string) =>
      scripted("small", async function* () {
        yield chunk({ content: text });
        yield chunk({}, "error" as never);
        yield { ...chunk({}), choices: [], usage };
      });
    const seen = executionFor({ models: { small: failing("Half a") }, options: { retries: 0 } });
    const { error, chunks } = await read(seen);
    expect(error).toMatchObject({ kind: "server", partialText: "Half a" });
    expect(textOf(chunks)).toBe("Half a");
    expect(seen.attempts[0]).toMatchObject({ usage: { inputTokens: 30 } });
    const models = { small: failing(""), large: fakeModel({ model: "large", answer: "whole" }) };
    const unseen = executionFor({ models, options: { retries: 0 } });
    expect(textOf((await read(unseen)).chunks)).toBe("whole");
    expect(unseen.attempts[0]).toMatchObject({ usage: { inputTokens: 30 }, error: { kind: "server" } });
  });

  it("may send its content as parts", async () => {
    const small = scripted("small", async function* () {
      yield chunk({ content: [{ type: "text", text: "x" }] } as never);
      yield chunk({ content: "so" }, "stop");
    });
    const { completion } = await read(executionFor({ models: { small } }));
    expect(completion?.choices[0]?.message.content).toBe("xso");
  });
});
