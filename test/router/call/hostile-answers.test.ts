import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import type { Completion, CompletionChunk, Model } from "../../../src/contracts/index.ts";
import { isRouterError } from "../../../src/contracts/index.ts";
import type { Account } from "../../../src/contracts/ports/index.ts";
import { createRouter } from "../../../src/index.ts";
import { openAccount } from "../../../src/router/budget/account.ts";
import { generate } from "../../../src/router/call/index.ts";
import { completionOf, fakeModel } from "../../../src/testing/index.ts";
import { executionFor, streamOf } from "../../support/execution/execution-for.ts";

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** A model of the user's own that answers with this. */
const answering = (completion: unknown): Model => ({
  ...fakeModel({ model: "small" }),
  generate: async () => completion as Completion,
});

it("an answer whose tool calls are null and whose usage is missing is an answer", async () => {
  const message = { role: "assistant", content: "eight characters", refusal: null, tool_calls: null };
  const { usage: _, ...whole } = completionOf({ content: "x" });
  const small = answering({ ...whole, choices: [{ index: 0, finish_reason: "stop", message }] });
  const execution = executionFor({ models: { small } });
  await generate(execution);
  expect(execution.attempts).toMatchObject([{ costEstimated: true, usage: { outputTokens: 4 } }]);
});

it("an answer that ended by a failure is followed by another model, and billed as its server says", async () => {
  const usage = { prompt_tokens: 30, completion_tokens: 2, total_tokens: 32 };
  const message = { role: "assistant", content: "half", refusal: null };
  const small = answering({
    ...completionOf({ content: "x" }),
    usage,
    choices: [{ index: 0, finish_reason: "network_error", message }],
  });
  const models = { small, large: fakeModel({ model: "large", answer: "whole" }) };
  const execution = executionFor({ models, options: { retries: 0 } });
  const completion = await generate(execution);
  expect(completion.choices[0]?.message.content).toBe("whole");
  expect(execution.attempts[0]).toMatchObject({
    error: { kind: "incomplete" },
    usage: { inputTokens: 30, outputTokens: 2 },
  });
  expect(execution.attempts[0]?.costEstimated).toBeUndefined();
});

it("an answer with content of another shape is text for all that read it", async () => {
  const message = { role: "assistant", content: [{ type: "text", text: "a" }, "b", 5], refusal: null };
  const small = answering({ ...completionOf({ content: "x" }), choices: [{ index: 0, message }] });
  const { text, completion } = await router({ small }).route("Hello");
  expect(text).toBe("ab5");
  expect(completion.choices[0]).toMatchObject({ finish_reason: "stop", message: { content: "ab5" } });
});

it("characters that cannot be read are named in the attempt", async () => {
  const small = answering(completionOf({ content: "caf\ufffd" }));
  const { attempts } = await router({ small }).route("Hello");
  expect(attempts[0]?.dropped).toEqual(["characters that cannot be read (U+FFFD)"]);
});

it("an answer that cannot be read has failed like any other call, and gives its place back", async () => {
  const unreadable = {
    ...completionOf({ content: "x" }),
    get usage() {
      throw new TypeError("secret");
    },
  };
  let ended = 0;
  const limits = {
    delayOf: () => undefined,
    enter: () => ({
      waitMs: 0,
      queueTimeoutMs: 1,
      queue: () => true,
      begin: () => 0,
      onRateLimit: () => {},
      end: () => {
        ended += 1;
      },
    }),
  };
  const models = { small: answering(unreadable), large: fakeModel({ model: "large" }) };
  const execution = executionFor({ models, limits });
  await generate(execution);
  expect(execution.attempts).toMatchObject([
    { model: "small", error: { kind: "unknown" }, next: "fallback" },
    { model: "large" },
  ]);
  expect(JSON.stringify(execution.attempts)).not.toContain("secret");
  expect(execution.reported).toHaveLength(2);
  expect(ended).toBe(2);
});

/** An account whose store fails for some calls. */
const failingFor = (fails: (attemptId: string) => boolean): Account =>
  Object.assign(openAccount({ maxCostUsd: 1 }), {
    reserve: ({ attemptId }: { readonly attemptId: string }) =>
      fails(attemptId) ? Promise.reject(new Error("the store is down")) : true,
  });

