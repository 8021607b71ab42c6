import { describe, expect, it } from "vitest";
import { always, boundary, except, maxCost, only, threshold } from "../../../policies/index.ts";
import type { Constraint, QualityPromise, RouterEvent } from "../../../src/contracts/index.ts";
import { type BudgetOptions, createRouter, type RouterOptions } from "../../../src/index.ts";
import { createPromise, keepPromise } from "../../../src/loop/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

type Id = "small" | "mid" | "large";

const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1 };
const ofDay: BudgetOptions<Id> = { limitUsd: 5, period: "day" };

function make(options: Partial<RouterOptions<Id>> = {}, priced: readonly Id[] = ["mid", "large"]) {
  const events: RouterEvent[] = [];
  const modelOf = (id: Id) =>
    fakeModel({
      model: id,
      labels: id === "large" ? { region: "eu" } : {},
      ...(priced.includes(id) && { price }),
    });
  const models = { small: modelOf("small"), mid: modelOf("mid"), large: modelOf("large") };
  const router = createRouter<typeof models>({
    models,
    policy: always("large"),
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { router, events };
}

describe("a budget in dollars and models of unknown price", () => {
  it("are no router where all requests would go to the one model that has a price", () => {
    expect(() => make({ budgets: [ofDay] }, ["large"])).toThrow(
      'budgets[0].unpriced must be "allow", or else a price given for small, mid, since all requests would go to large, got "refuse"',
    );
    expect(() => make({ budgets: [{ ...ofDay, limitUsd: undefined, limitTokens: 9 }, ofDay] }, [])).toThrow(
      'budgets[1].unpriced must be "allow", or else a price given for small, mid, large, since no request could be answered',
    );
    expect(() => make({ budgets: [ofDay], constraints: [only("small", "mid")] })).toThrow(
      "a price given for small, since all requests would go to mid",
    );
  });

  it("are told of once where several models have prices, and shown by the router", () => {
    const { router, events } = make({ budgets: [ofDay] });
    const reason =
      'its price is not known, and the budget of 5 USD per day refuses that: give it a price, or the budget unpriced: "allow"';
    expect(events).toEqual([
      { type: "model-life", kind: "unpriced", model: "small", name: "fake:small", reason },
    ]);
    expect(router.neverCalled).toEqual({ small: { kind: "unpriced", reason } });
  });

  it.each<[string, BudgetOptions<Id>]>([
    ["in tokens", { limitTokens: 1_000, period: "day" }],
    ["that only soft limits bound", { ...ofDay, onReached: "degrade", degrade: { from: 0.5, to: "small" } }],
    ["that allows them", { ...ofDay, unpriced: "allow" }],
  ])("are no problem of a budget %s", (_, budget) => {
    const { router, events } = make({ budgets: [budget] }, []);
    expect([events, router.neverCalled]).toEqual([[], {}]);
  });

  it("are answered where the budget allows them, and counted by what is known", async () => {
    const { router } = make({ budgets: [{ ...ofDay, unpriced: "allow" }], policy: always("small") });
    const { decision, attempts } = await router.route("Hello");
    expect([decision.model, attempts[0]?.costUsd]).toEqual(["small", undefined]);
    expect(await router.readBudgets()).toMatchObject([{ used: 0, open: 0 }]);
    await router.route({ messages: [{ role: "user", content: "Hello" }], model: "large" });
    expect((await router.readBudgets())[0]?.used).toBeGreaterThan(0);
  });

  it("end a request with an error of their own where no priced model is left", async () => {
    const priceless = only<Id>("small");
    const { router, events } = make({ budgets: [ofDay] });
    const request = { messages: [{ role: "user" as const, content: "Hello" }] };
    const error = {
      code: "unpriced-models",
      name: "UnpricedModelsError",
      budget: "router-usd-day",
      message:
        'the budget of 5 USD per day needs prices, and no model with one is left for this request: small: its price is not known, and there is a budget; state price for the model, or unpriced: "allow" for the budget',
    };
    await expect(router.route({ ...request, constraints: [priceless] })).rejects.toMatchObject(error);
    await expect(router.route({ ...request, model: "small" })).rejects.toMatchObject(error);
    // Nothing is used up, and no alarm says so.
    expect(events.filter(({ type }) => type === "budget-reached")).toEqual([]);
  });

  it("are not the reason where a priced model does not fit what is left", async () => {
    const { router } = make({ budgets: [{ ...ofDay, limitUsd: 1e-9 }] });
    await expect(router.route("Hello")).rejects.toMatchObject({ code: "budget-exceeded" });
  });
});

describe("constraints that permit a model for no request", () => {
  it.each<[string, Constraint<Id>, Partial<Record<Id, string>>]>([
    ["only", only("mid", "large"), { small: "only: not among mid, large" }],
    ["except", except("mid"), { mid: "except: excluded" }],
    ["maxCost", maxCost({ usd: 1 }), { small: "maxCost: its price is not known" }],
    [
      "boundary",
      boundary({ label: "region", required: ["eu", "ch"] }),
      {
        small: "boundary: region is not known, every request requires eu or ch",
        mid: "boundary: region is not known, every request requires eu or ch",
      },
    ],
    [
      "boundary with a table",
      boundary({ label: "region", required: { byTenant: { clinic: "eu" }, otherwise: "us" } }),
      {
        small: "boundary: region is not known, every request requires eu or us",
        mid: "boundary: region is not known, every request requires eu or us",
      },
    ],
    [
      "a table that leaves some free",
      boundary({ label: "region", required: { byTenant: { clinic: "eu" } } }),
      {},
    ],
  ])("are told of: %s", (_, constraint, reasons) => {
    const { router, events } = make({ constraints: [constraint] });
    const expected = Object.entries(reasons).map(([model, reason]) => [
      model,
      { kind: "not-permitted", reason },
    ]);
    expect(router.neverCalled).toEqual(Object.fromEntries(expected));
    expect(events).toEqual(
      expected.map(([model, never]) => ({
        type: "model-life",
        model,
        name: `fake:${model}`,
        ...(never as object),
      })),
    );
  });

  it("are no router where they leave none", () => {
    expect(() => make({ constraints: [only("small"), except("small")] })).toThrow(
      "constraints must be constraints that permit a model for some request (small: except: excluded; mid: only: not among small; large: only: not among small), got an array of 2",
    );
  });

  it("are judged again when they are replaced, and refused if they leave none", async () => {
    const { router } = make();
    await router.replace({ constraints: [except("mid")], reason: "test" });
    expect(Object.keys(router.neverCalled)).toEqual(["mid"]);
    await expect(
      router.replace({ constraints: [except("small", "mid", "large")], reason: "test" }),
    ).rejects.toMatchObject({ code: "invalid-option", option: "constraints" });
    expect(Object.keys(router.neverCalled)).toEqual(["mid"]);
  });

  it("are not known of one that throws, or answers with anything but a text", () => {
    const odd = [
      () => {
        throw new Error("secret");
      },
      () => ({}),
      () => Promise.reject(new Error("late")),
      () => "",
    ].map((excludes) => ({ name: "odd", excludes, permits: () => true }) as unknown as Constraint<Id>);
    expect(make({ constraints: odd }).router.neverCalled).toEqual({});
  });
});

describe("a promise that nothing reads", () => {
  const promise: QualityPromise = { state: () => "kept" };
  const policy = threshold({ small: "small", large: "large", at: 0.5 });

  it("is refused, since it would change nothing", () => {
    expect(() => make({ promise, policy })).toThrow(
      "promise must be absent unless something reads it: a soft limit (budgets[].degrade), a tuning, or keepPromise(policy, { promise, otherwise })",
    );
    expect(() => make({ promise, policy, budgets: [ofDay] }, ["small", "mid", "large"])).toThrow(
      /^promise must/,
    );
  });

  it("is taken where a soft limit or a policy reads it", () => {
    const live = createPromise({ maxLoss: 0.02 });
    make({ promise: live, policy: keepPromise(policy, { promise: live, otherwise: "large" }) });
    make({ promise, policy, budgets: [{ ...ofDay, degrade: { from: 0.5, to: "mid" } }] });
  });
});
