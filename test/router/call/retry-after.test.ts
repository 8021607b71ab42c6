import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import {
  type Check,
  createRouter,
  type ExecutionOptions,
  isRouterError,
  ProviderError,
  type RouteRequest,
} from "../../../src/index.ts";
import { type FakeModel, fakeModel } from "../../../src/testing/index.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** A model that asks each of its first `times` callers to come back after `retryAfterMs`. */
function busy(
  model: string,
  times: number,
  retryAfterMs: number,
  kind: "rate-limit" | "server" = "rate-limit",
) {
  const calledAt: number[] = [];
  const answer = () => {
    calledAt.push(performance.now() - startedAt);
    if (calledAt.length <= times) throw new ProviderError({ kind, model: `fake:${model}`, retryAfterMs });
    return `from ${model}`;
  };
  const startedAt = performance.now();
  return { model: fakeModel({ model, answer }), calledAt };
}

function make(models: Record<string, FakeModel>, execution: ExecutionOptions = {}) {
  return createRouter({
    models,
    policy: always(Object.keys(models)[0] as never),
    execution: { retries: 0, ...execution },
    random: () => 0,
  });
}

const ask = (router: ReturnType<typeof make>, request: RouteRequest = "Hi") =>
  router.route(request).then(
    ({ text }) => text,
    (error: unknown) => error,
  );

const limitOf = (error: unknown) =>
  isRouterError(error, "limit-exceeded") ? [error.code, error.retryAfterMs] : error;

