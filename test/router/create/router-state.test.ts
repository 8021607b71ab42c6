import { describe, expect, it } from "vitest";
import { always, threshold } from "../../../policies/index.ts";
import type { PolicyContext } from "../../../src/contracts/index.ts";
import {
  type Classifier,
  createRouter,
  isRouterError,
  type Policy,
  type RouterOptions,
  type RouterState,
} from "../../../src/index.ts";
import { type FakeModelOptions, fakeModel } from "../../../src/testing/index.ts";

type Id = "small" | "large";
const price = (input: number) => ({ usdPerMillionInputTokens: input, usdPerMillionOutputTokens: 0 });
const perRequest = (usd: number) => ({ ...price(0), usdPerRequest: usd });

/** A call costs 1.4 USD on small and 14 on large. */
function make(
  options: Partial<RouterOptions<Id>> = {},
  models: { small?: FakeModelOptions; large?: FakeModelOptions } = {},
) {
  const seen: PolicyContext<Id>[] = [];
  let now = Date.UTC(2026, 0, 1, 12);
  const { policy = always("small"), ...rest } = options;
  const watched: Policy<Id> = {
    ...policy,
    select(context: PolicyContext<Id>) {
      seen.push(context);
      return (policy as Policy<Id>).select(context);
    },
  } as Policy<Id>;
  const router = createRouter({
    models: {
      small: fakeModel({ model: "small", price: perRequest(1.4), ...models.small }),
      large: fakeModel({ model: "large", price: perRequest(14), ...models.large }),
    },
    policy: watched,
    clock: () => now,
    execution: { retries: 0 },
    ...rest,
  });
  const pass = (ms: number) => {
    now += ms;
  };
  return { router, seen, pass };
}

const inSession = (content: string, session = "s") => ({
  session,
  messages: [{ role: "user" as const, content }],
});

describe("a session", () => {
  it("is known to the policy and the decision once it was answered; deciding alone leaves it as it is", async () => {
    const { router, seen, pass } = make();
    await router.decide(inSession("a"));
    await router.route(inSession("a"));
    pass(2_000);
    const { decision } = await router.route({ ...inSession("b"), model: "large" });
    expect(decision.session).toMatchObject({
      model: "small",
      turns: 1,
      idleMs: 2_000,
      toolLoopPending: false,
    });
    const last = await router.decide(inSession("c"));
    expect(last.session).toMatchObject({ model: "large", turns: 2 });
    expect(seen.map(({ session }) => session?.model)).toEqual([undefined, undefined, "large"]);
    expect((await router.decide("no session")).session).toBeUndefined();
    expect((await router.decide({ ...inSession("d"), tenant: "other" })).session).toBeUndefined();
  });

  it("belongs to the model that has answered, not to the one that was planned", async () => {
    const { router } = make({}, { small: { error: new Error("broken") } });
    await router.route(inSession("a"));
    expect((await router.decide(inSession("b"))).session?.model).toBe("large");
  });

  it("is known after a stream too", async () => {
    const { router } = make();
    for await (const _ of router.stream(inSession("a")));
    expect((await router.decide(inSession("b"))).session?.turns).toBe(1);
  });

  it.each(["session", "tenant"])("refuses a %s of a megabyte", async (field) => {
    const { router } = make();
    const request = { ...inSession("a"), [field]: "x".repeat(1 << 20) };
    await expect(router.decide(request)).rejects.toMatchObject({ code: "invalid-request", field });
  });
});

