import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { always, cascade } from "../../../policies/index.ts";
import type { LimitOptions } from "../../../src/contracts/index.ts";
import {
  type Check,
  createRouter,
  type ExecutionOptions,
  isRouterError,
  type Policy,
  ProviderError,
  type RouterEvent,
} from "../../../src/index.ts";
import { type FakeModelOptions, fakeModel } from "../../../src/testing/index.ts";
import { runs } from "../../support/runs.ts";

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const slow = (ms: number) => ({ wait: () => sleep(ms) });

function make(
  limits: LimitOptions,
  small: FakeModelOptions = {},
  execution: ExecutionOptions = {},
  policy: Policy<"small" | "large"> = always("small"),
) {
  const events: RouterEvent[] = [];
  const models = {
    small: fakeModel({ model: "small", answer: "from small", ...small }),
    large: fakeModel({ model: "large", answer: "from large" }),
  };
  const router = createRouter({
    models,
    policy,
    execution: { retries: 0, limits, ...execution },
    onEvent: (event) => events.push(event),
    random: () => 0,
  });
  const skipped = () =>
    events.flatMap((event) => (event.type === "attempt-skipped" ? [`${event.model}: ${event.reason}`] : []));
  return { router, ...models, skipped };
}

const only = { content: "x", role: "user" } as const;
/** A request that no other model may serve. */
const pinned = { messages: [only], model: "small" as const };
const textOf = (request: Promise<{ text: string }>) =>
  request.then(
    ({ text }) => text,
    (error: unknown) => (isRouterError(error) ? error.code : String(error)),
  );

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("calls at once", () => {
  const oneAtOnce = { models: { small: { maxConcurrent: 1, maxQueued: 2, queueTimeoutMs: 250 } } };

  it("queue in order, and beyond the queue go to the next model at once", async () => {
    const { router, small, skipped } = make(oneAtOnce, slow(100));
    const answers = [1, 2, 3, 4].map((n) => router.route(`request ${n}`));
    await vi.advanceTimersByTimeAsync(0);
    expect(await textOf(answers[3] as (typeof answers)[0])).toBe("from large");
    expect(skipped()).toEqual(["small: its maxConcurrent of 1 is reached, and so is its maxQueued of 2"]);
    await vi.advanceTimersByTimeAsync(300);
    expect(await Promise.all(answers.slice(0, 3).map(textOf))).toEqual(Array(3).fill("from small"));
    expect(small.requests.map(({ messages }) => messages[0]?.content)).toEqual([
      "request 1",
      "request 2",
      "request 3",
    ]);
    const attempts = (await answers[3])?.attempts ?? [];
    expect(attempts.map(({ model, hop }) => [model, hop])).toEqual([["large", "fallback"]]);
  });

  it("that wait too long go to the next model", async () => {
    const { router, skipped } = make(oneAtOnce, slow(1_000));
    const answers = [router.route("1"), router.route("2")];
    await vi.advanceTimersByTimeAsync(250);
    expect(await textOf(answers[1] as (typeof answers)[0])).toBe("from large");
    expect(skipped()).toEqual(["small: no place came free within queueTimeoutMs of 250 ms"]);
    await vi.advanceTimersByTimeAsync(750);
    expect(await textOf(answers[0] as (typeof answers)[0])).toBe("from small");
  });

  it("that no model has room for are refused by a typed error, which is not a failure of the model", async () => {
    const { router, small } = make(oneAtOnce, slow(100), { breaker: { minCalls: 1 } });
    const answers = [1, 2, 3, 4].map(() => router.route(pinned));
    const error = await answers[3]?.catch((caught: unknown) => caught);
    if (!isRouterError(error, "limit-exceeded")) throw error;
    expect(error.message).toBe(
      "no model has room for this request (small: its maxConcurrent of 1 is reached, and so is its maxQueued of 2)",
    );
    expect(error.reasons).toEqual({
      small: "its maxConcurrent of 1 is reached, and so is its maxQueued of 2",
    });
    await vi.advanceTimersByTimeAsync(300);
    expect(small.requests).toHaveLength(3);
    expect(router.exportState().breakers).toEqual([]);
    expect(router.exportState().health?.models[0]?.outcomes.every(({ failed }) => !failed)).toBe(true);
  });

  it("lead to an error that lists skipped models next to failed ones", async () => {
    const failing: FakeModelOptions = {
      wait: () => sleep(100),
      answer: () => {
        throw new ProviderError({ kind: "server", model: "fake:small" });
      },
    };
    const { router } = make({ models: { large: { maxConcurrent: 1, maxQueued: 0 } } }, failing);
    const blocked = router.stream({ messages: [only], model: "large" })[Symbol.asyncIterator]();
    await blocked.next();
    const error = router.route("x").catch(String);
    await vi.advanceTimersByTimeAsync(100);
    expect(await error).toContain(
      "all models failed (small: fake:small failed (server); large: passed over, its maxConcurrent of 1 is reached, and so is its maxQueued of 0)",
    );
    await blocked.return?.();
    expect(await textOf(router.route({ messages: [only], model: "large" }))).toBe("from large");
  });

  it("leave the queue on an abort, with the caller's own reason and nothing left behind", async () => {
    const { router, small } = make(oneAtOnce, slow(100));
    const controller = new AbortController();
    const added = vi.spyOn(controller.signal, "addEventListener");
    const removed = vi.spyOn(controller.signal, "removeEventListener");
    const first = router.route("1");
    const second = router.route("2", { signal: controller.signal }).catch((caught: unknown) => caught);
    await vi.advanceTimersByTimeAsync(50);
    const reason = new Error("user left");
    controller.abort(reason);
    expect(await second).toBe(reason);
    expect(added.mock.calls.length).toBe(removed.mock.calls.length);
    expect(vi.getTimerCount()).toBe(2); // those of the first call
    await vi.advanceTimersByTimeAsync(50);
    expect(await textOf(first)).toBe("from small");
    expect(small.requests).toHaveLength(1);
  });

  it("end in the queue at the deadline", async () => {
    const { router, small } = make(oneAtOnce, slow(1_000));
    const first = router.route("1");
    const second = router.route({ messages: [only], deadlineMs: 100 }).catch((caught: unknown) => caught);
    await vi.advanceTimersByTimeAsync(100);
    expect(isRouterError(await second, "deadline-exceeded")).toBe(true);
    await vi.advanceTimersByTimeAsync(900);
    await first;
    expect(small.requests).toHaveLength(1);
  });

  it("that are turned away leave a breaker's trial to the next one", async () => {
    const failing = new ProviderError({ kind: "server", model: "fake:small" });
    let down = true;
    const { router, small } = make(
      { models: { small: { maxConcurrent: 1, maxQueued: 0 } } },
      {
        wait: async () => {
          if (small.requests.length === 1) await sleep(10_000);
        },
        answer: () => {
          if (down) throw failing;
          return "from small";
        },
      },
      { breaker: { minCalls: 1, openMs: 1_000 } },
    );
    const hanging = router.route("1");
    await vi.advanceTimersByTimeAsync(0);
    const before = router.exportState();
    router.restoreState({
      ...before,
      breakers: [{ name: "fake:small", state: "open", openUntil: Date.now() + 1_000 }],
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await textOf(router.route("trial without a place"))).toBe("from large");
    expect(small.requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(9_000);
    await hanging;
    down = false;
    expect(await textOf(router.route("trial"))).toBe("from small");
  });

  const exits: readonly (readonly [
    string,
    FakeModelOptions,
    (router: ReturnType<typeof make>) => unknown,
  ])[] = [
    ["a success", {}, ({ router }) => router.route(pinned)],
    [
      "a failure",
      { error: new ProviderError({ kind: "server", model: "fake:small" }) },
      ({ router }) => router.route(pinned),
    ],
    [
      "an error of the model's own",
      {
        answer: () => {
          throw new TypeError("bug");
        },
      },
      ({ router }) => router.route(pinned),
    ],
    [
      "an abort",
      slow(1_000),
      ({ router }) => {
        const controller = new AbortController();
        setTimeout(() => controller.abort(), 10);
        return router.route(pinned, { signal: controller.signal });
      },
    ],
    ["a deadline", slow(1_000), ({ router }) => router.route({ ...pinned, deadlineMs: 10 })],
    [
      "a stream that is read",
      { answer: "a b c" },
      async ({ router }) => {
        for await (const _ of router.stream(pinned));
      },
    ],
    [
      "a stream that the reader leaves",
      { answer: "a b c" },
      async ({ router }) => {
        for await (const _ of router.stream(pinned)) break;
      },
    ],
    [
      "a stream that fails amid its content",
      {
        answer: "a b c",
        piecesBeforeError: 1,
        error: new ProviderError({ kind: "server", model: "fake:small" }),
      },
      async ({ router }) => {
        for await (const _ of router.stream(pinned));
      },
    ],
    [
      "a stream that is never read on",
      { answer: "a b c" },
      async ({ router }) => {
        const iterator = router.stream(pinned)[Symbol.asyncIterator]();
        await iterator.next();
        await iterator.return?.();
      },
    ],
  ];
  it.each(exits)("give their place back after %s", async (_, small, act) => {
    const parts = make({ maxConcurrent: 1, maxQueued: 0 }, small, { breaker: { minCalls: 1_000 } });
    for (let round = 1; round <= 3; round += 1) {
      const acting = Promise.resolve(act(parts)).catch(() => {});
      await vi.advanceTimersByTimeAsync(2_000);
      await acting;
      expect(parts.small.requests).toHaveLength(round);
    }
  });

  it("do not count while a check looks at their answer, which may ask the same model", async () => {
    const twice: Check = {
      name: "twice",
      accepts: async (_, __, hop) => (await hop.again?.()) !== undefined,
    };
    const { router, small } = make(
      { maxConcurrent: 1, maxQueued: 0 },
      {},
      {},
      cascade({ first: "small", then: "large", unless: twice }),
    );
    expect(await textOf(router.route("x"))).toBe("from small");
    expect(small.requests).toHaveLength(2);
  });

  it("are never more than allowed, and each ends, under random schedules", async () => {
    const request = fc.record({
      afterMs: fc.integer({ min: 0, max: 50 }),
      callMs: fc.integer({ min: 0, max: 100 }),
      abortAfterMs: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
      fails: fc.boolean(),
      streams: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { maxLength: 30 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 0, max: 5 }),
        async (requests, maxConcurrent, maxQueued) => {
          let active = 0;
          let most = 0;
          const small = fakeModel({ model: "small" });
          const run = async (text: string, signal: AbortSignal) => {
            const { callMs = 0, fails = false } = requests[Number(text)] ?? {};
            active += 1;
            most = Math.max(most, active);
            try {
              await new Promise<void>((resolve, reject) => {
                const timer = setTimeout(resolve, callMs);
                const onAbort = () => {
                  clearTimeout(timer);
                  reject(signal.reason);
                };
                signal.addEventListener("abort", onAbort, { once: true });
              });
              if (fails) throw new ProviderError({ kind: "server", model: "fake:small" });
            } finally {
              active -= 1;
            }
          };
          const router = createRouter({
            models: {
              small: {
                ...small,
                async generate(chat, options) {
                  await run(String(chat.messages[0]?.content), options.signal);
                  return small.generate(chat, options);
                },
                async *stream(chat, options) {
                  await run(String(chat.messages[0]?.content), options.signal);
                  yield* small.stream(chat, options);
                },
              },
            },
            policy: always("small"),
            execution: {
              retries: 0,
              breaker: { minCalls: 1_000 },
              limits: { maxConcurrent, maxQueued, queueTimeoutMs: 60 },
            },
          });
          const ends = requests.map(async ({ afterMs, abortAfterMs, streams }, index) => {
            await sleep(afterMs);
            const controller = new AbortController();
            const timer =
              abortAfterMs === undefined ? undefined : setTimeout(() => controller.abort(), abortAfterMs);
            const options = { signal: controller.signal };
            try {
              if (streams) for await (const _ of router.stream(String(index), options));
              else await router.route(String(index), options);
            } catch {
              // A refusal or an abort is one of its possible ends.
            } finally {
              clearTimeout(timer);
            }
          });
          await vi.runAllTimersAsync();
          await Promise.all(ends);
          expect(most).toBeLessThanOrEqual(maxConcurrent);
          expect(active).toBe(0);
          // All places are free again.
          const after = Array.from({ length: maxConcurrent }, () => textOf(router.route("99")));
          await vi.runAllTimersAsync();
          expect(await Promise.all(after)).toEqual(Array(maxConcurrent).fill("ok"));
          expect(vi.getTimerCount()).toBe(0);
        },
      ),
      { numRuns: runs(50, 1_000) },
    );
  });
});

describe("calls per minute", () => {
  it("over the rate go to the next model now", async () => {
    const { router, skipped } = make({ models: { small: { requestsPerMinute: 2 } } });
    const texts = [];
    for (let call = 0; call < 3; call += 1) texts.push(await textOf(router.route("x")));
    expect(texts).toEqual(["from small", "from small", "from large"]);
    expect(skipped()).toEqual([
      "small: its limit of 2 requests per minute is reached; there is room again in 30000 ms",
    ]);
  });

  it("wait if no other model is left, in order and no longer than retryAfterCapMs", async () => {
    const started: [number, string][] = [];
    const { router } = make(
      { requestsPerMinute: 6 },
      {
        answer: ({ messages }) => {
          started.push([Date.now(), String(messages[0]?.content)]);
          return "from small";
        },
      },
    );
    const begin = Date.now();
    const ask = (content: string) =>
      textOf(router.route({ messages: [{ role: "user", content }], model: "small" }));
    const answers = ["1", "2", "3", "4", "5", "6", "7", "8", "9"].map(ask);
    expect(await answers[8]).toBe("limit-exceeded");
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await Promise.all(answers.slice(0, 8))).toEqual(Array(8).fill("from small"));
    expect(started.slice(6)).toEqual([
      [begin + 10_000, "7"],
      [begin + 20_000, "8"],
    ]);
  });

  it("do not wait beyond the deadline", async () => {
    const { router } = make({ requestsPerMinute: 6 });
    for (let call = 0; call < 6; call += 1) await router.route(pinned);
    const error = await router.route({ ...pinned, deadlineMs: 10_000 }).catch((caught: unknown) => caught);
    expect(String(error)).toContain(
      "small: its limit of 6 requests per minute is reached; there is room again in 10000 ms",
    );
    const waiting = router.route({ ...pinned, deadlineMs: 10_002 });
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await waiting).text).toBe("from small");
  });

  it("end on an abort, which gives back what was reserved", async () => {
    const { router } = make({ requestsPerMinute: 6 });
    for (let call = 0; call < 6; call += 1) await router.route(pinned);
    const controller = new AbortController();
    const first = textOf(router.route(pinned, { signal: controller.signal }));
    const second = textOf(router.route(pinned));
    await vi.advanceTimersByTimeAsync(5_000);
    controller.abort(new Error("user left"));
    expect(await first).toBe("Error: user left");
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await second).toBe("from small");
    await vi.advanceTimersByTimeAsync(0);
    expect(await textOf(router.route(pinned))).toBe("from small");
  });

  it("of one tenant do not keep another's waiting", async () => {
    const { router } = make({ tenant: { requestsPerMinute: 1 } });
    const ask = (tenant: string) => textOf(router.route({ ...pinned, tenant }));
    expect(await ask("a")).toBe("from small");
    expect(await ask("a")).toBe("limit-exceeded");
    expect(await ask("b")).toBe("from small");
  });

  it("are no more than the provider says remain", async () => {
    let calls = 0;
    const { router, small } = make(
      {},
      {
        answer: (_, { onRateLimit }) => {
          calls += 1;
          onRateLimit?.({ limitRequests: 60, remainingRequests: 10 - calls, resetRequestsMs: 60_000 });
          return "from small";
        },
      },
    );
    const texts: string[] = [];
    for (let call = 0; call < 12; call += 1) texts.push(await textOf(router.route("x")));
    expect(texts).toEqual([...Array(10).fill("from small"), "from large", "from large"]);
    expect(small.requests).toHaveLength(10);
  });

  it("that were reduced after a 429 stay so across a restart", async () => {
    const limit = new ProviderError({ kind: "rate-limit", model: "fake:small", retryAfterMs: 0 });
    const before = make({ requestsPerMinute: 600 }, { error: limit }, { breaker: { coolDownMs: 0 } });
    for (let call = 0; call < 21; call += 1) {
      await before.router.route("x");
      await vi.advanceTimersByTimeAsync(9_000);
    }
    const state = JSON.parse(JSON.stringify(before.router.exportState()));
    expect(state.limits).toMatchObject([{ name: "fake:small", requestsPerMinute: 6, tooMuchPerMinute: 12 }]);
    const after = make({});
    after.router.restoreState(state);
    expect(await textOf(after.router.route("x"))).toBe("from small");
    expect(await textOf(after.router.route("x"))).toBe("from large");
    expect(after.skipped()[0]).toContain("learnt from its rate limits");
    expect(() => after.router.restoreState({ ...state, limits: [{}] })).toThrow("state.limits[0].");
    expect(after.router.exportState().limits).toEqual(state.limits);
  });

  it("bound classifiers and checks as well", async () => {
    const judge = fakeModel({ model: "judge" });
    const asks: Check = {
      name: "asks",
      accepts: async (_, __, hop) => {
        await hop.generate(judge, { messages: [only] });
        return true;
      },
    };
    const { router } = make(
      { requestsPerMinute: 1, models: { small: { requestsPerMinute: 10 } } },
      {},
      { retryAfterCapMs: 0 },
      cascade({ first: "small", then: "large", unless: asks }),
    );
    const { attempts } = await router.route("x");
    expect(attempts.map(({ model }) => model)).toEqual(["small", "fake:judge"]);
    const second = await router.route("x");
    expect(second.attempts.map(({ model }) => model)).toEqual(["small", "large"]);
    expect(second.attempts[0]?.check?.error).toContain("no model has room for this request (fake:judge: its");
    expect(judge.requests).toHaveLength(1);
  });

  it("begin no more in any minute than the bucket allows, under random schedules with a queue", async () => {
    const request = fc.record({
      afterMs: fc.integer({ min: 0, max: 40_000 }),
      callMs: fc.integer({ min: 0, max: 8_000 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 2, max: 20 }),
        fc.integer({ min: 1, max: 3 }),
        async (requests, requestsPerMinute, maxConcurrent) => {
          const started: number[] = [];
          const { router } = make(
            { requestsPerMinute, maxConcurrent, learn: false },
            {
              answer: async ({ messages }) => {
                started.push(Date.now());
                await sleep(requests[Number(messages[0]?.content)]?.callMs ?? 0);
                return "from small";
              },
            },
          );
          const ends = requests.map(async ({ afterMs }, index) => {
            await sleep(afterMs);
            await textOf(
              router.route({ messages: [{ role: "user", content: String(index) }], model: "small" }),
            );
          });
          await vi.runAllTimersAsync();
          await Promise.all(ends);
          for (const [first, start] of started.entries()) {
            const within = started.slice(first).filter((at) => at < start + 60_000);
            const last = within.at(-1) ?? start;
            const allowed = requestsPerMinute * (1 + (last - start) / 60_000);
            expect(within.length).toBeLessThanOrEqual(allowed + 1e-6);
          }
        },
      ),
      { numRuns: runs(50, 1_000) },
    );
  });
});

it("limits that make no sense are refused when the router is created", () => {
  expect(() => make({ models: { medium: {} } })).toThrow(
    "execution.limits.models.medium must be absent: known options are small, large",
  );
  expect(() => make(3 as never)).toThrow("execution.limits must be an object of options, got 3");
});
