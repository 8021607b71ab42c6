import { describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import type { BudgetOptions, RouterEvent } from "../../../src/index.ts";
import { createRouter, isRouterError } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const noon = Date.UTC(2026, 0, 31, 12);

/** Each answer costs 0.01 USD, and reserves as much. */
function make(...budgets: readonly BudgetOptions<"small" | "large">[]) {
  let time = noon;
  const events: RouterEvent[] = [];
  const usage = { inputTokens: 10, outputTokens: 100 };
  const model = (name: string, usd: number) =>
    fakeModel({
      model: name,
      usage,
      price: { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: usd },
    });
  const router = createRouter({
    models: { small: model("small", 10), large: model("large", 100) },
    policy: always("large"),
    budgets,
    clock: () => time,
    onEvent: (event) => events.push(event),
  });
  const ask = (more: object = {}) =>
    router.route({
      messages: [{ role: "user", content: "Hello" }],
      max_completion_tokens: 100,
      model: "large",
      ...more,
    });
  /** Returns how many calls an owner gets until it is refused. */
  const calls = async (more: object = {}) => {
    for (let count = 0; ; count += 1)
      try {
        await ask(more);
      } catch (error) {
        if (!isRouterError(error, "budget-exceeded")) throw error;
        return { count, error };
      }
  };
  return { router, ask, calls, events, pass: (ms: number) => (time += ms) };
}

const perTenant = { name: "day", limitUsd: 0.02, period: "day", per: "tenant" } as const;

describe("limitFor", () => {
  it("as a table gives owners amounts of their own, and the others that of all", async () => {
    const { calls, ask, router } = make({ ...perTenant, limitFor: { acme: 0.05, blocked: 0 } });
    const acme = await calls({ tenant: "acme" });
    expect(acme.count).toBe(5);
    expect(acme.error).toMatchObject({ budget: "day", limitUsd: 0.05 });
    expect(acme.error.message).toMatch(/^the tenant's budget day of 0.05 USD per day is not enough/);
    expect((await calls({ tenant: "globex" })).count).toBe(2);
    expect((await calls()).count).toBe(2);
    expect((await calls({ tenant: "blocked" })).error).toMatchObject({ limitUsd: 0 });
    const { decision } = await ask({ tenant: "other" });
    expect(decision.budgets).toMatchObject([{ used: 0, limit: 0.02 }]);
    expect(await router.readBudgets({ tenant: "acme" })).toMatchObject([
      {
        used: 0.05,
        limit: 0.05,
        limitFrom: "table",
        description: "the tenant's budget day of 0.05 USD per day",
      },
    ]);
    expect(await router.readBudgets({ tenant: "globex" })).toMatchObject([
      { limit: 0.02, limitFrom: "config" },
    ]);
  });

  it("refuses owners whom it names no amount, if the amount of all others is 0", async () => {
    const { calls } = make({ ...perTenant, limitUsd: 0, limitFor: { acme: 0.01 } });
    expect((await calls({ tenant: "acme" })).count).toBe(1);
    expect((await calls({ tenant: "globex" })).count).toBe(0);
    expect((await calls()).count).toBe(0);
  });

  it("as a function is called once a request and budget, with the owner", async () => {
    const asked: unknown[] = [];
    const { ask, calls, router } = make({
      name: "user",
      limitTokens: 300,
      period: "month",
      per: { label: "user" },
      limitFor: (owner) => {
        asked.push(owner);
        return owner.owner === "ada" && owner.tenant === "acme" ? 1_000 : undefined;
      },
    });
    await ask({ tenant: "acme", labels: { user: "ada" } });
    expect(asked).toEqual([{ tenant: "acme", owner: "ada" }]);
    expect((await calls({ tenant: "acme", labels: { user: "ada" } })).count).toBeGreaterThan(3);
    // What a user of another tenant is called gives it nothing.
    const { count, error } = await calls({ tenant: "mallory", labels: { user: "ada" } });
    expect(count).toBe(1);
    expect(error).toMatchObject({ limitTokens: 300, limitUsd: undefined });
    expect(await router.readBudgets({ tenant: "acme", owner: "ada" })).toMatchObject([
      { unit: "tokens", limit: 1_000, limitFrom: "function" },
    ]);
  });

  it("takes a changed amount at the next request, and refuses what is above a smaller one", async () => {
    let amount: number | undefined = 0.03;
    const { ask, calls, router } = make({ limitUsd: 0.01, period: "total", limitFor: () => amount });
    await ask();
    await ask();
    amount = 0.01;
    await expect(ask()).rejects.toMatchObject({ limitUsd: 0.01 });
    expect(await router.readBudgets()).toMatchObject([{ used: 0.02, open: 0, limit: 0.01 }]);
    amount = 0.05;
    expect((await calls()).count).toBe(3);
  });

  it("names owners as they are called, also as what every object has", async () => {
    const limitFor = JSON.parse('{"__proto__": 0.03, "constructor": 0.01}');
    const { calls } = make({ ...perTenant, limitFor });
    expect((await calls({ tenant: "__proto__" })).count).toBe(3);
    expect((await calls({ tenant: "constructor" })).count).toBe(1);
    expect((await calls({ tenant: "toString" })).count).toBe(2);
    const none = make({ ...perTenant, limitFor: {} });
    expect((await none.calls({ tenant: "__proto__" })).count).toBe(2);
    expect((await none.calls({ tenant: "hasOwnProperty" })).count).toBe(2);
  });

  it("bounds each request by itself, too", async () => {
    const { ask, calls } = make({ limitUsd: 0.001, period: "request", per: "tenant", limitFor: { acme: 1 } });
    await ask({ tenant: "acme" });
    expect((await calls({ tenant: "globex" })).error).toMatchObject({ limitUsd: 0.001 });
  });

  it("decides where soft limits begin", async () => {
    const degrade = { from: 0.5, to: "small" } as const;
    const { ask, events } = make({ ...perTenant, limitUsd: 1, limitFor: { acme: 0.03, zero: 0 }, degrade });
    const askFree = (tenant: string) => ask({ tenant, model: undefined });
    for (const expected of ["large", "large", "small"])
      expect((await askFree("acme")).decision.model).toBe(expected);
    for (let call = 0; call < 3; call += 1) expect((await askFree("globex")).decision.model).toBe("large");
    expect(events.find(({ type }) => type === "budget-degraded")).toMatchObject({
      tenant: "acme",
      limit: 0.03,
      reason: "66 % of the tenant's budget day of 0.03 USD per day are used: small only",
    });
    await expect(askFree("zero")).rejects.toMatchObject({ limitUsd: 0 });
  });

  it.each([
    ["NaN", () => Number.NaN],
    ["a negative amount", () => -1],
    ["more than any amount", () => Number.POSITIVE_INFINITY],
    ["a text", () => "5" as never],
    ["null", () => null as never],
    ["a promise", () => Promise.reject(new Error("late")) as never],
    [
      "an error",
      () => {
        throw new Error("secret");
      },
    ],
  ])("refuses requests while its function returns or throws %s, and tells it", async (_, limitFor) => {
    const { ask, router, events, pass } = make({ ...perTenant, limitFor });
    const failed = (error: unknown) => {
      if (!isRouterError(error, "invalid-option")) throw error;
      expect(error.option).toBe("budgets[0].limitFor");
      expect(error.message).toContain("US dollars in [0, 9007199], or undefined");
      expect(error.message).toContain('tenant "acme"');
      expect(error.message).not.toContain("secret");
    };
    await ask({ tenant: "acme" }).then(() => expect.unreachable(), failed);
    await ask({ tenant: "acme" }).then(() => expect.unreachable(), failed);
    const told = () => events.filter(({ type }) => type === "budget-limit-failed");
    expect(told()).toMatchObject([
      { name: "day", tenant: "acme", owner: undefined, error: { code: "invalid-option" } },
    ]);
    expect(events.filter(({ type }) => type === "attempt-started")).toEqual([]);
    pass(60_000);
    await ask({ tenant: "acme" }).catch(failed);
    expect(told()).toHaveLength(2);
    expect(await router.readBudgets({ tenant: "acme" })).toMatchObject([
      { used: 0, limit: 0, limitFrom: "failed" },
    ]);
  });

  it.each([
    ["limitFor", 7],
    ["limitFor", "acme"],
    ["limitFor", null],
    ["limitFor", [50]],
    ["limitFor", new Map([["acme", 50]])],
    ['limitFor["acme"]', { acme: -1 }],
    ['limitFor["acme"]', { acme: "50" }],
    ['limitFor["acme"]', { acme: undefined }],
    ['limitFor["acme"]', { acme: 9_007_200 }],
  ])("refuses %s %j where the router is made", (option, limitFor) => {
    const made = () => make({ ...perTenant, limitFor: limitFor as never });
    expect(made).toThrow(expect.objectContaining({ code: "invalid-option", option: `budgets[0].${option}` }));
  });

  it("refuses a table for the router's budget, halves of tokens, and 0 for all", () => {
    expect(() => make({ limitUsd: 1, period: "day", limitFor: { acme: 1 } })).toThrow("a function");
    const tokens = { limitTokens: 10, period: "day", per: "tenant" } as const;
    expect(() => make({ ...tokens, limitFor: { acme: 0.5 } })).toThrow(
      /limitFor\["acme"\] must be an integer/,
    );
    expect(() => make({ ...perTenant, limitUsd: 0 })).toThrow(
      /limitUsd must be at least 1e-9: only with limitFor/,
    );
    expect(() => make({ ...tokens, limitTokens: 0 })).toThrow(/limitTokens must be at least 1: only/);
    expect(() => make({ ...perTenant, limitUsd: undefined, limitFor: { acme: 1 } })).toThrow(/limitUsd/);
  });
});
