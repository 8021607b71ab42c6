import { describe, expect, it } from "vitest";
import { maxCost } from "../../../policies/constraints/index.ts";
import { always } from "../../../policies/index.ts";
import type { Model, OwnGpu, RouterState } from "../../../src/contracts/index.ts";
import {
  createRouter,
  type Policy,
  ProviderError,
  type RouterEvent,
  spendMeter,
} from "../../../src/index.ts";
import { pool } from "../../../src/router/pools/index.ts";
import { type FakeModelOptions, fakeModel } from "../../../src/testing/index.ts";

const usage = { inputTokens: 100, outputTokens: 100 };
const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 2 };
const gpu: OwnGpu = { usdPerHour: 3.6 };

type Pass = (ms: number) => void;

/** A router with an own model and one of a provider, and a clock that the test moves. */
function make(own: FakeModelOptions = {}, more: object = {}, wrap?: (own: Model, pass: Pass) => Model) {
  let now = Date.UTC(2026, 10, 27, 12);
  const events: RouterEvent[] = [];
  const pass = (ms: number) => {
    now += ms;
  };
  const fake: Model = fakeModel({ model: "own", endpoint: "http://gpu:8000/v1", gpu, usage, ...own });
  const models = {
    own: wrap === undefined ? fake : wrap(fake, pass),
    cloud: fakeModel({ model: "cloud", usage, price }),
  };
  const router = createRouter({
    models,
    policy: always("own"),
    clock: () => now,
    random: () => 0,
    onEvent: (event: RouterEvent) => void events.push(event),
    ...more,
  });
  /** Sends that many requests over a time, evenly. */
  const send = async (count: number, ms: number) => {
    for (let one = 0; one < count; one += 1) {
      await router.route("Hello");
      pass(ms / count);
    }
  };
  return { router, models, events, pass, send };
}

describe("a model on own GPUs", () => {
  it("has no known cost before anything is measured, and says so", async () => {
    const { router } = make();
    const { attempts, costUsd, decision } = await router.route("Hello");
    expect(costUsd).toBeUndefined();
    expect(attempts[0]).toMatchObject({
      ownGpu: true,
      unpriced: "what its GPUs do was not measured yet when the call began",
    });
    const [own] = decision.candidates;
    expect(own?.estimatedCostUsd).toBeUndefined();
    expect(own?.unknown).toContain("price");
    expect(own?.gpu).toEqual({
      cost: "average",
      inBudgets: false,
      unknown: "no tokens were measured on its GPUs in the last hour",
    });
    expect(() => JSON.stringify(decision)).not.toThrow();
  });

  it("costs its share of the machine: 20 calls of 500 weighted tokens in 100 s at 0.001 USD a second", async () => {
    const { router, send } = make();
    await send(20, 100_000);
    const { costUsd, decision } = await router.route("Hello");
    // 0.1 USD for 20 x (100 + 4 x 100) tokens is 10 USD a million; this call has 500 of them.
    expect(costUsd).toBeCloseTo(0.005);
    expect(decision.candidates[0]?.gpu).toMatchObject({
      cost: "average",
      basis: "measured",
      usdPerMillionInputTokens: expect.closeTo(10),
      usdPerMillionOutputTokens: expect.closeTo(40),
    });
    expect(decision.candidates[1]?.estimatedCostUsd).toBeGreaterThan(0);
    expect(decision.expectedCostUsd).toBe(decision.candidates[0]?.estimatedCostUsd);
  });

  it("adds up over an hour to what the machine costs", async () => {
    const { router, events, send } = make();
    await send(60, 3_600_000);
    events.length = 0;
    await send(600, 3_600_000);
    const sum = events.reduce(
      (usd, event) => usd + (event.type === "attempt-ended" ? (event.attempt.costUsd ?? Number.NaN) : 0),
      0,
    );
    // The price follows the traffic, which grew tenfold: the hour after is exact.
    events.length = 0;
    await send(600, 3_600_000);
    const after = events.reduce(
      (usd, event) => usd + (event.type === "attempt-ended" ? (event.attempt.costUsd ?? Number.NaN) : 0),
      0,
    );
    expect(sum).toBeGreaterThan(3.6);
    expect(after / 3.6).toBeCloseTo(1, 1);
    await router.close();
  });

  it("is chosen by a policy that prefers what is known to be the cheaper one", async () => {
    const policy: Policy<"own" | "cloud"> = {
      name: "cheapest",
      select({ candidates }) {
        const costOf = (one: (typeof candidates)[number]) => one.estimatedCostUsd ?? Number.POSITIVE_INFINITY;
        const [first] = [...candidates].sort((one, other) => costOf(one) - costOf(other));
        return { model: first?.id ?? "own", reason: "cheapest" };
      },
    };
    const { router, pass } = make({ gpu: { ...gpu, usdPerHour: 0.001 } }, { policy });
    expect((await router.decide("Hello")).model).toBe("cloud");
    for (let one = 0; one < 20; one += 1) {
      await router.route({ model: "own", messages: [{ role: "user", content: "Hello" }] });
      pass(5_000);
    }
    expect((await router.decide("Hello")).model).toBe("own");
  });

  it("counts in savings and in the sums of spend", async () => {
    const meter = spendMeter();
    const { send } = make({}, { onEvent: meter });
    await send(40, 200_000);
    const { total } = meter.report();
    expect(total.costUsd).toBeGreaterThan(0);
    expect(total.ownGpuUsd).toBe(total.costUsd);
    expect(total.unknown).toBeGreaterThan(0);
  });
});

