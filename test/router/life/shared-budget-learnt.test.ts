import { describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import type { Store } from "../../../src/contracts/index.ts";
import { fleet, memoryStore } from "../../../src/fleet/index.ts";
import { createRouter, type RouterOptions } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/fake-model.ts";

const price = { usdPerMillionInputTokens: 10, usdPerMillionOutputTokens: 100 };
const usage = { inputTokens: 100, outputTokens: 10 };

type Mode = "leased" | "strict";

/** A process of a fleet: a router that has not asked the store yet. */
function processOver(store: Store, mode: Mode, options: Partial<RouterOptions<"one" | "two">> = {}) {
  const one = fakeModel({ name: "fake:one", price, usage });
  const two = fakeModel({ name: "fake:two", price: { ...price, usdPerMillionInputTokens: 1 }, usage });
  const router = createRouter({
    models: { one, two },
    policy: always("one"),
    budgets: [{ limitUsd: 0.2, period: "total", per: "tenant" }],
    shared: fleet({ store, mode, timeoutMs: 5_000 }),
    ...options,
  });
  return { router, one, two };
}

/** Lets all but this much of the tenant's budget be used by others. */
async function leave(store: Store, usd: number) {
  const { router } = processOver(store, "strict");
  await router.resetBudget({ name: "tenant-usd-total", tenant: "a", to: 0.2 - usd });
  await router.close();
}

describe.each<Mode>(["leased", "strict"])(
  "a process that has not asked the store yet, in %s mode",
  (mode) => {
    it("lowers the output limit to what others have left", async () => {
      const store = memoryStore();
      await leave(store, 0.05);
      const { router, one } = processOver(store, mode);
      const messages = [{ role: "user" as const, content: "Hello" }];
      const result = await router.route({ messages, tenant: "a", model: "one" });
      const limit = one.requests[0]?.max_completion_tokens;
      expect(limit).toBeGreaterThan(256);
      expect(limit).toBeLessThan(500);
      expect(result.attempts[0]?.limited?.by).toBe("budget");
      await router.close();
      await store.close();
    });

    it("counts a long prompt of which the most tokens do not fit what is left, but its tokens do", async () => {
      const store = memoryStore();
      await leave(store, 0.05);
      const { router, one } = processOver(store, mode);
      const messages = [{ role: "user" as const, content: "is it not so ".repeat(300) }];
      await router.route({ messages, tenant: "a", model: "one" });
      expect(one.requests).toHaveLength(1);
      await router.close();
    });

    it("obeys a soft limit that others have passed, and says what is used", async () => {
      const store = memoryStore();
      await leave(store, 0.06);
      const { router } = processOver(store, mode, {
        budgets: [{ limitUsd: 0.2, period: "total", per: "tenant", degrade: { from: 0.5, to: "two" } }],
      });
      const { decision } = await router.route({
        messages: [{ role: "user", content: "Hello" }],
        tenant: "a",
      });
      expect(decision.model).toBe("two");
      expect(decision.spend?.usedUsd).toBeCloseTo(0.14, 9);
      await router.close();
    });

    it("is not refused a small call after a large one was", async () => {
      const store = memoryStore();
      await leave(store, 0.05);
      const { router, one } = processOver(store, mode);
      const large = { role: "user" as const, content: "0123456789".repeat(2_000) };
      const small = { role: "user" as const, content: "Hello" };
      await expect(router.route({ messages: [large], tenant: "a", model: "one" })).rejects.toMatchObject({
        code: "budget-exceeded",
      });
      await router.route({ messages: [small], tenant: "a", model: "one" });
      expect(one.requests).toHaveLength(1);
      await router.close();
    });
  },
);

it("a store that does not answer is waited for no longer than the time limit, and less than the deadline", async () => {
  const silent: Store = {
    ...memoryStore(),
    quotas: {
      reserve: () => new Promise(() => {}),
      settle: () => new Promise(() => {}),
      read: () => new Promise(() => {}),
      reset: () => new Promise(() => {}),
    },
  };
  const { router, one } = processOver(silent, "strict", {
    shared: fleet({ store: silent, mode: "strict", timeoutMs: 20, down: "open" }),
  });
  await router.route({ messages: [{ role: "user", content: "Hello" }], tenant: "a", deadlineMs: 5_000 });
  expect(one.requests).toHaveLength(1);
  await router.close();
});

/** A store whose first answers come late, as those of a client that connects. */
function connecting(store: Store, ms: number): Store {
  let connected: Promise<unknown> | undefined;
  const late = async <T>(work: () => Promise<T>): Promise<T> => {
    connected ??= new Promise((resolve) => setTimeout(resolve, ms));
    await connected;
    return work();
  };
  const { quotas } = store;
  return {
    ...store,
    status: () => late(() => store.status()),
    quotas: {
      ...quotas,
      reserve: (of: Parameters<typeof quotas.reserve>[0]) => late(() => quotas.reserve(of)),
      settle: (of: Parameters<typeof quotas.settle>[0]) => late(() => quotas.settle(of)),
      read: (keys: readonly string[]) => late(() => quotas.read(keys)),
    },
  };
}

it.each<Mode>(["leased", "strict"])(
  "the first requests wait for a client that is still connecting, in %s mode",
  async (mode) => {
    const store = connecting(memoryStore(), 200);
    const types: string[] = [];
    const { router, one } = processOver(store, mode, {
      shared: fleet({ store, mode }),
      onEvent: ({ type }) => types.push(type),
    });
    const messages = [{ role: "user" as const, content: "Hello" }];
    const request = { messages, tenant: "a", max_completion_tokens: 300 };
    await Promise.all([1, 2].map(() => router.route(request)));
    expect(one.requests).toHaveLength(2);
    expect(types).not.toContain("store-failed");
    await router.close();
  },
);

it("a refusal since the store does not answer is not one of a budget", async () => {
  const store = memoryStore();
  const down: Store = {
    ...store,
    quotas: { ...store.quotas, reserve: () => Promise.reject(new Error("x")) },
  };
  const { router } = processOver(down, "strict");
  const failure: unknown = await router
    .route({ messages: [{ role: "user", content: "Hello" }], tenant: "a" })
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: "store",
    problem: "late",
    store: "memory",
    retryAfterMs: 1_000,
    attempts: [],
  });
  expect(String(failure)).toMatch(/the store memory did not say in time whether a budget has room/);
  await router.close();
});