it("a reservation that fails refuses the call: no model is called on credit", async () => {
  const small = fakeModel({ model: "small" });
  const execution = executionFor({ models: { small }, account: failingFor(() => true) });
  const error = await generate(execution).catch((caught: unknown) => caught);
  expect(isRouterError(error, "store") && error.message).toContain("reserving its cost failed");
  expect(small.requests).toEqual([]);
});

it("a hedge whose reservation fails leaves the stream that it was to help alone", async () => {
  const chunk = (content: string, finish_reason: "stop" | null): CompletionChunk => ({
    id: "1",
    created: 1,
    model: "small",
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta: { content }, finish_reason }],
  });
  const small: Model = {
    ...fakeModel({ model: "small" }),
    async *stream() {
      await new Promise((resolve) => setTimeout(resolve, 200));
      yield chunk("from small", "stop");
    },
  };
  const large = fakeModel({ model: "large" });
  const execution = executionFor({
    models: { small, large },
    hedging: { afterMs: () => 50 },
    account: failingFor((id) => id.endsWith("/2")),
  });
  const reading = (async () => {
    let text = "";
    for await (const one of streamOf(execution)) text += one.choices[0]?.delta.content ?? "";
    return text;
  })();
  await vi.runAllTimersAsync();
  expect(await reading).toBe("from small");
  expect(execution.attempts).toMatchObject([{ model: "small", hop: "answer" }]);
  expect(large.requests).toEqual([]);
});

const router = (models: { small: Model; large?: Model }, clock?: () => number) =>
  createRouter({ models, policy: always("small"), execution: { retries: 0 }, ...(clock && { clock }) });

it("a stream that is aborted, or late, before it is read makes no call and bills nothing", async () => {
  const small = fakeModel({ model: "small" });
  const controller = new AbortController();
  const aborted = router({ small }).stream("Hello", { signal: controller.signal });
  await aborted.decision;
  const reason = new Error("left");
  controller.abort(reason);
  await expect(aborted[Symbol.asyncIterator]().next()).rejects.toBe(reason);
  await expect(aborted.result).rejects.toBe(reason);

  const late = router({ small }).stream({ messages: [{ role: "user", content: "x" }], deadlineMs: 100 });
  await late.decision;
  await vi.advanceTimersByTimeAsync(200);
  const error = await late[Symbol.asyncIterator]()
    .next()
    .catch((caught: unknown) => caught);
  expect(isRouterError(error, "deadline-exceeded") && error.attempts).toEqual([]);
  expect(small.requests).toEqual([]);
});

it.each(Array.from({ length: 13 }, (_, microtasks) => microtasks))(
  "an abort %i microtasks after the first content is heard, also when the consumer never reads on",
  async (microtasks) => {
    const controller = new AbortController();
    const reason = new Error("left");
    const abortIn = (left: number): void => {
      if (left === 0) controller.abort(reason);
      else queueMicrotask(() => abortIn(left - 1));
    };
    const small: Model = {
      ...fakeModel({ model: "small" }),
      async *stream(chat, options) {
        for await (const one of fakeModel({ model: "small", answer: "a b c" }).stream(chat, options)) {
          if (one.choices[0]?.delta.content === "a ") abortIn(microtasks);
          yield one;
        }
      },
    };
    const stream = router({ small }).stream("Hello", { signal: controller.signal });
    await stream[Symbol.asyncIterator]()
      .next()
      .catch(() => {});
    await expect(stream.result).rejects.toBe(reason);
  },
);

it("throw() of an iterator that has not begun ends the stream", async () => {
  const stream = router({ small: fakeModel({ model: "small" }) }).stream("Hello");
  const iterator = stream[Symbol.asyncIterator]() as AsyncGenerator<CompletionChunk>;
  await expect(iterator.throw(new Error("mine"))).rejects.toThrow("mine");
  await expect(stream.result).rejects.toThrow("mine");
});

it("attempts keep the order of their starts when the time of day steps back", async () => {
  let now = 10_000;
  const small = fakeModel({
    model: "small",
    answer: () => {
      now = 1_000;
      throw new TypeError("broken");
    },
  });
  const models = { small, large: fakeModel({ model: "large", answer: "from large" }) };
  const { attempts, text } = await router(models, () => now).route("Hello");
  expect(text).toBe("from large");
  expect(attempts.map(({ model }) => model)).toEqual(["small", "large"]);
});