describe("an engine that states its times", () => {
  /** A model whose calls each take `tookMs`, of which the engine states `workedMs`. */
  function timed(cost: { workedMs: number; tookMs: number }, own: FakeModelOptions = {}, more: object = {}) {
    const timings = () => ({ prompt_n: 100, prompt_ms: 0, predicted_n: 100, predicted_ms: cost.workedMs });
    const made = make(own, more, (model, pass) => ({
      ...model,
      generate: async (request, options) => {
        pass(cost.tookMs);
        return { ...(await model.generate(request, options)), timings: timings() };
      },
      stream: async function* (request, options) {
        pass(cost.tookMs);
        for await (const chunk of model.stream(request, options))
          yield chunk.usage ? { ...chunk, timings: timings() } : chunk;
      },
    }));
    /** Sends calls, each 3.5 s after the last one. */
    const warm = async (count: number) => {
      for (let one = 0; one < count; one += 1) {
        await made.router.route("Hello");
        made.pass(3_500);
      }
    };
    return { ...made, cost, warm };
  }

  it("has calls billed by them, the first by its tokens", async () => {
    const { router, cost, warm } = timed({ workedMs: 1_000, tookMs: 1_500 });
    await warm(20);
    // 0.001 USD a second for 5 s a call that works one: 0.005 USD for a second of work.
    const usual = await router.route("Hello");
    expect(usual.attempts[0]).toMatchObject({ engineMs: 1_000, costSource: "timings" });
    expect(usual.costUsd).toBeCloseTo(0.005, 3);
    expect(usual.decision.candidates[0]?.gpu?.usdPerEngineSecond).toBeCloseTo(0.005, 3);
    // Three times the work for as many tokens costs three times as much; the wait for its turn nothing.
    cost.workedMs = 3_000;
    cost.tookMs = 60_000;
    const stream = router.stream("Hello");
    for await (const _ of stream);
    const { attempts } = await stream.result;
    expect(attempts[0]).toMatchObject({ engineMs: 3_000, costSource: "timings" });
    expect(attempts[0]?.costUsd).toBeCloseTo(0.015, 3);
    expect(attempts[0]?.atLeastUsd).toBeUndefined();
  });

  it("is billed by tokens where its times cannot be true, from the least to the most of what was cached", async () => {
    const { router, cost, warm } = timed({ workedMs: 1_000, tookMs: 1_500 });
    await warm(20);
    cost.workedMs = 2_000;
    const { attempts } = await router.route("Hello");
    expect(attempts[0]).toMatchObject({ costSource: "tokens" });
    expect(attempts[0]?.engineMs).toBeUndefined();
    // 500 weighted tokens; 410 if the prompt was in the cache.
    expect((attempts[0]?.atLeastUsd ?? 0) / (attempts[0]?.costUsd ?? 0)).toBeCloseTo(410 / 500);
  });

  it("costs no more than was reserved for the call where budgets count it", async () => {
    const own = { ...gpu, inBudgets: true, fullOutputTokensPerSecond: 1_000 };
    const budgets = [{ name: "day", limitUsd: 1, period: "day" }];
    const { router, cost, warm } = timed(
      { workedMs: 100, tookMs: 200 },
      { gpu: own, maxOutputTokens: 100 },
      { budgets },
    );
    await warm(3);
    cost.workedMs = cost.tookMs = 3_600_000;
    const { attempts, costUsd } = await router.route("Hello");
    expect(attempts[0]).toMatchObject({ costSource: "timings", engineMs: 3_600_000 });
    // By its tokens it costs about 0.000125 USD; an hour of the machine is 3.60.
    expect(costUsd).toBeGreaterThan(0.0001);
    expect(costUsd).toBeLessThan(0.001);
  });
});

