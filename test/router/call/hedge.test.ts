import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import type { HedgeOptions, ProviderErrorKind } from "../../../src/contracts/index.ts";
import {
  type Completion,
  type CompletionChunk,
  type Constraint,
  createRouter,
  type DeadlineExceededError,
  type Model,
  ProviderError,
  type RouterEvent,
  type RouterOptions,
} from "../../../src/index.ts";
import { loadWeights } from "../../../src/router/classifiers/default-classifier.ts";
import { requestParts } from "../../../src/router/life/late-parts.ts";
import { createHedging } from "../../../src/router/limits/hedging.ts";
import { fakeModel } from "../../../src/testing/index.ts";

// A router loads them in the background, in real time, which fake timers do not wait for.
await Promise.all([requestParts.load(), loadWeights()]);

type Id = "small" | "large" | "other";

const price = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0, usdPerRequest: 1 };
const ask = { messages: [{ role: "user" as const, content: "Hello" }] };
const after100: HedgeOptions = { afterMs: 100, ratio: 1 };
const failure = (kind: ProviderErrorKind) => new ProviderError({ kind, model: "fake:x" });

/** Script of a stream: it waits `ms`, then sends its model's name or fails. */
type Script = { readonly ms: number; readonly error?: Error | undefined; readonly piecesMs?: number };

interface Watched extends Model {
  readonly signals: AbortSignal[];
  readonly closed: number;
}

function scripted(model: string, script: (call: number) => Script): Watched {
  const signals: AbortSignal[] = [];
  let closed = 0;
  const say = (content: string, finish: "stop" | null = null): CompletionChunk => ({
    id: "1",
    created: 1,
    model,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta: { content }, finish_reason: finish }],
  });
  const pause = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    });
  return {
    ...fakeModel({ model, price }),
    signals,
    get closed() {
      return closed;
    },
    async *stream(_, { signal }) {
      const { ms, error, piecesMs = 0 } = script(signals.push(signal) - 1);
      try {
        await pause(ms, signal);
        if (error !== undefined) throw error;
        yield say(`from ${model}`);
        await pause(piecesMs, signal);
        yield {
          ...say(".", "stop"),
          usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 },
        };
      } finally {
        closed += 1;
      }
    },
  };
}

function make(
  scripts: Partial<Record<Id, (call: number) => Script>>,
  options: Partial<RouterOptions<Id>> & { readonly hedge?: HedgeOptions | undefined } = {},
) {
  const { hedge = after100, execution, ...rest } = options;
  const events: RouterEvent[] = [];
  const small = scripted("small", scripts.small ?? (() => ({ ms: 0 })));
  const large = scripted("large", scripts.large ?? (() => ({ ms: 0 })));
  const other = scripted("other", scripts.other ?? (() => ({ ms: 0 })));
  const models: Readonly<Record<Id, Model>> = { small, large, other };
  const router = createRouter({
    models,
    policy: always("small"),
    execution: { retries: 0, hedge, ...execution },
    random: () => 0,
    onEvent: (event) => events.push(event),
    ...rest,
  });
  return { router, small, large, other, events };
}

type Made = ReturnType<typeof make>;