describe("a Retry-After", () => {
  it.each(["rate-limit", "server"] as const)(
    "of a %s binds later requests, which wait for it",
    async (kind) => {
      const { model, calledAt } = busy("a", 1, 3_000, kind);
      const router = make({ model });
      expect(await ask(router)).toMatchObject({ code: "all-models-failed", retryAfterMs: 3_000 });
      await vi.advanceTimersByTimeAsync(1_000);
      const later = [ask(router), ask(router)];
      await vi.advanceTimersByTimeAsync(1_999);
      expect(calledAt).toEqual([0]);
      await vi.advanceTimersByTimeAsync(1);
      expect(await Promise.all(later)).toEqual(["from a", "from a"]);
      expect(calledAt).toEqual([0, 3_000, 3_000]);
    },
  );

  it("beyond retryAfterCapMs fails later requests at once, without a call, and says when to come back", async () => {
    const { model, calledAt } = busy("a", 1, 30_000);
    const router = make({ model });
    await ask(router);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(limitOf(await ask(router))).toEqual(["limit-exceeded", 20_001]);
    expect(calledAt).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    const last = ask(router);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await last).toBe("from a");
  });

  it.each([700_000, 7 * 86_400_000, 1e12, 1e300, Number.POSITIVE_INFINITY])(
    "of %s ms binds for ten minutes",
    async (asked) => {
      const { model, calledAt } = busy("a", 1, asked);
      const router = make({ model });
      await ask(router);
      await vi.advanceTimersByTimeAsync(579_999);
      expect(limitOf(await ask(router))).toEqual(["limit-exceeded", 20_001]);
      expect(calledAt).toHaveLength(1);
      await vi.advanceTimersByTimeAsync(20_001);
      expect(await ask(router)).toBe("from a");
    },
  );

  it("beyond the deadline fails later requests at once, without a call", async () => {
    const { model, calledAt } = busy("a", 1, 5_000);
    const router = make({ model });
    await ask(router);
    const messages = [{ role: "user" as const, content: "Hi" }];
    expect(limitOf(await ask(router, { messages, deadlineMs: 5_000 }))).toEqual(["limit-exceeded", 5_000]);
    expect(calledAt).toHaveLength(1);
    const fits = ask(router, { messages, deadlineMs: 5_002 });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await fits).toBe("from a");
  });

  it("binds streams as well", async () => {
    const { model, calledAt } = busy("a", 1, 3_000);
    const router = make({ model });
    await ask(router);
    const reading = (async () => {
      for await (const _ of router.stream("Hi")) await Promise.resolve();
    })();
    await vi.advanceTimersByTimeAsync(2_999);
    expect(calledAt).toEqual([0]);
    await vi.advanceTimersByTimeAsync(1);
    await reading;
    expect(calledAt).toEqual([0, 3_000]);
  });

  it("binds calls of checks, which say when to come back", async () => {
    const judge = busy("judge", 1, 2_000);
    const verdicts: unknown[] = [];
    const judging: Check = {
      name: "judging",
      accepts: (_, __, hop) =>
        hop.generate(judge.model, { messages: [{ role: "user", content: "Good?" }] }).then(
          () => true,
          (error: unknown) => {
            verdicts.push(isRouterError(error, "limit-exceeded") ? error.retryAfterMs : error);
            return true;
          },
        ),
    };
    const router = make({ a: fakeModel() }, { degraded: judging, retryAfterCapMs: 1_500 });
    await ask(router);
    expect(await ask(router)).toBe("ok");
    expect(verdicts).toEqual([expect.objectContaining({ code: "provider" }), 2_000]);
    await vi.advanceTimersByTimeAsync(500);
    const waiting = ask(router);
    await vi.advanceTimersByTimeAsync(1_499);
    expect(judge.calledAt).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect([await waiting, judge.calledAt.length]).toEqual(["ok", 2]);
  });

  it("binds a retry and a last resort whose wait it came after", async () => {
    let calls = 0;
    const startedAt = performance.now();
    const calledAt: number[] = [];
    const answer = () => {
      calls += 1;
      calledAt.push(performance.now() - startedAt);
      if (calls === 1) throw new ProviderError({ kind: "server", model: "fake:a", retryAfterMs: 1_000 });
      if (calls === 2) throw new ProviderError({ kind: "rate-limit", model: "fake:a", retryAfterMs: 4_000 });
      return "from a";
    };
    const router = make({ a: fakeModel({ model: "a", answer }) }, { retries: 2 });
    const first = ask(router);
    const second = ask(router);
    await vi.advanceTimersByTimeAsync(3_999);
    expect(calledAt).toEqual([0, 0]);
    await vi.advanceTimersByTimeAsync(1);
    expect([await first, await second]).toEqual(["from a", "from a"]);
  });

  it("sends requests to another model, and to the one that is ready first if all ask for a pause", async () => {
    const a = busy("a", 1, 8_000);
    const b = busy("b", 1, 3_000);
    const router = make({ a: a.model, b: b.model });
    expect(await ask(router)).toMatchObject({ code: "all-models-failed", retryAfterMs: 3_000 });
    const next = ask(router);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await next).toBe("from b");
    expect(await ask(router)).toBe("from b");
    expect(a.calledAt).toHaveLength(1);
  });

  it("leaves nothing behind if the caller leaves, and binds across a restart", async () => {
    const { model, calledAt } = busy("a", 1, 5_000);
    const before = make({ model });
    await ask(before);
    const left = new AbortController();
    const waiting = before.route("Hi", { signal: left.signal }).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1_000);
    left.abort("left");
    expect(await waiting).toBe("left");
    const after = make({ model });
    after.restoreState(JSON.parse(JSON.stringify(before.exportState())));
    const later = ask(after);
    await vi.advanceTimersByTimeAsync(3_999);
    expect(calledAt).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await later).toBe("from a");
  });

  it("lets all that waited for it through a full queue", async () => {
    const { model } = busy("a", 1, 2_000);
    const router = make({ model }, { limits: { maxConcurrent: 2, maxQueued: 1 } });
    await ask(router);
    const waiting = Array.from({ length: 20 }, () => ask(router));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["from a"]));
  });

  it("that comes while a call is in the queue sends it to another model", async () => {
    const { model, calledAt } = busy("a", 1, 5_000);
    const slow = { ...model, generate: (...args: Parameters<typeof model.generate>) => later(model, args) };
    const later = async (of: FakeModel, args: Parameters<FakeModel["generate"]>) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return of.generate(...args);
    };
    const b = fakeModel({ model: "b", answer: "from b" });
    const router = make({ a: slow, b }, { limits: { models: { a: { maxConcurrent: 1 } } } });
    const both = [ask(router), ask(router)];
    await vi.advanceTimersByTimeAsync(100);
    expect(await Promise.all(both)).toEqual(["from b", "from b"]);
    expect(calledAt).toHaveLength(1);
  });
});
