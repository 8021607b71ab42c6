import { describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import { type CompletionChunk, createRouter, isRouterError, type Model } from "../../../src/index.ts";
import { atHand, handsOver } from "../../../src/plugin/at-hand.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const chunkOf = (content: string, finish_reason: "stop" | null = null): CompletionChunk => ({
  id: "c",
  object: "chat.completion.chunk",
  created: 1,
  model: "m",
  choices: [{ index: 0, delta: { content }, finish_reason }],
});

/** Has all its chunks from the start, as if one piece of a network had brought them. */
class AllThere implements AsyncIterableIterator<CompletionChunk> {
  left: CompletionChunk[] = [chunkOf("one"), chunkOf("two"), chunkOf("three"), chunkOf("", "stop")];
  isClosed = false;

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<CompletionChunk>> {
    const value = this.left.shift();
    return value === undefined ? { done: true, value } : { done: false, value };
  }

  async return(): Promise<IteratorResult<CompletionChunk>> {
    this.isClosed = true;
    return { done: true, value: undefined };
  }

  takeReady(): CompletionChunk | undefined {
    return this.left.shift();
  }

  static {
    handsOver(AllThere.prototype.next, AllThere.prototype.takeReady);
  }
}

function make(source: AllThere) {
  let now = 1_000;
  const model: Model = { ...fakeModel({ model: "m" }), stream: () => source };
  const router = createRouter({
    models: { m: model },
    policy: always("m"),
    execution: { retries: 0 },
    clock: () => now,
  });
  const pass = (ms: number) => {
    now += ms;
  };
  return { router, pass };
}

const textOf = (chunk: CompletionChunk | undefined) => chunk?.choices[0]?.delta.content;

describe("chunks of a stream that are there", () => {
  it("are handed over without a promise once the first was read, and the result has them", async () => {
    const { router } = make(new AllThere());
    const stream = router.stream("hello");
    const iterator = stream[Symbol.asyncIterator]();
    const take = atHand(iterator);
    expect(take?.()).toBeUndefined();
    expect(textOf((await iterator.next()).value)).toBe("one");
    expect([textOf(take?.()), textOf(take?.()), textOf(take?.())]).toEqual(["two", "three", ""]);
    expect(take?.()).toBeUndefined();
    expect((await iterator.next()).done).toBe(true);
    expect((await stream.result).text).toBe("onetwothree");
  });

  it("are no longer handed over once the deadline has passed: the next read says so", async () => {
    const source = new AllThere();
    const { router, pass } = make(source);
    const stream = router.stream({ messages: [{ role: "user", content: "hello" }], deadlineMs: 500 });
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    const take = atHand(iterator);
    expect(textOf(take?.())).toBe("two");
    pass(501);
    expect(take?.()).toBeUndefined();
    const error: unknown = await iterator.next().catch((thrown: unknown) => thrown);
    expect(isRouterError(error, "deadline-exceeded") && error.partialText).toBe("onetwo");
    await expect(stream.result).rejects.toBe(error);
    expect(source.isClosed).toBe(true);
  });

  it("are no longer handed over once the caller has aborted or left", async () => {
    for (const end of ["abort", "return"] as const) {
      const source = new AllThere();
      const { router } = make(source);
      const controller = new AbortController();
      const iterator = router.stream("hello", { signal: controller.signal })[Symbol.asyncIterator]();
      await iterator.next();
      if (end === "abort") controller.abort(new Error("enough"));
      else await iterator.return?.();
      expect(atHand(iterator)?.()).toBeUndefined();
      if (end === "abort") await expect(iterator.next()).rejects.toThrow("enough");
      expect(source.isClosed).toBe(true);
    }
  });

  it("go to reads that were asked for before, in their order, and each of those ends", async () => {
    for (const end of ["whole", "abort", "return", "broken"] as const) {
      const source = new AllThere();
      if (end === "broken") source.left.splice(1, 1, { choices: "none" } as never);
      const { router } = make(source);
      const controller = new AbortController();
      const iterator = router.stream("hello", { signal: controller.signal })[Symbol.asyncIterator]();
      const take = atHand(iterator);
      const reads = Array.from({ length: 9 }, () => iterator.next());
      expect(take?.()).toBeUndefined();
      if (end === "abort") controller.abort(new Error("enough"));
      if (end === "return") await iterator.return?.();
      const steps = await Promise.allSettled(reads);
      const seen = steps.map((step) => (step.status === "rejected" ? "error" : textOf(step.value.value)));
      const before = {
        whole: ["one", "two", "three", ""],
        abort: ["error"],
        return: [],
        broken: ["one", "error"],
      };
      const ends = Array.from({ length: 9 - before[end].length }, () => undefined);
      expect(seen, end).toEqual([...before[end], ...ends]);
      expect(take?.()).toBeUndefined();
    }
  });

  it("come through a `next` of the user's own, where a model has one", async () => {
    const source = new AllThere();
    const usual = source.next.bind(source);
    source.next = async () => {
      const step = await usual();
      if (step.done !== true && textOf(step.value)) step.value = chunkOf("x");
      return step;
    };
    const { router } = make(source);
    const { text } = await (async () => {
      const stream = router.stream("hello");
      for await (const _ of stream);
      return stream.result;
    })();
    expect(text).toBe("xxx");
  });

  it("that cannot be a chunk fail the request, as without", async () => {
    const source = new AllThere();
    source.left = [chunkOf("one"), { choices: "none" } as never, chunkOf("", "stop")];
    const { router } = make(source);
    const stream = router.stream("hello");
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    expect(atHand(iterator)?.()).toBeUndefined();
    const error: unknown = await iterator.next().catch((thrown: unknown) => thrown);
    expect(isRouterError(error)).toBe(true);
    await expect(stream.result).rejects.toBe(error);
    expect(source.isClosed).toBe(true);
  });
});