describe("budgets", () => {
  const budgets = [{ name: "day", limitUsd: 0.001, period: "day" }];

  it("do not count what is paid anyway, measured or not", async () => {
    const { router, send } = make({}, { budgets });
    await send(40, 400_000);
    const { costUsd } = await router.route({ messages: [{ role: "user", content: "Hi" }], maxCostUsd: 1e-9 });
    expect(costUsd).toBeGreaterThan(0.001);
    expect(router.exportState().spend?.accounts).toMatchObject([{ usedUsd: 0 }]);
  });

  it("permit it under maxCost with no cost that is known", async () => {
    const { router } = make({}, { constraints: [maxCost({ usd: 0 })] });
    const { decision } = await router.route("Hello");
    expect(decision.candidates.map(({ permitted }) => permitted)).toEqual([true, expect.any(String)]);
  });

  it("do not count it for the members of a pool either, in streams and after failures", async () => {
    let fails = false;
    const at = (endpoint: string) =>
      fakeModel({
        model: "qwen",
        endpoint,
        gpu,
        usage,
        answer: () => {
          fails = !fails;
          if (fails) throw new ProviderError({ kind: "server", model: "qwen" });
          return "ok";
        },
      });
    const qwen = pool("qwen", [at("http://a/v1"), at("http://b/v1")]);
    let now = Date.UTC(2026, 10, 27);
    const router = createRouter({
      models: { qwen },
      policy: always("qwen"),
      budgets: [{ name: "day", limitUsd: 1e-6, period: "day" }],
      execution: {
        backoffBaseMs: 0,
        breaker: { failureRatio: 1 },
        retryBudget: { minPerSecond: 100, ratio: 10 },
      },
      clock: () => now,
    });
    for (let one = 0; one < 30; one += 1) {
      const stream = router.stream({ messages: [{ role: "user", content: "Hi" }], maxCostUsd: 1e-9 });
      for await (const _ of stream);
      const { attempts } = await stream.result;
      expect(attempts.every(({ ownGpu }) => ownGpu === true)).toBe(true);
      now += 5_000;
    }
    expect(router.exportState().spend?.accounts).toMatchObject([{ usedUsd: 0 }]);
    const { candidates, expectedCostUsd } = await router.decide("Hi");
    expect(candidates[0]?.gpu?.basis).toBe("measured");
    expect(expectedCostUsd).toBeGreaterThan(1e-6);
  });

  it("count it with inBudgets, from the first call on, and refuse at the limit", async () => {
    // 0.001 USD a second / (1,000 x 4) tokens a second: 500 weighted tokens are 0.000125 USD.
    const own = { ...gpu, inBudgets: true, fullOutputTokensPerSecond: 1_000 };
    const { router } = make({ gpu: own, maxOutputTokens: 100 }, { budgets, policy: always("own") });
    const first = await router.route("Hello");
    expect(first.costUsd).toBeCloseTo(0.000125);
    let sent = 1;
    await expect(
      (async () => {
        for (; sent < 100; sent += 1)
          await router.route({ messages: [{ role: "user", content: "Hello" }], fallback: false });
      })(),
    ).rejects.toThrow(/budget|no model/i);
    expect(sent).toBeGreaterThan(4);
    const [account] = router.exportState().spend?.accounts ?? [];
    expect(account?.usedUsd).toBeLessThanOrEqual(0.001);
    expect(account?.usedUsd).toBeCloseTo(sent * 0.000125, 5);
  });
});

