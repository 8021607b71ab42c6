import { describe, expect, it } from "vitest";
import { always, explore, threshold } from "../../../policies/index.ts";
import type { BudgetNews, Classifier, PromiseState } from "../../../src/contracts/index.ts";
import { createRouter, isRouterError, type RouterOptions, type RouterState } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

type Id = "small" | "large";
const noon = Date.UTC(2026, 0, 31, 12);
const price = (usd: number) => ({ usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: usd });

/** Each answer has 100 tokens: 0.001 USD on the small model and 0.01 on the large one. */
function make(options: Partial<RouterOptions<Id>> = {}, complexity = 0.9) {
  let time = noon;
  const news: BudgetNews[] = [];
  const calls: string[] = [];
  const model = (name: Id, usd: number) =>
    fakeModel({
      model: name,
      price: price(usd),
      usage: { inputTokens: 10, outputTokens: 100 },
      answer: () => {
        calls.push(name);
        return "ok";
      },
    });
  const classifier: Classifier = { name: "given", version: "1", classify: () => ({ complexity }) };
  const router = createRouter({
    models: { small: model("small", 10), large: model("large", 100) },
    policy: threshold({ small: "small", large: "large", at: 0.5 }),
    classifier,
    clock: () => time,
    onEvent: (event) => {
      if (event.type.startsWith("budget-")) news.push(event as BudgetNews);
    },
    ...options,
  });
  const ask = (more: object = {}) =>
    router.route({
      messages: [{ role: "user", content: "Hello" }],
      max_completion_tokens: 100,
      ...more,
    });
  return { router, ask, news, calls, pass: (ms: number) => (time += ms) };
}

