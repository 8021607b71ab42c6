import { describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import type { Store } from "../../../src/contracts/index.ts";
import { fleet, memoryStore } from "../../../src/fleet/index.ts";
import type { BudgetOptions, RouterOptions } from "../../../src/index.ts";
import { createRouter, isRouterError } from "../../../src/index.ts";
import { prometheus } from "../../../src/serve/metrics/prometheus/index.ts";
import { budgetsOf } from "../../../src/serve/status/state-reader.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const noon = Date.UTC(2026, 0, 31, 12);
const day = 86_400_000;
const budget = {
  name: "day",
  limitUsd: 0.02,
  period: "day",
  per: "tenant",
  limitFor: { acme: 0.05 },
} as const satisfies BudgetOptions;

/** Each answer costs 0.01 USD, and reserves as much. `open` opens a gate that answers wait for. */
function make(options: Partial<RouterOptions<"large">> = {}) {
  let time = noon;
  let gate: Promise<void> | undefined;
  const reached: unknown[] = [];
  const large = fakeModel({
    model: "large",
    usage: { inputTokens: 10, outputTokens: 100 },
    price: { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 100 },
    wait: () => gate ?? Promise.resolve(),
  });
  const router = createRouter({
    models: { large },
    policy: always("large"),
    budgets: [budget],
    clock: () => time,
    onEvent: (event) => event.type === "budget-reached" && reached.push(event.limit),
    ...options,
  });
  const ask = (tenant?: string) =>
    router.route({ messages: [{ role: "user", content: "Hello" }], max_completion_tokens: 100, tenant });
  /** Returns how many calls a tenant gets until it is refused. */
  const calls = async (tenant?: string) => {
    for (let count = 0; ; count += 1)
      try {
        await ask(tenant);
      } catch (error) {
        if (!isRouterError(error, "budget-exceeded")) throw error;
        return count;
      }
  };
  const hold = () => {
    let open = () => {};
    gate = new Promise((resolve) => {
      open = resolve;
    });
    return () => {
      gate = undefined;
      open();
    };
  };
  return { router, ask, calls, hold, reached, pass: (ms: number) => (time += ms) };
}

const set = (tenant: string | undefined, limit: number | "default") => ({ name: "day", tenant, limit });

describe("setBudget in one process", () => {
  it("raises and lowers at once, holds in the periods to come, and is taken back", async () => {
    const { router, calls, pass, reached } = make();
    expect(await calls("globex")).toBe(2);
    expect(await router.setBudget(set("globex", 0.04))).toMatchObject({
      tenant: "globex",
      used: 0.02,
      limit: 0.04,
      limitFrom: "set",
      description: "the tenant's budget day of 0.04 USD per day",
    });
    expect(await calls("globex")).toBe(2);
    expect(reached).toEqual([0.02, 0.04]);
    pass(day);
    expect(await calls("globex")).toBe(4);
    pass(day);
    await router.setBudget(set("acme", 0.01));
    expect(await calls("acme")).toBe(1);
    expect(await router.setBudget(set("acme", "default"))).toMatchObject({ limit: 0.05, limitFrom: "table" });
    expect(await calls("acme")).toBe(4);
    await router.setBudget(set("globex", "default"));
    await router.setBudget(set("globex", "default"));
    expect(await calls("globex")).toBe(2);
    await router.setBudget(set(undefined, 0));
    expect(await calls()).toBe(0);
  });

  it("below what is used and held refuses until there is room, and nothing becomes negative", async () => {
    const { router, ask, calls, hold, pass } = make();
    await ask("acme");
    const open = hold();
    const underWay = [ask("acme"), ask("acme")];
    await expect.poll(async () => (await router.readBudgets({ tenant: "acme" }))[0]?.open).toBe(0.02);
    expect(await router.setBudget(set("acme", 0.005))).toMatchObject({
      used: 0.01,
      open: 0.02,
      limit: 0.005,
    });
    await expect(ask("acme")).rejects.toMatchObject({
      limitUsd: 0.005,
      message: expect.stringContaining(" 0 USD are left"),
    });
    open();
    await Promise.all(underWay);
    expect(await router.readBudgets({ tenant: "acme" })).toMatchObject([{ used: 0.03, open: 0 }]);
    await router.setBudget(set("acme", 0.04));
    expect(await calls("acme")).toBe(1);
    pass(day);
    expect(await calls("acme")).toBe(4);
  });

  it("is exported and restored, also for owners that have used nothing", async () => {
    const { router, ask } = make();
    await ask("acme");
    await router.setBudget(set("acme", 0.1));
    await router.setBudget(set("late", 0.03));
    const state = JSON.parse(JSON.stringify(router.exportState()));
    expect(state.spend.limits).toEqual([
      { budget: "day", tenant: "acme", limitUsd: 0.1 },
      { budget: "day", tenant: "late", limitUsd: 0.03 },
    ]);
    const next = make();
    await next.router.setBudget(set("gone", 1));
    next.router.restoreState(state);
    expect(await next.router.readBudgets()).toMatchObject([
      { tenant: "acme", used: 0.01, limit: 0.1, limitFrom: "set" },
      { tenant: "late", used: 0, limit: 0.03, limitFrom: "set" },
    ]);
    expect(await next.calls("late")).toBe(3);
    for (const [field, limits] of [
      ["limits", 7],
      ["limits", Array.from({ length: 1_001 }, () => state.spend.limits[0])],
      ["limits[0].limitUsd", [{ ...state.spend.limits[0], limitUsd: -1 }]],
      ["limits[0].limitUsd", [{ budget: "day", limitTokens: 5 }]],
      ["limits[0].tenant", [{ budget: "day", tenant: 7, limitUsd: 5 }]],
      ["limits[0].budget", [{ limitUsd: 5 }]],
    ] as const)
      expect(() => next.router.restoreState({ ...state, spend: { ...state.spend, limits } })).toThrow(
        expect.objectContaining({ code: "invalid-option", option: `state.spend.${field}` }),
      );
  });

  it("keeps owners whose limit was set while others are forgotten", async () => {
    const { router, ask, calls } = make({ budgets: [{ ...budget, maxOwners: 20, limitUsd: 1 }] });
    await router.setBudget(set("kept", 0.02));
    await ask("kept");
    for (let user = 0; user < 200; user += 1) await ask(`tenant ${user}`);
    expect(await router.readBudgets({ tenant: "kept" })).toMatchObject([{ used: 0.01, limit: 0.02 }]);
    expect(await calls("kept")).toBe(1);
    expect((await router.readBudgets()).length).toBeLessThanOrEqual(21);
  });

  it("is bounded in number, and says how to make room", async () => {
    const { router } = make();
    for (let owner = 0; owner < 1_000; owner += 1) await router.setBudget(set(`tenant ${owner}`, 1));
    await router.setBudget(set("tenant 5", 2));
    await expect(router.setBudget(set("one more", 1))).rejects.toMatchObject({
      code: "invalid-option",
      option: "setBudget.limit",
      message: expect.stringContaining("1000 owners"),
    });
    await router.setBudget(set("tenant 7", "default"));
    await router.setBudget(set("one more", 1));
  });

  it("holds over a function that fails, and a function holds again when it is taken back", async () => {
    let amount: number | undefined;
    const limitFor = () => amount;
    const { router, ask, calls } = make({ budgets: [{ ...budget, limitFor }] });
    amount = Number.NaN;
    await expect(ask("acme")).rejects.toMatchObject({ option: "budgets[0].limitFor" });
    await router.setBudget(set("acme", 0.01));
    expect(await calls("acme")).toBe(1);
    expect(await router.setBudget(set("acme", "default"))).toMatchObject({ limit: 0, limitFrom: "failed" });
    amount = 0.03;
    expect(await calls("acme")).toBe(2);
  });

  it.each([
    ["name", { name: "week", limit: 1 }, "one of day"],
    ["owner", { name: "day", owner: "ada", limit: 1 }, "a tenant, or none"],
    ["limit", { name: "day", tenant: "acme", limit: -1 }, "in [0, 9007199]"],
    ["limit", { name: "day", tenant: "acme", limit: Number.NaN }, "in [0, 9007199]"],
    ["limit", { name: "day", tenant: "acme", limit: "80" }, '"default"'],
    ["limit", { name: "day", tenant: "acme" }, '"default"'],
    ["limit", { name: "day", tenant: "acme", limit: null }, '"default"'],
  ])("refuses a wrong %s: %j", async (option, given, fix) => {
    const { router } = make();
    await expect(router.setBudget(given as never)).rejects.toMatchObject({
      code: "invalid-option",
      option: `setBudget.${option}`,
      message: expect.stringContaining(fix),
    });
  });

  it("takes whole tokens for a budget in tokens", async () => {
    const { router } = make({ budgets: [{ name: "day", limitTokens: 10, period: "day" }] });
    await expect(router.setBudget(set(undefined, 0.5))).rejects.toMatchObject({ option: "setBudget.limit" });
    expect(await router.setBudget(set(undefined, 500))).toMatchObject({ unit: "tokens", limit: 500 });
  });
});

describe.each(["leased", "strict"] as const)("setBudget in a shared store, %s", (mode) => {
  const open = (store: Store, options: Partial<RouterOptions<"large">> = {}) => {
    const made = make({
      shared: fleet({ store, mode, timeoutMs: 2_000 }),
      clock: undefined,
      ...options,
    });
    return made;
  };

  it("holds in this process at once, and in others within a second", async () => {
    const store = memoryStore();
    const [one, two] = [open(store), open(store)];
    await one.ask("acme");
    await two.ask("acme");
    expect(await one.router.setBudget(set("acme", 0.03))).toMatchObject({
      limit: 0.03,
      limitFrom: "set",
    });
    expect(await one.calls("acme")).toBe(1);
    expect(await two.router.readBudgets({ tenant: "acme" })).toMatchObject([{ used: 0.03, limit: 0.03 }]);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await two.calls("acme")).toBe(0);
    await two.router.setBudget(set("acme", 0.06));
    expect(await two.calls("acme")).toBe(3);
    await two.router.setBudget(set("acme", 0.07));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await one.calls("acme")).toBe(1);
    // A process that begins later knows it before its first call.
    await one.router.setBudget(set("globex", 0));
    const three = open(store);
    expect(await three.calls("globex")).toBe(0);
    await three.router.setBudget(set("acme", "default"));
    expect(await three.router.readBudgets({ tenant: "acme" })).toMatchObject([
      { limit: 0.05, limitFrom: "table" },
    ]);
    await three.router.setBudget(set("globex", "default"));
    expect(await three.calls("globex")).toBe(2);
    await Promise.all([one, two, three].map(({ router }) => router.close()));
  });

  it("loses none of many that are set at once", async () => {
    const store = memoryStore();
    const routers = Array.from({ length: 4 }, () => open(store).router);
    await Promise.all(routers.map((router, at) => router.setBudget(set(`tenant ${at}`, 1 + at))));
    for (let at = 0; at < 4; at += 1)
      expect(await routers[0]?.readBudgets({ tenant: `tenant ${at}` })).toMatchObject([{ limit: 1 + at }]);
    await Promise.all(routers.map((router) => router.close()));
  });

  it("that cannot be read permits nothing until one is set again", async () => {
    const store = memoryStore();
    await store.records.put([{ key: "router/limits/day", value: "foreign", expect: "any", ttlMs: 60_000 }]);
    const { router, calls } = open(store);
    expect(await calls("acme")).toBe(0);
    await router.setBudget(set("globex", 0.01));
    expect(await calls("acme")).toBe(5);
    expect(await calls("globex")).toBe(1);
    await router.close();
  });

  it("says so where the store does not answer", async () => {
    const store = memoryStore();
    const failing = { ...store, records: { ...store.records, put: () => Promise.reject(new Error("down")) } };
    const { router } = open(failing);
    await expect(router.setBudget(set("acme", 1))).rejects.toMatchObject({ code: "store" });
    await router.close();
  });
});

it("an owner who may use nothing hides no other one on the status page and in metrics", async () => {
  const { router, ask } = make({ budgets: [{ ...budget, limitUsd: 0 }] });
  await ask("acme");
  await ask("blocked").catch(() => {});
  const accounts = await router.readBudgets();
  expect(accounts.map(({ limit }) => limit)).toEqual([0.05, 0]);
  expect(budgetsOf([...accounts].reverse())).toMatchObject([{ used: 0.01, limit: 0.05, accounts: 1 }]);
  const text = await prometheus(router).text();
  expect(text).toMatch(/budget_left\{[^}]*\} 0\.04\n/);
});
