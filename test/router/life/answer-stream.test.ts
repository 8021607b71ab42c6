import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { always, cascade } from "../../../policies/index.ts";
import {
  type Check,
  createRouter,
  isRouterError,
  type Model,
  type RouterEvent,
  type RouterOptions,
} from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

type Id = "small" | "large";
const price = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0, usdPerRequest: 1 };
const check = (accepts: Check["accepts"]): Check => ({ name: "mine", accepts });
const hang = () => new Promise<never>(() => {});
/** Settles, also if it never does by itself. */
const ended = async (result: Promise<unknown>) => {
  let end: unknown = "pending";
  void result.then(
    () => {
      end = "resolved";
    },
    (error: unknown) => {
      end = error;
    },
  );
  await vi.advanceTimersByTimeAsync(0);
  return end;
};

/** Policies and models of each kind of stream: what the consumer sees comes chunk by chunk, or after a check. */
const kinds: Readonly<Record<string, Partial<RouterOptions<Id>>>> = {
  "one model": { policy: always("small") },
  "a cascade": { policy: cascade({ first: "small", then: "large", unless: check(() => true) }) },
  "a cascade that escalates": {
    policy: cascade({ first: "small", then: "large", unless: check(() => false) }),
  },
  "a check for degraded answers": {
    policy: always("small"),
    execution: { degraded: [check(async () => true)] },
  },
  "a degraded answer": { policy: always("small"), execution: { degraded: check(() => false) } },
  "a fallback": { policy: { ...always("large") }, execution: { retries: 0 } },
};

function make(
  kind: string,
  { small = {}, own = {} }: { small?: Partial<Model>; own?: Partial<RouterOptions<Id>> } = {},
) {
  const events: RouterEvent[] = [];
  const failing = kind === "a fallback" ? { error: new Error("down") } : {};
  const router = createRouter({
    models: {
      small: { ...fakeModel({ model: "s", price, answer: "one two three" }), ...small },
      large: fakeModel({ model: "l", price, answer: "one two three", ...failing }),
    },
    policy: always("small"),
    budgets: [{ limitUsd: 10, period: "day" }],
    onEvent: (event) => events.push(event),
    ...kinds[kind],
    ...own,
    execution: { limits: { maxConcurrent: 3 }, ...kinds[kind]?.execution, ...own.execution },
  });
  return { router, events };
}

const ask = (fields: object = {}) => ({ messages: [{ role: "user" as const, content: "Hello" }], ...fields });

/** The request has ended once; only what its calls cost counts as spent, and all places are free again. */
async function expectNothingHeld({ router, events }: ReturnType<typeof make>) {
  const ends = events.filter(
    (event) => event.type === "request-failed" || event.type === "request-completed",
  );
  expect(ends).toHaveLength(1);
  const spentUsd = ends[0]?.attempts.reduce((sum, { costUsd = 0 }) => sum + costUsd, 0);
  const [account] = router.exportState().spend?.accounts ?? [];
  expect(account?.usedUsd).toBe(spentUsd);
  const others = Promise.all([1, 2, 3].map(() => router.route(ask()).catch((error: unknown) => error)));
  await vi.advanceTimersByTimeAsync(60_000);
  for (const other of await others) expect(isRouterError(other, "limit-exceeded")).toBe(false);
}

describe.each(Object.keys(kinds))("a stream of %s whose consumer is away", (kind) => {
  it.each([0, 1])("after %i chunks: an abort ends it at once", async (chunks) => {
    const made = make(kind);
    const controller = new AbortController();
    const stream = made.router.stream(ask(), { signal: controller.signal });
    const iterator = stream[Symbol.asyncIterator]();
    for (let read = 0; read < chunks; read += 1) await iterator.next();
    expect(await ended(stream.result)).toBe("pending");
    const reason = new Error("shut down");
    controller.abort(reason);
    expect(await ended(stream.result)).toBe(reason);
    await expect(iterator.next()).rejects.toBe(reason);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    await expectNothingHeld(made);
  });

  it.each([0, 1])("after %i chunks: the deadline ends it", async (chunks) => {
    const made = make(kind);
    const stream = made.router.stream(ask({ deadlineMs: 500 }));
    const iterator = stream[Symbol.asyncIterator]();
    for (let read = 0; read < chunks; read += 1) await iterator.next();
    await vi.advanceTimersByTimeAsync(499);
    expect(await ended(stream.result)).toBe("pending");
    await vi.advanceTimersByTimeAsync(1);
    expect(isRouterError(await ended(stream.result), "deadline-exceeded")).toBe(true);
    const error = await iterator.next().catch((thrown: unknown) => thrown);
    expect(isRouterError(error, "deadline-exceeded")).toBe(true);
    await expectNothingHeld(made);
  });

  it.each(["return", "throw"] as const)(
    "that leaves by %s before and after its first read ends it",
    async (way) => {
      for (const chunks of [0, 1]) {
        const made = make(kind);
        const controller = new AbortController();
        const stream = made.router.stream(ask({ deadlineMs: 500 }), { signal: controller.signal });
        const iterator = stream[Symbol.asyncIterator]();
        for (let read = 0; read < chunks; read += 1) await iterator.next();
        const mine = new Error("mine");
        const leaving = way === "return" ? iterator.return?.() : iterator.throw?.(mine);
        expect(await leaving?.catch((error: unknown) => error)).toEqual(
          way === "return" ? { done: true, value: undefined } : mine,
        );
        const end = await ended(stream.result);
        if (way === "throw") expect(end).toBe(mine);
        else expect(end).toMatchObject({ name: "AbortError" });
        expect(await iterator.next()).toEqual({ done: true, value: undefined });
        expect(getEventListeners(controller.signal, "abort")).toEqual([]);
        await expectNothingHeld(made);
      }
    },
  );
});

