import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Health } from "../../../src/contracts/index.ts";
import {
  createRouter,
  type ExecutionOptions,
  type Policy,
  ProviderError,
  type RouteRequest,
} from "../../../src/index.ts";
import { type FakeModelOptions, fakeModel } from "../../../src/testing/index.ts";

const hour = 3_600_000;
const start = Date.UTC(2026, 5, 1, 12);

beforeEach(() => void vi.useFakeTimers({ now: start }));
afterEach(() => void vi.useRealTimers());

/** Ways in which a router gets its time. `jump` sets the time of day only. */
const clocks = {
  "the system's clock": () => ({
    options: {},
    jump: (ms: number) => void vi.setSystemTime(Date.now() + ms),
  }),
  "a clock of one function": () => {
    let offset = 0;
    return {
      options: { clock: () => start + performance.now() + offset },
      jump: (ms: number) => {
        offset += ms;
      },
    };
  },
  "a monotonic clock of its own": () => {
    let offset = 0;
    return {
      options: { clock: () => start + offset, monotonicClock: () => performance.now() },
      jump: (ms: number) => {
        offset += ms;
      },
    };
  },
};

function make(name: keyof typeof clocks, execution: ExecutionOptions, model: FakeModelOptions = {}) {
  const { options, jump } = clocks[name]();
  const a = fakeModel({ model: "a", ...model });
  let health: Health | undefined;
  const policy: Policy<"a" | "b"> = {
    name: "sees health",
    select({ candidates }) {
      health = candidates[0]?.health;
      return { model: "a", reason: "test" };
    },
  };
  const router = createRouter({
    ...options,
    models: { a, b: fakeModel({ model: "b", answer: "from b" }) },
    policy,
    execution: { retries: 0, ...execution },
    random: () => 0,
    maxSessions: 10,
  });
  const ask = (request: RouteRequest<"a" | "b"> = "Hi") =>
    router.route(request).then(
      ({ text }) => text,
      (error: { code: string }) => error.code,
    );
  return { router, ask, jump, a, isHealthy: () => health?.healthy };
}

/** A model that fails its first `times` calls. */
function failing(times: number, error: ProviderError): FakeModelOptions {
  let calls = 0;
  return {
    answer: () => {
      calls += 1;
      if (calls <= times) throw error;
      return "from a";
    },
  };
}

const messages = [{ role: "user" as const, content: "Hi" }];
const server = new ProviderError({ kind: "server", model: "fake:a" });

describe.each(Object.keys(clocks) as (keyof typeof clocks)[])("with %s", (name) => {
  describe.each([
    ["back", -hour],
    ["back a year", -365 * 24 * hour],
    ["forward", hour],
  ])("a time of day that is set %s", (_, by) => {
    it("does not stretch a deadline", async () => {
      const { ask, jump } = make(name, {}, { wait: () => new Promise(() => {}) });
      const late = ask({ messages, deadlineMs: 1_000 });
      await vi.advanceTimersByTimeAsync(500);
      jump(by);
      await vi.advanceTimersByTimeAsync(501);
      expect(await late).toBe("deadline-exceeded");
    });

    it("does not stretch a deadline that spans retries", async () => {
      const { ask, jump, a } = make(name, { retries: 10, fallback: false }, failing(99, server));
      const late = ask({ messages, deadlineMs: 1_000, model: "a" });
      await vi.advanceTimersByTimeAsync(0);
      jump(by);
      await vi.advanceTimersByTimeAsync(1_001);
      expect(["deadline-exceeded", "all-models-failed"]).toContain(await late);
      expect(a.requests.length).toBeLessThan(12);
    });

    it("keeps no breaker open and no pause shut", async () => {
      const breaker = { minCalls: 1, openMs: 5_000 };
      const open = make(name, { breaker }, failing(1, server));
      const asked = new ProviderError({ kind: "rate-limit", model: "fake:a", retryAfterMs: 5_000 });
      const paused = make(name, {}, failing(1, asked));
      const limited = new ProviderError({ kind: "rate-limit", model: "fake:a" });
      const cooled = make(name, { breaker: { coolDownMs: 5_000 } }, failing(1, limited));
      for (const { ask, jump } of [open, paused, cooled]) {
        expect(await ask()).toBe("from b");
        await vi.advanceTimersByTimeAsync(1);
        jump(by);
        await ask();
        await vi.advanceTimersByTimeAsync(5_000);
        expect(await ask()).toBe("from a");
      }
    });

    it("keeps no rate used up and no retry budget empty", async () => {
      const rated = make(name, { limits: { models: { a: { requestsPerMinute: 1 } } } }, { answer: "from a" });
      expect([await rated.ask(), await rated.ask()]).toEqual(["from a", "from b"]);
      rated.jump(by);
      await rated.ask();
      await vi.advanceTimersByTimeAsync(60_000);
      expect(await rated.ask()).toBe("from a");
      const retryBudget = { ratio: 0, minPerSecond: 0.1 };
      const pin = { messages, model: "a" as const };
      const poor = make(
        name,
        { retries: 1, retryBudget, backoffBaseMs: 0, breaker: { minCalls: 1_000 } },
        {
          answer: () => {
            throw server;
          },
        },
      );
      await poor.ask(pin);
      expect(poor.a.requests).toHaveLength(2);
      poor.jump(by);
      await poor.ask(pin);
      await vi.advanceTimersByTimeAsync(10_000);
      await poor.ask(pin);
      expect(poor.a.requests.length).toBeGreaterThanOrEqual(5);
    });

    it("keeps no model unhealthy, and no session idle longer or shorter than it was", async () => {
      const parts = make(name, { breaker: { minCalls: 1_000 } }, failing(6, server));
      const { router, jump, ask, isHealthy } = parts;
      for (let call = 0; call < 7; call += 1) await ask();
      expect(isHealthy()).toBe(false);
      jump(by);
      await ask({ messages, session: "s" });
      await vi.advanceTimersByTimeAsync(60_000);
      const { session } = await router.decide({ messages, session: "s" });
      expect(isHealthy()).not.toBe(false);
      expect(session?.idleMs).toBe(60_000);
    });
  });

  it("exported state holds times of day, and is restored as what is left of each duration", async () => {
    const asked = new ProviderError({ kind: "rate-limit", model: "fake:a", retryAfterMs: 5_000 });
    const before = make(name, { breaker: { minCalls: 1 } }, failing(1, asked));
    await vi.advanceTimersByTimeAsync(12_345);
    before.jump(7 * hour);
    await before.ask({ messages, session: "s" });
    await vi.advanceTimersByTimeAsync(1_000);
    const state = JSON.parse(JSON.stringify(before.router.exportState()));
    const wall = clocks[name] === clocks["a monotonic clock of its own"] ? start : start + 12_345;
    expect(state.sessions.sessions[0].lastUsedAt).toBeGreaterThanOrEqual(wall + 7 * hour - 1_000);
    expect(state.sessions.sessions[0].lastUsedAt).toBeLessThanOrEqual(wall + 7 * hour + 1_000);
    const after = make(name, {}, { answer: "from a" });
    // Both routers read the same system's time; a clock of its own has to be set for each.
    if (name !== "the system's clock") after.jump(7 * hour);
    after.router.restoreState(state);
    expect(await after.ask()).toBe("from b");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await after.ask()).toBe("from a");
  });
});