describe("the marginal cost", () => {
  it("is low on an idle machine and rises with the calls under way", async () => {
    const open: (() => void)[] = [];
    let isSlow = false;
    const wait = () => (isSlow ? new Promise<void>((resolve) => void open.push(resolve)) : Promise.resolve());
    const { router, pass } = make({ gpu: { ...gpu, cost: "marginal" }, wait });
    // A minute in which four calls were under way: each 15,000 weighted tokens a minute... of 500.
    isSlow = true;
    const four = [1, 2, 3, 4].map(() => router.route("Hello"));
    await new Promise((resolve) => setImmediate(resolve));
    pass(60_000);
    for (const end of open.splice(0)) end();
    await Promise.all(four);
    pass(60_000);
    const costNow = async () =>
      (await router.decide("Hello")).candidates[0]?.gpu?.usdPerMillionInputTokens ?? Number.NaN;
    const idle = await costNow();
    const seven = [1, 2, 3, 4, 5, 6, 7].map(() => router.route("Hello"));
    await new Promise((resolve) => setImmediate(resolve));
    const busy = await costNow();
    // One of four, and eight of four.
    expect(busy / idle).toBeCloseTo(8);
    for (const end of open.splice(0)) end();
    await Promise.all(seven);
  });
});

describe("state and pools", () => {
  it("goes on after a restart", async () => {
    const { router, send } = make();
    await send(20, 100_000);
    const state: RouterState = JSON.parse(JSON.stringify(router.exportState()));
    const next = make();
    next.pass(100_000);
    next.router.restoreState(state);
    const { candidates } = await next.router.decide("Hello");
    expect(candidates[0]?.gpu?.basis).toBe("measured");
    expect(() =>
      next.router.restoreState({ ...state, gpus: { formatVersion: 1, machines: [{}] } } as never),
    ).toThrow(/gpus\.machines\[0\]/);
  });

  it("is measured for each member of a pool, by its address", async () => {
    let now = 0;
    const at = (endpoint: string, usdPerHour: number) =>
      fakeModel({ model: "qwen", endpoint, gpu: { usdPerHour }, usage });
    const qwen = pool("qwen", [at("http://a/v1", 1), at("http://b/v1", 10)]);
    const router = createRouter({ models: { qwen }, policy: always("qwen"), clock: () => now });
    for (let one = 0; one < 60; one += 1) {
      await router.route("Hello");
      now += 5_000;
    }
    const machines = router
      .exportState()
      .gpus?.machines.map(({ machine }) => machine)
      .sort();
    expect(machines).toEqual(["http://a/v1", "http://b/v1"]);
    const { candidates } = await router.decide("Hello");
    // Of the member that costs the most.
    expect(candidates[0]?.gpu?.basis).toBe("measured");
    expect(candidates[0]?.estimatedCostUsd).toBeGreaterThan(0);
  });

  it("shares the GPUs of one address between models", async () => {
    const { router, send } = make({}, {});
    await send(20, 100_000);
    expect(router.exportState().gpus?.machines).toHaveLength(1);
  });
});

describe("wrong options", () => {
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ usdPerHour: 0 }, /models\.own\.gpu\.usdPerHour/],
    [{ usdPerHour: Number.NaN }, /usdPerHour/],
    [{ usdPerHour: 1, count: -1 }, /count/],
    [{ usdPerHour: 1, cost: "median" }, /"average" or "marginal"/],
    [{ usdPerHour: 1, inBudgets: true }, /fullOutputTokensPerSecond/],
    [{ usdPerHour: 1, inBudgets: "yes" }, /true or false/],
    [{ usdPerHour: 1, outputWeight: 0.5 }, /outputWeight/],
    [{ usdPerHour: 1, hours: 3 }, /hours/],
  ];
  it.each(wrong)("refuses %o", (given, message) => {
    expect(() => make({ gpu: given as never })).toThrow(message);
  });
  it("refuses a price too", () => {
    expect(() => make({ price })).toThrow(/absent where a price is given/);
  });
});