async function read(
  router: Made["router"],
  request: Parameters<Made["router"]["stream"]>[0] = ask,
  signal?: AbortSignal,
) {
  const stream = router.stream(request, { signal });
  let text = "";
  const reading = (async () => {
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    return stream.result;
  })().catch((error: Error) => error);
  await vi.runAllTimersAsync();
  const result = await reading;
  return { text, result, attempts: (await stream.result.catch(() => undefined))?.attempts };
}

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("a stream whose first content is late", () => {
  it("is hedged: the first content wins, the other call is abandoned, and both are paid for", async () => {
    const { router, small, large, other, events } = make({
      small: () => ({ ms: 1_000 }),
      large: () => ({ ms: 50, piecesMs: 2_000 }),
    });
    const { text, result } = await read(router);
    expect(text).toBe("from large.");
    expect(result).toMatchObject({
      text: "from large.",
      costUsd: 2,
      decision: { model: "small" },
      attempts: [
        {
          model: "small",
          hop: "answer",
          latencyMs: 150,
          costUsd: 1,
          costEstimated: true,
          error: { code: "abandoned" },
          next: "hedge",
        },
        { model: "large", hop: "hedge", firstTokenMs: 50, latencyMs: 2_050, finishReason: "stop" },
      ],
    });
    expect([small.closed, large.closed, other.signals.length]).toEqual([1, 1, 0]);
    expect(small.signals[0]?.aborted).toBe(true);
    expect(large.signals[0]?.aborted).toBe(false);
    expect(events.filter(({ type }) => type === "attempt-started")).toMatchObject([
      { model: "small", hop: "answer" },
      { model: "large", hop: "hedge" },
    ]);
    expect(events.filter(({ type }) => type === "attempt-ended")).toHaveLength(2);
  });

  it("still wins if its content comes before that of the hedge", async () => {
    const { router, small, large } = make({ small: () => ({ ms: 150 }), large: () => ({ ms: 500 }) });
    const { text, attempts } = await read(router);
    expect(text).toBe("from small.");
    expect(attempts).toMatchObject([
      { model: "small", hop: "answer", firstTokenMs: 150 },
      { model: "large", hop: "hedge", latencyMs: 50, error: { code: "abandoned" }, next: "hedge" },
    ]);
    expect(attempts?.[0]?.next).toBeUndefined();
    expect([small.closed, large.closed]).toEqual([1, 1]);
    expect(large.signals[0]?.aborted).toBe(true);
  });

  it("is not hedged when it comes in time, nor once content has come", async () => {
    const { router, large } = make({ small: () => ({ ms: 99, piecesMs: 5_000 }) });
    expect((await read(router)).text).toBe("from small.");
    expect(large.signals).toEqual([]);
  });

  it("is not hedged by default", async () => {
    const { router, large } = make({ small: () => ({ ms: 60_000 }) }, { execution: { hedge: undefined } });
    expect((await read(router)).text).toBe("from small.");
    expect(large.signals).toEqual([]);
  });

  it("goes on with the hedge when its own call fails", async () => {
    const { router } = make({
      small: () => ({ ms: 200, error: failure("server") }),
      large: () => ({ ms: 500 }),
    });
    expect((await read(router)).attempts).toMatchObject([
      { model: "small", error: { kind: "server" }, next: "hedge" },
      { model: "large", hop: "hedge" },
    ]);
  });

  it("goes on alone when the hedge fails", async () => {
    const { router } = make({
      small: () => ({ ms: 500 }),
      large: () => ({ ms: 50, error: failure("content-filter") }),
    });
    const { text, attempts } = await read(router);
    expect(text).toBe("from small.");
    expect(attempts).toMatchObject([
      { model: "small", hop: "answer" },
      { model: "large", hop: "hedge", error: { kind: "content-filter" }, next: "hedge" },
    ]);
  });

  it("falls back to a third model when both fail", async () => {
    const { router } = make({
      small: () => ({ ms: 300, error: failure("server") }),
      large: () => ({ ms: 50, error: failure("server") }),
    });
    const { text, attempts } = await read(router);
    expect(text).toBe("from other.");
    expect(attempts?.map(({ model, next }) => [model, next])).toEqual([
      ["small", "fallback"],
      ["large", "hedge"],
      ["other", undefined],
    ]);
  });

  it("ends with an error that another model would have too, and so does its hedge", async () => {
    const { router, large } = make({
      small: () => ({ ms: 200, error: failure("content-filter") }),
      large: () => ({ ms: 60_000 }),
    });
    const { result } = await read(router);
    expect(result).toMatchObject({ code: "provider", kind: "content-filter" });
    expect(large.closed).toBe(1);
  });

  it("retries the call that failed last", async () => {
    const { router } = make(
      {
        small: () => ({ ms: 150, error: failure("server") }),
        large: (call) => (call === 0 ? { ms: 150, error: failure("server") } : { ms: 0 }),
      },
      { execution: { retries: 1 } },
    );
    expect((await read(router)).attempts?.map(({ model, hop }) => [model, hop])).toEqual([
      ["small", "answer"],
      ["large", "hedge"],
      ["large", "retry"],
    ]);
  });
});

