import { afterEach, describe, expect, it, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import type { Store } from "../../../src/contracts/index.ts";
import { fleet, memoryStore } from "../../../src/fleet/index.ts";
import { createRouter } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

function routerOn(store: Store) {
  return createRouter({
    models: {
      m: fakeModel({ model: "m", price: { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1 } }),
    },
    policy: always("m"),
    budgets: [{ name: "all", limitUsd: 3, period: "month" }],
    shared: fleet({ store }),
  });
}

const trap = new Proxy(
  {},
  {
    get: () => {
      throw new Error("no");
    },
  },
);
const statuses: readonly unknown[] = [
  null,
  undefined,
  "x",
  {},
  { nowMs: "1" },
  { nowMs: Number.NaN },
  { nowMs: 1e300 },
  { nowMs: -1 },
];
const states: readonly unknown[] = [
  null,
  {},
  [],
  [null],
  [{ used: -1, open: 0 }],
  [{ used: 1 }],
  [{ used: "1", open: 0 }],
  [{ used: 2 ** 53, open: 0 }],
  [trap],
];

afterEach(() => void vi.useRealTimers());

describe.each(["leased", "strict"] as const)("what is shown of a budget in a store, %s mode", (mode) => {
  it("is what this process has spent, also of a lease, and a reset is not undone by it", async () => {
    const usage = { inputTokens: 0, outputTokens: 100 };
    const price = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 10 };
    const router = createRouter({
      models: { m: fakeModel({ model: "m", usage, price }) },
      policy: always("m"),
      budgets: [{ name: "all", limitUsd: 100, period: "month" }],
      shared: fleet({ store: memoryStore(), mode }),
    });
    const ask = () =>
      router.route({ messages: [{ role: "user", content: "Hello" }], max_completion_tokens: 100 });
    for (let call = 0; call < 50; call += 1) await ask();
    expect((await router.readBudgets())[0]?.used).toBeCloseTo(0.05, 9);
    await ask();
    expect((await router.resetBudget({ name: "all" })).used).toBe(0);
    await ask();
    expect((await router.readBudgets())[0]?.used).toBeCloseTo(0.001, 9);
    await router.close();
  });
});

describe("what is shown of a budget in a store that lies", () => {
  it.each(statuses)("is an error for the status %j", async (status) => {
    const router = routerOn({ ...memoryStore(), status: async () => status as never });
    const expected = { code: "store", problem: "failed" };
    await expect(router.readBudgets()).rejects.toMatchObject(expected);
    await expect(router.resetBudget({ name: "all" })).rejects.toMatchObject(expected);
    await router.close();
  });

  it.each(states.map((state, at) => [at, state] as const))(
    "is an error, and not 0, for state %i",
    async (_, state) => {
      const store = memoryStore();
      const router = routerOn({ ...store, quotas: { ...store.quotas, read: async () => state as never } });
      await expect(router.readBudgets()).rejects.toMatchObject({ code: "store", problem: "failed" });
      await router.close();
    },
  );

  it("is an error that names the cause where the store throws, and one after five seconds where it is silent", async () => {
    const store = memoryStore();
    const cause = new TypeError("reads nothing");
    const throwing = routerOn({
      ...store,
      quotas: {
        ...store.quotas,
        read: () => {
          throw cause;
        },
      },
    });
    await expect(throwing.readBudgets()).rejects.toMatchObject({ code: "store", cause });
    await throwing.close();
    vi.useFakeTimers();
    const silent = routerOn({ ...store, quotas: { ...store.quotas, reset: () => new Promise(() => {}) } });
    const ends = expect(silent.resetBudget({ name: "all" })).rejects.toThrow(
      "did not answer within 5 seconds",
    );
    await vi.advanceTimersByTimeAsync(5_000);
    await ends;
  });
});