describe("a budget", () => {
  it("tells policy and decision what is used, and is settled with what calls have cost", async () => {
    const { router } = make({ budgets: [{ limitUsd: 100, period: "day" }] });
    const { costUsd } = await router.route("Hello there");
    expect((await router.decide("Hello there")).spend).toEqual({ usedUsd: costUsd, limitUsd: 100 });
  });

  it("forbids the models that do not fit, and refuses if none does", async () => {
    const { router, pass } = make({
      budgets: [{ limitUsd: 5, period: "day" }],
      policy: threshold({ small: "small", large: "large", at: 0 }),
    });
    const { decision } = await router.route("Hello there");
    expect(decision.model).toBe("small");
    expect(decision.candidates[1]?.permitted).toMatch(/^budget: costs up to 14.0 USD, 5.00 USD are left$/);
    let error: unknown;
    for (let call = 0; call < 10 && error === undefined; call += 1)
      await router.route("Hello there").catch((caught: unknown) => {
        error = caught;
      });
    if (!isRouterError(error, "budget-exceeded")) throw error;
    expect(error.message).toMatch(
      /^the budget of 5 USD per day is not enough: small: costs up to .*; large: costs/,
    );
    expect(error.limitUsd).toBe(5);
    await expect(router.route({ ...inSession("x"), model: "small" })).rejects.toMatchObject({
      code: "budget-exceeded",
    });
    pass(86_400_000);
    expect((await router.decide("Hello there")).spend?.usedUsd).toBe(0);
  });

  it("is not the reason when no other constraint permits the request either", async () => {
    const { router } = make({ budgets: [{ limitUsd: 1e-9, period: "day" }] });
    const nobody = { name: "nobody", permits: () => "never" };
    const request = { ...inSession("a"), constraints: [nobody] };
    await expect(router.decide(request)).rejects.toMatchObject({ code: "no-eligible-model" });
  });

  it("is not exceeded by requests at the same time, and those that are refused hold nothing", async () => {
    const slow: Classifier = {
      name: "slow",
      version: "1",
      classify: async () => ({ complexity: 0 }),
    };
    const { router } = make({ budgets: [{ limitUsd: 5, period: "day" }], classifier: slow });
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => router.route("Hello there")));
    const paid = results.flatMap((one) => (one.status === "fulfilled" ? [one.value.costUsd ?? 0] : []));
    expect(paid).toEqual([1.4, 1.4, 1.4]);
    expect(router.exportState().spend?.accounts[0]?.usedUsd).toBeCloseTo(4.2, 9);
    for (const one of results)
      if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "budget-exceeded" });
  });

  it("is not used up by an impossible count: it is estimated, and the state can be restored", async () => {
    const options = { budgets: [{ limitUsd: 100, period: "day" }] } as const;
    const absurd = { small: { price: price(200_000), usage: { inputTokens: 1e308, outputTokens: 1 } } };
    const { router } = make(options, absurd);
    const { attempts } = await router.route("Hello there");
    expect(attempts).toMatchObject([{ costEstimated: true, usage: { inputTokens: 7, outputTokens: 1 } }]);
    const state: RouterState = JSON.parse(JSON.stringify(router.exportState()));
    expect(state.spend?.accounts[0]?.usedUsd).toBeCloseTo(1.4, 9);
    make(options).router.restoreState(state);
  });

  it("holds for a stream until its consumer leaves", async () => {
    const { router } = make({ budgets: [{ limitUsd: 100, period: "day" }] });
    for await (const _ of router.stream("Hello there")) {
      expect(router.exportState().spend?.accounts[0]?.heldUsd).toBeGreaterThan(0);
      break;
    }
    const used = router.exportState().spend?.accounts[0]?.usedUsd;
    expect(used).toBeGreaterThan(0);
    // Settled: nothing is held.
    expect((await router.decide("x")).spend?.usedUsd).toBe(used);
  });

  it("counts what a classifier spends, also if there is no answer", async () => {
    const judge = fakeModel({ model: "judge", price: price(200_000) });
    const asking: Classifier = {
      name: "asking",
      version: "1",
      async classify(_, hop) {
        await hop.generate(judge, { messages: [{ role: "user", content: "How hard?" }] });
        return { complexity: 0 };
      },
    };
    const { router } = make({
      budgets: [{ limitUsd: 50, period: "day" }],
      classifier: asking,
      policy: always("small"),
    });
    await router.decide("x");
    expect(router.exportState().spend?.accounts[0]?.usedUsd).toBeGreaterThan(0);
  });
});

describe("state", () => {
  it("survives a restart: sessions, spend and means", async () => {
    const budget = { limitUsd: 100, period: "day", per: "tenant" } as const;
    const first = make({ budgets: [budget] });
    await first.router.route({ ...inSession("Hello there"), tenant: "t" });
    const state = JSON.parse(JSON.stringify(first.router.exportState())) as RouterState;
    const second = make({ budgets: [budget] });
    second.router.restoreState(state);
    const request = { ...inSession("Again"), tenant: "t" };
    const [before, after] = await Promise.all([first.router.decide(request), second.router.decide(request)]);
    expect(after.session).toMatchObject({ model: "small", turns: 1 });
    expect(after).toEqual({ ...before, id: after.id, draw: after.draw });
    expect(second.router.exportState()).toEqual(first.router.exportState());
  });

  it("is refused as a whole if a part of it is wrong", async () => {
    const { router } = make({ budgets: [{ limitUsd: 100, period: "day" }] });
    await router.route(inSession("Hello there"));
    const before = router.exportState();
    const broken = { ...before, sessions: { formatVersion: 1, sessions: [] }, spend: { formatVersion: 7 } };
    const restore = (state: unknown) => () => router.restoreState(state as RouterState);
    expect(restore(broken)).toThrow(
      expect.objectContaining({ code: "invalid-option", option: "state.spend" }),
    );
    expect(restore({ ...before, formatVersion: 2 })).toThrow(/state\.formatVersion must be 1/);
    expect(restore({ ...before, sesions: {} })).toThrow(/state\.sesions/);
    expect(restore(null)).toThrow(expect.objectContaining({ code: "invalid-option" }));
    expect(router.exportState()).toEqual(before);
  });

  it("that is refused also leaves counts alone that are not exported", async () => {
    const limits = { requestsPerMinute: 1 };
    const { router } = make({ execution: { limits } });
    await router.route({ ...inSession("Hello there"), model: "small" });
    const broken = { ...router.exportState(), limits: [{}] };
    expect(() => router.restoreState(broken as never)).toThrow("state.limits[0].");
    await expect(
      router.route({ ...inSession("Hello again"), model: "small", deadlineMs: 1_000 }),
    ).rejects.toThrow(/its limit of 1 requests per minute is reached/);
  });
});