describe("an abort or a deadline", () => {
  it("ends both calls, and leaves no timer and no listener", async () => {
    const { router, small, large, events } = make({
      small: () => ({ ms: 60_000 }),
      large: () => ({ ms: 60_000 }),
    });
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("the caller left")), 500);
    const { result } = await read(router, ask, controller.signal);
    expect(result).toMatchObject({ message: "the caller left" });
    expect([small.closed, large.closed]).toEqual([1, 1]);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    const ended = events.filter((event) => event.type === "attempt-ended");
    expect(
      ended.map(({ attempt }) => [attempt.latencyMs, attempt.costUsd, attempt.next, attempt.error?.code]),
    ).toEqual([
      [500, 1, undefined, "aborted"],
      [400, 1, undefined, "aborted"],
    ]);
  });

  it.each([50, 100, 350])("of %i ms holds for both", async (deadlineMs) => {
    const { router } = make({ small: () => ({ ms: 60_000 }), large: () => ({ ms: 60_000 }) });
    const { result } = await read(router, { ...ask, deadlineMs });
    expect(result).toMatchObject({ code: "deadline-exceeded" });
    const { attempts } = result as DeadlineExceededError;
    expect(new Set(attempts.map(({ error }) => error?.code))).toEqual(new Set(["deadline-exceeded"]));
    expect(Date.now()).toBe(deadlineMs);
  });

  it("leaves nothing behind when the consumer leaves the winner", async () => {
    const { router, small, large } = make({ small: () => ({ ms: 60_000 }), large: () => ({ ms: 1 }) });
    const reading = (async () => {
      for await (const _ of router.stream(ask)) break;
    })();
    await vi.runAllTimersAsync();
    await reading;
    expect([small.closed, large.closed]).toEqual([1, 1]);
    expect(large.signals[0]?.aborted).toBe(true);
  });

  it("does not wait for a model that ignores its signal", async () => {
    const deaf: Model = {
      ...fakeModel({ model: "deaf" }),
      async *stream() {
        await new Promise((resolve) => setTimeout(resolve, 10_000));
        yield {} as CompletionChunk;
      },
    };
    const router = createRouter({
      models: { deaf, large: fakeModel({ model: "large" }) },
      policy: always("deaf"),
      execution: { hedge: after100 },
    });
    const stream = router.stream(ask);
    const reading = (async () => {
      for await (const _ of stream);
      return Date.now();
    })();
    await vi.runAllTimersAsync();
    expect(await reading).toBe(100);
    // Its late content does not change what was reported.
    expect((await stream.result).attempts[0]).toMatchObject({ latencyMs: 100, error: { code: "abandoned" } });
    expect((await stream.result).attempts[0]?.firstTokenMs).toBeUndefined();
  });
});

describe("a hedge is not made", () => {
  const late = { small: () => ({ ms: 1_000 }), large: () => ({ ms: 0 }), other: () => ({ ms: 0 }) };

  it("to a model that a constraint forbids at that moment: the next one is called", async () => {
    const notLarge: Constraint = {
      name: "not-large",
      permits: ({ id }, { hop }) => hop !== "hedge" || id !== "large" || "not as a hedge",
    };
    const { router, large } = make(late, { constraints: [notLarge] });
    expect((await read(router)).text).toBe("from other.");
    expect(large.signals).toEqual([]);
  });

  it("if constraints leave no model", async () => {
    const none: Constraint = { name: "none", permits: (_, { hop }) => hop !== "hedge" || "no hedges" };
    const { router } = make(late, { constraints: [none] });
    expect((await read(router)).attempts).toHaveLength(1);
  });

  it("beyond the request's maxCostUsd", async () => {
    const { router } = make(late);
    expect((await read(router, { ...ask, maxCostUsd: 1.5 })).attempts).toHaveLength(1);
    expect((await read(router, { ...ask, maxCostUsd: 2 })).attempts).toHaveLength(2);
  });

  it("beyond the router's budget", async () => {
    const { router } = make(late, { budgets: [{ limitUsd: 1.5, period: "day" }] });
    expect((await read(router)).attempts).toHaveLength(1);
  });

  it("for a pin", async () => {
    const { router } = make(late);
    expect((await read(router, { ...ask, model: "small" })).attempts).toHaveLength(1);
  });

  it("to a model whose breaker is open", async () => {
    const { router, large } = make(
      { ...late, large: () => ({ ms: 0, error: failure("server") }) },
      { execution: { breaker: { minCalls: 1 } } },
    );
    await read(router);
    expect(large.signals).toHaveLength(1);
    expect((await read(router)).text).toBe("from other.");
    expect(large.signals).toHaveLength(1);
  });

  it("for an answer without streaming", async () => {
    const { router, large } = make(late);
    const routed = router.route(ask) as Promise<{ completion: Completion }>;
    await vi.runAllTimersAsync();
    await routed;
    expect(large.signals).toEqual([]);
  });

  it("beyond its share of the requests", async () => {
    // Each later than all before.
    const small = (call: number) => ({ ms: 1_000 + 10 * call });
    const { router } = make({ small }, { hedge: { afterMs: 100, ratio: 0.05 } });
    let hedges = 0;
    for (let count = 0; count < 200; count += 1) {
      const { attempts = [] } = await read(router);
      hedges += attempts.filter(({ hop }) => hop === "hedge").length;
    }
    // The one that a new router has, and those of 200 requests.
    expect(hedges).toBe(11);
  });

  it("by a router without a hedge budget: the first late stream of a new one is hedged, the second not yet", async () => {
    const small = (call: number) => ({ ms: 1_000 + 10 * call });
    const { router } = make({ small }, { hedge: { afterMs: 100 } });
    const hops = [];
    for (let count = 0; count < 2; count += 1)
      hops.push((await read(router)).attempts?.map(({ hop }) => hop));
    expect(hops).toEqual([["answer", "hedge"], ["answer"]]);
  });
});