describe("a stream that is read while its model hangs", () => {
  const hanging: Partial<Model> = {
    generate: hang,
    stream: () => ({ [Symbol.asyncIterator]: () => ({ next: hang }) }),
  };

  it.each(["return", "throw"] as const)("ends at once when its consumer leaves by %s", async (way) => {
    for (const kind of ["one model", "a cascade"]) {
      const made = make(kind, { small: hanging });
      const stream = made.router.stream(ask());
      const iterator = stream[Symbol.asyncIterator]();
      const reading = iterator.next();
      const later = iterator.next();
      await vi.advanceTimersByTimeAsync(10);
      const mine = new Error("mine");
      await (way === "return" ? iterator.return?.() : iterator.throw?.(mine).catch(() => {}));
      expect(await reading).toEqual({ done: true, value: undefined });
      expect(await later).toEqual({ done: true, value: undefined });
      const end = await ended(stream.result);
      if (way === "throw") expect(end).toBe(mine);
      else expect(end).toMatchObject({ name: "AbortError" });
      expect(made.events.at(-1)).toMatchObject({ type: "request-failed", attempts: [{ model: "small" }] });
    }
  });

  it("ends at its deadline, once for all reads that wait", async () => {
    const { router, events } = make("a cascade", { small: hanging });
    const stream = router.stream(ask({ deadlineMs: 100 }));
    const iterator = stream[Symbol.asyncIterator]();
    const reads = [iterator.next(), iterator.next()].map((read) => read.catch((error: unknown) => error));
    await vi.advanceTimersByTimeAsync(100);
    const [first, second] = await Promise.all(reads);
    expect(isRouterError(first, "deadline-exceeded")).toBe(true);
    expect(second).toEqual({ done: true, value: undefined });
    expect(events.filter(({ type }) => type === "request-failed")).toHaveLength(1);
  });
});

it("reads that were asked for at once are answered in order", async () => {
  const { router } = make("one model");
  const iterator = router.stream(ask())[Symbol.asyncIterator]();
  const reads = await Promise.all([1, 2, 3, 4, 5, 6].map(() => iterator.next()));
  const text = reads.map(({ value }) => value?.choices[0]?.delta.content ?? "").join("");
  expect(text).toBe("one two three");
  expect(reads.at(-1)).toEqual({ done: true, value: undefined });
});

describe("a stream that is iterated twice", () => {
  it("is refused, also after its end, and the first iteration goes on", async () => {
    const { router } = make("one model");
    const stream = router.stream(ask());
    const texts: string[] = [];
    const again = async () => {
      for await (const _ of stream);
    };
    for await (const chunk of stream) {
      texts.push(chunk.choices[0]?.delta.content ?? "");
      const error = await again().catch((thrown: unknown) => thrown);
      expect(isRouterError(error, "invalid-request") && error.message).toContain("iterated already");
    }
    expect(texts.join("")).toBe("one two three");
    const error = await again().catch((thrown: unknown) => thrown);
    expect(isRouterError(error, "invalid-request")).toBe(true);
    expect((await stream.result).text).toBe("one two three");
  });

  it("is not meant: its iterator may be handed on", async () => {
    const { router } = make("one model");
    const iterator = router.stream(ask())[Symbol.asyncIterator]();
    await iterator.next();
    const rest: string[] = [];
    for await (const chunk of iterator as AsyncIterableIterator<{
      choices: { delta: { content?: string } }[];
    }>)
      rest.push(chunk.choices[0]?.delta.content ?? "");
    expect(rest.join("")).toBe("two three");
  });
});

/** A model whose stream does not say that it is over after its last chunk, and a consumer that has read all of it. */
async function readToLastChunk(fields: object = {}) {
  const answer = "one two three";
  const made = make("one model", {
    small: {
      async *stream(request, options) {
        yield* fakeModel({ answer, price }).stream(request, options);
        await hang();
      },
    },
  });
  const stream = made.router.stream(ask({ deadlineMs: 100, ...fields }));
  const iterator = stream[Symbol.asyncIterator]();
  let text = "";
  for (let isOver = false; !isOver; ) {
    const { value } = await iterator.next();
    text += value?.choices[0]?.delta.content ?? "";
    isOver = Boolean(value?.choices[0]?.finish_reason);
  }
  expect(text).toBe(answer);
  return { ...made, stream, iterator, answer };
}