describe("several budgets", () => {
  it("bind by tenant, session, label and router at once, and the error names the one that refused", async () => {
    const { ask, calls, news, pass, router } = make({
      policy: always("large"),
      budgets: [
        { name: "all", limitUsd: 1, period: "month" },
        { name: "user", limitUsd: 0.025, period: "day", per: { label: "user" }, timeZone: "Europe/Berlin" },
        { name: "session", limitUsd: 0.5, period: "total", per: "session" },
        { name: "call", limitUsd: 0.012, period: "request" },
      ],
    });
    const of = (user: string, tenant = "t") => ask({ tenant, labels: { user }, model: "large" });
    await of("u");
    const { decision } = await of("u");
    expect(decision.budgets?.map(({ name, used }) => [name, used])).toEqual([
      ["all", 0.01],
      ["user", 0.01],
      ["session", 0.01],
    ]);
    expect(decision.spend).toEqual({ usedUsd: 0.01, limitUsd: 0.025 });
    const made = calls.length;
    const error = await of("u").catch((caught: unknown) => caught);
    if (!isRouterError(error, "budget-exceeded")) throw error;
    expect(error).toMatchObject({
      budget: "user",
      limitUsd: 0.025,
      resetsAt: Date.UTC(2026, 0, 31, 23),
      retryAfterMs: 11 * 3_600_000,
    });
    expect(error.message).toMatch(/^the user's budget of 0.025 USD per day \(Europe\/Berlin\) is not enough/);
    expect(calls.length).toBe(made);
    // Another user, and the same name under another tenant, have budgets of their own.
    await of("v");
    await of("u", "other");
    await of("u").catch(() => {});
    expect(news.map(({ type, name, owner, tenant }) => [type, name, owner, tenant])).toEqual([
      ["budget-reached", "user", "u", "t"],
    ]);
    pass(12 * 3_600_000);
    await of("u");
    const messages = [{ role: "user" as const, content: "x" }];
    const later = await router.decide({ messages, max_completion_tokens: 100, model: "large" });
    expect(later.budgets?.[0]).toMatchObject({ used: 0.01, resetsAt: Date.UTC(2026, 2, 1) });
  });

  it("bound a request by itself", async () => {
    const { ask } = make({ budgets: [{ limitUsd: 0.005, period: "request" }], policy: always("large") });
    const refused = { code: "budget-exceeded", budget: "router-usd-request", resetsAt: undefined };
    await expect(ask({ model: "large" })).rejects.toMatchObject(refused);
    const { ask: askSmall } = make({ budgets: [{ limitUsd: 0.005, period: "request" }] });
    for (let call = 0; call < 20; call += 1) expect((await askSmall()).decision.model).toBe("small");
  });

  it("in tokens lower the output limit, count input and output, and need no price", async () => {
    const unpriced = fakeModel({ model: "own", usage: { inputTokens: 50, outputTokens: 400 } });
    const router = createRouter({
      models: { own: unpriced },
      policy: always("own"),
      budgets: [{ limitTokens: 1_000, period: "day" }],
    });
    await router.route({ messages: [{ role: "user", content: "Hello" }] });
    const second = await router.route({ messages: [{ role: "user", content: "Hello" }] });
    expect(second.decision.budgets).toMatchObject([{ unit: "tokens", used: 450, limit: 1_000 }]);
    expect(second.decision.spend).toBeUndefined();
    expect(second.attempts[0]?.limited).toMatchObject({
      by: "budget",
      reason: expect.stringContaining("550 tokens"),
    });
    await expect(router.route("Hello")).rejects.toMatchObject({
      code: "budget-exceeded",
      limitTokens: 1_000,
    });
    expect(router.exportState().spend?.accounts).toMatchObject([{ usedTokens: 900 }]);
  });

  it.each(["__proto__", "constructor", "toString"])("keep a user called %s apart", async (user) => {
    const budget = { limitUsd: 0.012, period: "day", per: { label: "user" } } as const;
    const { ask } = make({ budgets: [budget], policy: always("large") });
    const labels = JSON.parse(`{ ${JSON.stringify("user")}: ${JSON.stringify(user)} }`);
    await ask({ labels, model: "large" });
    await expect(ask({ labels, model: "large" })).rejects.toMatchObject({ code: "budget-exceeded" });
    await ask({ model: "large" });
  });
});

describe("a soft limit", () => {
  const budget = { limitUsd: 0.1, period: "day", degrade: { from: 0.1, to: "small" } } as const;

  it("sends requests of any policy to the small model, with reason and exact propensity", async () => {
    for (const policy of [
      threshold<Id>({ small: "small", large: "large", at: 0.5 }),
      always<Id>("large"),
      explore<Id>(0.2, always("large")),
    ]) {
      const { ask, news, router } = make({ budgets: [budget], policy, random: () => 0.5 });
      await ask({ model: "large" });
      const { decision } = await ask();
      expect(decision.model).toBe("small");
      expect(decision.propensity).toBeCloseTo(1, 12);
      expect(decision.certified).toBe(false);
      expect(decision.degraded).toMatchObject({ budget: "router-usd-day", otherwise: "small" });
      expect(decision.reason).toContain("10 % of the budget of 0.1 USD per day are used: small only");
      expect(decision.candidates[1]).toMatchObject({ permitted: true, withheld: expect.any(String) });
      // A failing small model may still be replaced: soft limits are about the choice.
      expect(decision.fallbacks).toEqual(["large"]);
      await router.decide("again");
      expect(news.map(({ type }) => type)).toEqual(["budget-degraded"]);
    }
  });

  it("below a complexity is a tighter threshold", async () => {
    const soft = { ...budget, degrade: { from: 0.1, to: "small", below: 0.8 } } as const;
    for (const [complexity, model] of [
      [0.6, "small"],
      [0.79, "small"],
      [0.8, "large"],
    ] as const) {
      const { ask } = make({ budgets: [soft] }, complexity);
      await ask({ model: "large" });
      expect((await ask()).decision.model).toBe(model);
    }
  });

  it("never fails a request: without the small model the large one answers", async () => {
    const { ask } = make({
      budgets: [budget],
      constraints: [{ name: "no small", permits: ({ id }) => id !== "small" || "no" }],
    });
    await ask({ model: "large" });
    const { decision } = await ask();
    expect(decision.model).toBe("large");
    expect(decision.degraded).toBeUndefined();
  });

  it("and a hard one of the same budget hold one after the other; several soft ones tighten", async () => {
    const { ask } = make(
      {
        budgets: [
          {
            ...budget,
            limitUsd: 0.03,
            degrade: [
              { from: 0.6, to: "small" },
              { from: 0.3, to: "small", below: 0.7 },
            ],
          },
        ],
      },
      0.7,
    );
    const models: string[] = [];
    let error: unknown;
    while (error === undefined && models.length < 50)
      await ask().then(
        ({ decision }) => models.push(decision.model),
        (caught: unknown) => {
          error = caught;
        },
      );
    expect(models.slice(0, 3)).toEqual(["large", "large", "small"]);
    expect(models.length).toBe(2 + 10);
    expect(error).toMatchObject({ code: "budget-exceeded" });
  });

  it("alone refuses nothing", async () => {
    const soft = { ...budget, limitUsd: 0.01, onReached: "degrade" } as const;
    const { ask } = make({ budgets: [soft] });
    for (let call = 0; call < 30; call += 1) await ask();
    expect((await ask()).decision).toMatchObject({ model: "small", spend: { limitUsd: 0.01 } });
    expect((await ask()).decision.spend?.usedUsd).toBeGreaterThan(0.03);
  });

  it.each([
    ["kept", "small"],
    ["at-risk", "large"],
    ["broken", "large"],
    ["thrown", "large"],
  ] as const)("waits while a promise is %s: %s answers, and the hard limit holds", async (state, model) => {
    const promise = {
      state: (): PromiseState => {
        if (state === "thrown") throw new Error("no state");
        return state;
      },
    };
    const { ask, news } = make({ budgets: [{ ...budget, limitUsd: 0.04 }], promise });
    await ask({ model: "large" });
    const { decision } = await ask();
    expect(decision.model).toBe(model);
    await ask();
    if (model === "small") return;
    expect(decision.degraded).toBeUndefined();
    expect(news.map(({ type }) => type)).toEqual(["budget-degraded", "budget-degrade-withheld"]);
    await ask();
    await expect(ask({ model: "large" })).rejects.toMatchObject({ code: "budget-exceeded" });
    expect(news.at(-1)?.type).toBe("budget-reached");
  });

  it("does not touch a pin", async () => {
    const { ask } = make({ budgets: [budget] });
    await ask({ model: "large" });
    expect((await ask({ model: "large" })).decision).toMatchObject({ model: "large", degraded: undefined });
  });
});

describe("a budget from a date to come", () => {
  it("holds until then in a period of its own, and counts nothing of it after", async () => {
    const from = new Date(noon + 3_600_000).toISOString();
    const { ask, pass, router } = make({
      policy: always("large"),
      budgets: [{ name: "contract", limitUsd: 0.01, period: "total", from }],
    });
    await ask();
    const refused = await ask().catch((error: unknown) => error);
    expect(isRouterError(refused, "budget-exceeded") && refused).toMatchObject({
      resetsAt: noon + 3_600_000,
      message: expect.stringContaining(`in total from ${from}`),
    });
    const state = router.exportState();
    pass(3_600_000);
    router.restoreState(state);
    expect((await ask()).decision.budgets).toMatchObject([{ used: 0, resetsAt: undefined }]);
    await expect(ask()).rejects.toThrow(/contract/);
  });
});

describe("exported spend", () => {
  const budgets = [
    { name: "tenant", limitUsd: 1, period: "day", per: "tenant" },
    { name: "user", limitTokens: 10_000, period: "month", per: { label: "user" } },
  ] as const;
  const spent = async () => {
    const { ask, router } = make({ budgets });
    await ask({ tenant: "t", labels: { user: "u" } });
    return JSON.parse(JSON.stringify(router.exportState())) as RouterState;
  };

  it("of several budgets is restored, also under another limit", async () => {
    const state = await spent();
    const { router } = make({ budgets: [{ ...budgets[0], limitUsd: 2 }, budgets[1]] });
    router.restoreState(state);
    expect(router.exportState().spend).toEqual(state.spend);
    const request = {
      messages: [{ role: "user" as const, content: "x" }],
      tenant: "t",
      labels: { user: "u" },
    };
    expect((await router.decide(request)).budgets).toMatchObject([
      { used: 0.01, limit: 2 },
      { used: 110, limit: 10_000 },
    ]);
  });

  it("of a budget that changed is refused with the way out, and nothing changes", async () => {
    const state = await spent();
    const { router, ask } = make({ budgets: [{ ...budgets[0], period: "month" }, budgets[1]] });
    await ask({ tenant: "t" });
    const before = router.exportState();
    expect(() => router.restoreState(state)).toThrow(/another name/);
    expect(router.exportState()).toEqual(before);
    // Under another name it begins again, and the accounts of the old one are left out.
    const renamed = make({ budgets: [{ ...budgets[0], name: "tenant-month", period: "month" }, budgets[1]] });
    renamed.router.restoreState(state);
    expect(renamed.router.exportState().spend?.accounts.map(({ budget }) => budget)).toEqual(["user"]);
  });

  it("of a budget that is cut from another moment is refused, too, whatever way that is written", () => {
    const budget = { name: "bill", limitUsd: 1, period: "month", timeZone: "Europe/Berlin" } as const;
    const { spend, ...rest } = make({ budgets: [{ ...budget, from: "2026-01-05" }] }).router.exportState();
    const restoreWith = (changed: object) => () =>
      make({ budgets: [{ ...budget, ...changed }] }).router.restoreState({ ...rest, spend });
    expect(restoreWith({ from: "2026-01-05T00:00:00+01:00" })).not.toThrow();
    expect(restoreWith({})).toThrow(/another name/);
    expect(restoreWith({ from: "2026-01-06" })).toThrow(/another name/);
    expect(restoreWith({ period: "week", from: "2026-01-05" })).toThrow(/another name/);
  });

  it("of the earlier format is read", async () => {
    const { router } = make({ budgets: [{ limitUsd: 1, period: "day", per: "tenant" }] });
    const accounts = [{ tenant: "t", periodStart: Date.UTC(2026, 0, 31), usedUsd: 0.25 }];
    const spend = { formatVersion: 1, accounts };
    router.restoreState({ ...router.exportState(), spend } as unknown as RouterState);
    expect(router.exportState().spend?.accounts).toMatchObject([{ tenant: "t", usedUsd: 0.25 }]);
    const tokens = make({ budgets: [{ limitTokens: 5, period: "day" }] }).router;
    expect(() => tokens.restoreState({ ...tokens.exportState(), spend } as unknown as RouterState)).toThrow(
      /state.spend.formatVersion/,
    );
  });

  it.each([
    [-1, "usedUsd"],
    [Number.NaN, "usedUsd"],
    [1e9, "usedUsd"],
    ["1", "usedUsd"],
  ])("with %s dollars is refused", async (usedUsd, field) => {
    const { router } = make({ budgets: [{ limitUsd: 1, period: "day" }] });
    const state = router.exportState();
    const spend = {
      ...state.spend,
      accounts: [{ budget: "router-usd-day", periodStart: 0, usedUsd }],
    };
    expect(() => router.restoreState({ ...state, spend } as unknown as RouterState)).toThrow(
      expect.objectContaining({ option: `state.spend.accounts[0].${field}` }),
    );
  });
});
