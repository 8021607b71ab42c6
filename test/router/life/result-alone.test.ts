import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter, type Model, ProviderError, type RouterEvent } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { runs } from "../../support/runs.ts";

function make(small: Model = fakeModel({ model: "small", answer: "one two three" })) {
  const types: RouterEvent["type"][] = [];
  const router = createRouter({
    models: { small },
    policy: always("small"),
    execution: { retries: 0 },
    onEvent: ({ type }) => types.push(type),
  });
  return { router, types };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A model that fails once it has written something. */
function cut(): Model {
  return {
    ...fakeModel({ model: "small" }),
    async *stream() {
      for (const content of ["one ", "two"])
        yield {
          id: "1",
          created: 1,
          model: "m",
          object: "chat.completion.chunk" as const,
          choices: [{ index: 0, delta: { content }, finish_reason: null }],
        };
      throw new ProviderError({ kind: "server", model: "small" });
    },
  };
}

describe("a stream that no caller iterates", () => {
  it("is read for a caller that asks for its result", async () => {
    const { router, types } = make();
    const { text, attempts } = await router.stream("Hello").result;
    expect(text).toBe("one two three");
    expect(attempts).toHaveLength(1);
    expect(types.filter((type) => type === "request-completed")).toHaveLength(1);
  });

  it("makes no call where no caller asks for anything", async () => {
    const { router, types } = make();
    await router.stream("Hello").decision;
    await turn();
    expect(types).not.toContain("attempt-started");
  });

  it("rejects the result with the error of the call", async () => {
    const { router, types } = make(cut());
    await expect(router.stream("Hello").result).rejects.toMatchObject({ partialText: "one two" });
    expect(types.filter((type) => type === "request-failed")).toHaveLength(1);
  });

  it("ends by its signal, and rejects with its reason", async () => {
    const base = fakeModel({ model: "small" });
    const { router } = make({
      ...base,
      stream: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }),
    });
    const controller = new AbortController();
    const { result } = router.stream("Hello", { signal: controller.signal });
    await turn();
    controller.abort(new Error("left"));
    await expect(result).rejects.toThrow("left");
  });
});

it("a caller that iterates gets each chunk once and in order, whenever the result was asked for and the iteration began", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        asks: fc.constantFrom("never", "first", "between", "after"),
        turns: fc.nat(6),
        leavesAfter: fc.option(fc.integer({ min: 1, max: 8 })),
        fails: fc.boolean(),
        atOnce: fc.boolean(),
      }),
      async ({ asks, turns, leavesAfter, fails, atOnce }) => {
        const { router, types } = make(fails ? cut() : undefined);
        const stream = router.stream("Hello");
        let asked: Promise<unknown> | undefined;
        const ask = () => {
          asked ??= stream.result.then(
            ({ text }) => text,
            (error: unknown) => error,
          );
        };
        if (asks === "first") ask();
        for (let at = 0; at < turns; at += 1) await turn();
        const iterator = stream[Symbol.asyncIterator]();
        if (asks === "between") ask();
        let text = "";
        let [error, left]: [unknown, number] = [undefined, leavesAfter ?? Number.POSITIVE_INFINITY];
        const take = (read: IteratorResult<{ choices: { delta: { content?: string | null } }[] }>) => {
          text += read.value?.choices[0]?.delta.content ?? "";
        };
        try {
          if (atOnce) for (const read of await Promise.all([iterator.next(), iterator.next()])) take(read);
          for (;;) {
            const read = await iterator.next();
            if (read.done) break;
            take(read);
            left -= 1;
            if (left > 0) continue;
            await iterator.return?.();
            break;
          }
        } catch (thrown) {
          error = thrown;
        }
        ask();
        const end = await asked;
        const whole = fails ? "one two" : "one two three";
        expect(whole.startsWith(text)).toBe(true);
        const hasLeft = left <= 0;
        if (!hasLeft) expect(text).toBe(whole);
        if (!hasLeft && fails) expect(end).toBe(error);
        if (!hasLeft && !fails) expect([end, error]).toEqual([whole, undefined]);
        expect(await iterator.next()).toEqual({ done: true, value: undefined });
        expect(types.filter((type) => type === "attempt-started").length).toBeLessThanOrEqual(1);
        expect(types.filter((type) => /^request-/.test(type))).toHaveLength(1);
      },
    ),
    { numRuns: runs(300, 10_000) },
  );
});