describe("a consumer that has read the last chunk of an answer as the deadline passes", () => {
  it("has the answer, also if it never reads on", async () => {
    const made = await readToLastChunk();
    await vi.advanceTimersByTimeAsync(100);
    expect(await ended(made.stream.result)).toBe("resolved");
    const { text, attempts } = await made.stream.result;
    expect(text).toBe(made.answer);
    expect(attempts).toMatchObject([{ finishReason: "stop", latencyMs: 100 }]);
    await expectNothingHeld(made);
    expect(made.events.filter(({ type }) => type === "request-failed")).toEqual([]);
  });

  it("reads its end then, or leaves, and changes nothing", async () => {
    for (const way of ["next", "return"] as const) {
      const { stream, iterator, events, answer } = await readToLastChunk();
      await vi.advanceTimersByTimeAsync(100);
      expect(await iterator[way]?.()).toEqual({ done: true, value: undefined });
      expect(await iterator.next()).toEqual({ done: true, value: undefined });
      expect((await stream.result).text).toBe(answer);
      expect(events.filter(({ type }) => type.startsWith("request-"))).toHaveLength(1);
    }
  });

  it("is told of an answer that does not validate", async () => {
    const output = {
      schema: {
        "~standard": { version: 1, vendor: "test", validate: () => ({ issues: [{ message: "no" }] }) },
      },
      jsonSchema: { type: "object" },
    };
    const { stream, iterator, events } = await readToLastChunk({ output });
    await vi.advanceTimersByTimeAsync(100);
    const error = await stream.result.catch((thrown: unknown) => thrown);
    expect(isRouterError(error, "invalid-output")).toBe(true);
    await expect(iterator.next()).rejects.toBe(error);
    expect(events.filter(({ type }) => type.startsWith("request-"))).toMatchObject([
      { type: "request-failed" },
    ]);
  });
});

it("a chunk that comes as the deadline passes does not leave the request open", async () => {
  let now = 0;
  const { router } = make("one model", {
    small: {
      async *stream(request, options) {
        for await (const chunk of fakeModel({ answer: "one two three" }).stream(request, options)) {
          yield chunk;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      },
    },
    own: { clock: () => now },
  });
  const stream = router.stream(ask({ deadlineMs: 100 }));
  const iterator = stream[Symbol.asyncIterator]();
  await iterator.next();
  const second = iterator.next().catch((error: unknown) => error);
  now = 100;
  await vi.advanceTimersByTimeAsync(100);
  expect(isRouterError(await second, "deadline-exceeded")).toBe(true);
  expect(isRouterError(await ended(stream.result), "deadline-exceeded")).toBe(true);
});

it("a stream without deadline and signal of which no caller asks for anything makes no call and holds nothing", async () => {
  const { router, events } = make("one model");
  const stream = router.stream(ask());
  await stream.decision;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(events.map(({ type }) => type)).toEqual(["decision-made"]);
  expect(router.exportState().spend?.accounts.every(({ usedUsd }) => usedUsd === 0) ?? true).toBe(true);
});

describe("between the deadline's timer and the deadline by a clock that is late", () => {
  /** Opens a stream whose first model fails after 60 ms, the second one after 120 ms. */
  function open() {
    const calls: string[] = [];
    const failing = (model: string): Model => ({
      ...fakeModel({ model }),
      stream: () => {
        calls.push(model);
        return (async function* () {
          await new Promise((resolve) => setTimeout(resolve, 60));
          yield* [];
          throw new Error("down");
        })();
      },
    });
    const router = createRouter({
      models: { one: failing("one"), two: failing("two"), three: failing("three") },
      policy: always("one"),
      execution: { retries: 0 },
      // At half the speed of timers.
      monotonicClock: () => Date.now() / 2,
    });
    return { calls, router };
  }

  it("an abort still ends a read under way: no model is called after it", async () => {
    const { calls, router } = open();
    const controller = new AbortController();
    const stream = router.stream(ask({ deadlineMs: 100 }), { signal: controller.signal });
    const reading = stream[Symbol.asyncIterator]().next();
    reading.catch(() => {});
    await vi.advanceTimersByTimeAsync(110);
    const reason = new Error("the caller left");
    controller.abort(reason);
    await vi.advanceTimersByTimeAsync(100);
    expect(await ended(reading)).toBe(reason);
    expect(await ended(stream.result)).toBe(reason);
    expect(calls).toEqual(["one", "two"]);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("so does a consumer that leaves", async () => {
    const { calls, router } = open();
    const reading = router.stream(ask({ deadlineMs: 100 }))[Symbol.asyncIterator]();
    const read = reading.next();
    await vi.advanceTimersByTimeAsync(110);
    await reading.return?.();
    await vi.advanceTimersByTimeAsync(100);
    expect(await read).toEqual({ done: true, value: undefined });
    expect(calls).toEqual(["one", "two"]);
  });
});