describe("the wait before a hedge", () => {
  it("is the 95th percentile of the model's time to first token, once it is known", async () => {
    let ms = 300;
    const { router, large } = make({ small: () => ({ ms }) }, { hedge: { ratio: 1 } });
    for (let count = 0; count < 20; count += 1) await read(router);
    expect(large.signals).toEqual([]);
    ms = 5_000;
    const { attempts } = await read(router);
    expect(attempts).toMatchObject([{ latencyMs: 300 }, { hop: "hedge", firstTokenMs: 0 }]);
  });

  it("is never more than a timer can hold: it would fire at once", () => {
    const health = () => ({ healthy: true, p95FirstTokenMs: 1e12 });
    expect(createHedging({}, health).afterMs("small", 0)).toBe(2 ** 31 - 1);
  });

  it("is at least afterMs", async () => {
    let ms = 300;
    const { router } = make({ small: () => ({ ms }) }, { hedge: { ratio: 1, afterMs: 1_000 } });
    for (let count = 0; count < 20; count += 1) await read(router);
    ms = 5_000;
    expect((await read(router)).attempts).toMatchObject([{ latencyMs: 1_000 }, { hop: "hedge" }]);
  });

  it("does not shrink because late calls are abandoned: they count as late", async () => {
    // 1 in 10 is late: the percentile stays theirs, although hedges cut each of them off.
    const { router } = make(
      { small: (call) => ({ ms: call % 10 === 9 ? 2_000 : 100 + call }) },
      {
        hedge: { ratio: 1, afterMs: 500 },
      },
    );
    for (let count = 0; count < 60; count += 1) await read(router);
    const health = router.exportState().health?.models.find(({ name }) => name === "fake:small");
    const sorted = (health?.firstTokens ?? []).map(({ ms }) => ms).sort((a, b) => a - b);
    expect(sorted).toHaveLength(60);
    expect(sorted.filter((ms) => ms >= 500)).toHaveLength(6);
  });
});

describe("under the router's limits", () => {
  it("a hedge starts only where it has a place at once, and the loser gives its place back", async () => {
    const limits = { maxConcurrent: 1, maxQueued: 10 };
    const { router, small, large, other } = make(
      { small: () => ({ ms: 1_000 }), large: () => ({ ms: 3_000 }), other: () => ({ ms: 0 }) },
      { execution: { limits } },
    );
    // The only place of the large model is taken.
    const busy = read(router, { ...ask, model: "large" });
    const { text } = await read(router);
    await busy;
    expect(text).toBe("from other.");
    expect([small.signals.length, large.signals.length, other.signals.length]).toEqual([1, 1, 1]);
    // Each place is free again: nothing waits.
    expect((await read(router, { ...ask, model: "small" })).text).toBe("from small.");
  });
});
