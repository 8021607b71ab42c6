import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import type { ProviderErrorKind } from "../../../src/contracts/index.ts";
import { createRouter, type ExecutionOptions, ProviderError, type RouterEvent } from "../../../src/index.ts";
import { type FakeModelOptions, fakeModel } from "../../../src/testing/index.ts";

const failure = (kind: ProviderErrorKind, retryAfterMs?: number) =>
  new ProviderError({ kind, model: "fake:small", retryAfterMs });

function make(
  small: FakeModelOptions,
  execution: ExecutionOptions = {},
  large: FakeModelOptions = { answer: "from large" },
) {
  const events: RouterEvent[] = [];
  const models = {
    small: fakeModel({ model: "small", ...small }),
    large: fakeModel({ model: "large", ...large }),
  };
  const router = createRouter({
    models,
    policy: always("small"),
    execution: { retries: 0, ...execution },
    onEvent: (event) => events.push(event),
    random: () => 0,
  });
  return { router, ...models, events };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("a model whose breaker is open", () => {
  it("is skipped, which an event reports, and is tried again when its time is over", async () => {
    let down = true;
    const { router, small, events } = make({
      answer: () => {
        if (down) throw failure("server");
        return "from small";
      },
    });
    for (let call = 0; call < 10; call += 1) expect((await router.route("x")).text).toBe("from large");
    expect(small.requests).toHaveLength(10);
    const { text, attempts, decision } = await router.route("x");
    expect([text, decision.model, attempts.map(({ model }) => model)]).toEqual([
      "from large",
      "small",
      ["large"],
    ]);
    expect(small.requests).toHaveLength(10);
    expect(events.filter(({ type }) => type === "attempt-skipped")).toMatchObject([
      { model: "small", hop: "answer", reason: "its breaker is open (server failures)" },
    ]);
    down = false;
    await vi.advanceTimersByTimeAsync(5_000);
    expect((await router.route("x")).text).toBe("from small");
    expect((await router.route("x")).text).toBe("from small");
  });

  it("is the last resort when no other model is left", async () => {
    const { router, small } = make({ error: failure("connection") }, {}, { error: failure("permission") });
    for (let call = 0; call < 10; call += 1) await router.route("x").catch(() => {});
    const error = await router.route("x").catch((caught: unknown) => caught);
    expect(String(error)).toContain(
      "large: fake:small failed (permission); small: fake:small failed (connection)",
    );
    expect(small.requests).toHaveLength(11);
  });

  it("is retried when no other model is left, within the retry budget", async () => {
    let failing = 2;
    const flaky = () => {
      failing -= 1;
      if (failing >= 0) throw failure("server");
      return "from large";
    };
    const options = { retries: 1, backoffBaseMs: 0, breaker: { minCalls: 1 } };
    const parts = make({ error: failure("server") }, options, { answer: flaky });
    await parts.router.route("x").catch(() => {});
    failing = 1;
    // Both breakers are open: both models are called as a last resort, and the last one once more.
    const { text, attempts } = await parts.router.route("x");
    expect([text, attempts.map(({ model, hop }) => `${model} ${hop}`)]).toEqual([
      "from large",
      ["small fallback", "large fallback", "large retry"],
    ]);
    const retryBudget = { ratio: 0, minPerSecond: 0 };
    const poor = make(
      { error: failure("server") },
      { ...options, retryBudget },
      { error: failure("server") },
    );
    for (let call = 0; call < 3; call += 1) await poor.router.route("x").catch(() => {});
    expect(poor.small.requests).toHaveLength(3);
  });

  it("keeps its trial for the next request when the retry budget refuses the retry that would be the trial", async () => {
    let down = true;
    const { router, small } = make(
      {
        answer: () => {
          if (down) throw failure("server", 2_000);
          return "from small";
        },
      },
      { retries: 1, breaker: { minCalls: 1, openMs: 1_000 }, retryBudget: { ratio: 0, minPerSecond: 0 } },
    );
    expect((await router.route("x")).text).toBe("from large");
    down = false;
    // Its provider has asked for a pause, which is longer than its breaker is open.
    await vi.advanceTimersByTimeAsync(2_001);
    expect((await router.route("x")).text).toBe("from small");
    expect(small.requests).toHaveLength(2);
  });

  it("still answers a pin: no other model may", async () => {
    const { router, small } = make({ error: failure("server") });
    for (let call = 0; call < 10; call += 1) await router.route("x");
    const pinned = { messages: [{ role: "user" as const, content: "x" }], model: "small" as const };
    await expect(router.route(pinned)).rejects.toThrow("small: fake:small failed (server)");
    expect(small.requests).toHaveLength(11);
  });

  it("is remembered across a restart", async () => {
    const before = make({ error: failure("server") });
    for (let call = 0; call < 10; call += 1) await before.router.route("x");
    const state = JSON.parse(JSON.stringify(before.router.exportState()));
    const after = make({ error: failure("server") });
    after.router.restoreState(state);
    await after.router.route("x");
    expect(after.small.requests).toHaveLength(0);
  });
});

describe("a rate limit", () => {
  it("pauses its model for other requests, and its own retry waits as long", async () => {
    let limited = true;
    const started: number[] = [];
    const { router, small } = make(
      {
        answer: () => {
          started.push(Date.now());
          if (limited) throw failure("rate-limit", 3_000);
          return "from small";
        },
      },
      { retries: 1 },
    );
    const waiting = router.route("first");
    await vi.advanceTimersByTimeAsync(1);
    expect((await router.route("second")).text).toBe("from large");
    expect(small.requests).toHaveLength(1);
    limited = false;
    await vi.advanceTimersByTimeAsync(3_000);
    expect((await waiting).text).toBe("from small");
    expect((started[1] ?? 0) - (started[0] ?? 0)).toBe(3_000);
  });

  it.each([Number.NaN, -5])("that says %s ms says nothing, and the next one is understood", async (ms) => {
    const errors = [failure("rate-limit", ms), failure("rate-limit", 3_000)];
    const { router, small } = make({
      answer: () => {
        throw errors.shift() ?? failure("server");
      },
    });
    await router.route("first");
    expect((await router.route("second")).attempts).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_000);
    await router.route("third");
    await vi.advanceTimersByTimeAsync(2_999);
    expect((await router.route("fourth")).attempts).toHaveLength(1);
    expect(small.requests).toHaveLength(2);
  });

  it("that another request received delays a retry by no more than retryAfterCapMs", async () => {
    const failures = [failure("server"), failure("rate-limit", 3_600_000)];
    const { router } = make(
      {
        wait: () => new Promise((resolve) => setTimeout(resolve, failures.length * 10)),
        answer: () => {
          throw failures.pop();
        },
      },
      { retries: 1, retryAfterCapMs: 1_000 },
    );
    const first = router.route("first");
    const second = router.route("second");
    await vi.advanceTimersByTimeAsync(1_000);
    for (const { text, attempts } of [await first, await second]) {
      expect([text, attempts.map(({ hop }) => hop)]).toEqual(["from large", ["answer", "fallback"]]);
    }
  });
});

describe("the retry budget", () => {
  it("bounds the retries of all requests together: an outage is not multiplied", async () => {
    const budget = { ratio: 0.2, minPerSecond: 0 };
    const breaker = { minCalls: 1_000_000 };
    const options: ExecutionOptions = { retries: 2, backoffBaseMs: 0, retryBudget: budget, breaker };
    const { router, small } = make({ error: failure("server") }, options);
    for (let call = 0; call < 100; call += 1) expect((await router.route("x")).text).toBe("from large");
    expect(small.requests.length).toBeGreaterThan(100);
    expect(small.requests.length).toBeLessThanOrEqual(120);
  });

  it("is kept for requests that no other model can answer: a retry before a fallback leaves some of it", async () => {
    const budget = { ratio: 0.1, minPerSecond: 0 };
    const options: ExecutionOptions = {
      retries: 1,
      backoffBaseMs: 0,
      retryBudget: budget,
      breaker: { minCalls: 1_000_000 },
    };
    let largeCalls = 0;
    const { router } = make({ error: failure("server") }, options, {
      answer: () => {
        largeCalls += 1;
        if (largeCalls % 20 === 0) throw failure("server");
        return "from large";
      },
    });
    for (let call = 0; call < 400; call += 1) expect((await router.route("x")).text).toBe("from large");
  });
});
