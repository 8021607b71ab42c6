import { describe, expect, it } from "vitest";
import { always } from "../../../../policies/index.ts";
import { createRouter } from "../../../../src/index.ts";
import type { MetricsOptions } from "../../../../src/serve/metrics/options.ts";
import { prometheus } from "../../../../src/serve/metrics/prometheus/index.ts";
import {
  type AlarmRule,
  alarms,
  budgetBurn,
  driftActive,
  promiseAtRisk,
  rateAbove,
} from "../../../../src/serve/telemetry/alarms/index.ts";
import { fakeModel } from "../../../../src/testing/index.ts";

const price = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 1_000 };

function watching(rules: readonly AlarmRule[], options: Partial<MetricsOptions> = {}) {
  let now = 1_000_000;
  const told: string[] = [];
  const small = { ...fakeModel({ model: "small", usage: { inputTokens: 1, outputTokens: 10 } }), price };
  const router = createRouter({
    models: { small },
    policy: always("small"),
    budgets: [{ name: "day", limitUsd: 1, period: "day" }],
  });
  const metrics = prometheus(router, options as object);
  const alarm = alarms({
    metrics,
    rules,
    notify: ({ alarm, state }) => void told.push(`${alarm} ${state}`),
    everyMs: 0,
    now: () => now,
  });
  /** Moves the clock, sends requests of 1 cent each, and looks. */
  const step = async (ms: number, requests = 0) => {
    for (let n = 0; n < requests; n += 1) await router.route("hi");
    now += ms;
    await alarm.check();
    await new Promise((resolve) => setImmediate(resolve));
    return alarm.firing;
  };
  return { step, told, router, close: () => alarm.close() };
}

describe("budgetBurn", () => {
  it("fires when what is left lasts for less than it should, and ends when it lasts longer", async () => {
    const { step, told, close } = watching([budgetBurn({ emptyWithinMs: 3_600_000, windowMs: 600_000 })]);
    await step(0);
    // 1 % in 10 minutes: the rest lasts for 16 hours.
    expect(await step(600_000, 1)).toEqual([]);
    // 40 % more in 10 minutes: 59 % last for a quarter of an hour.
    expect(await step(600_000, 40)).toEqual(["budget-burn"]);
    expect(await step(600_000)).toEqual([]);
    expect(told).toEqual(["budget-burn firing", "budget-burn resolved"]);
    close();
  });

  it("says nothing of a budget that is not there", async () => {
    const { step, close } = watching([budgetBurn({ budget: "none" })]);
    await step(0);
    expect(await step(600_000, 50)).toEqual([]);
    close();
  });
});

describe("rules about states", () => {
  it("promiseAtRisk fires while a promise is at risk or broken", async () => {
    let state = "kept";
    const promise = { name: "quality", report: () => ({ state, maxLoss: 0.02 }) };
    const { step, close } = watching([promiseAtRisk()], { promises: [promise] });
    expect(await step(1_000)).toEqual([]);
    state = "at-risk";
    expect(await step(1_000)).toEqual(["promise-at-risk"]);
    state = "broken";
    expect(await step(1_000)).toEqual(["promise-at-risk"]);
    state = "kept";
    expect(await step(1_000)).toEqual([]);
    close();
  });

  it("driftActive fires while a monitor has an alarm, and not for one that throws", async () => {
    let alarming = false;
    const finding = { of: "score", verdict: "drift", value: 1, bound: 0.5 };
    const drift = [
      { status: () => ({ findings: [finding], alarms: alarming ? [{ of: "score" }] : [] }) },
      {
        status: () => {
          throw new Error("broken");
        },
      },
    ];
    const { step, close } = watching([driftActive({ forMs: 10_000 })], { drift });
    expect(await step(1_000)).toEqual([]);
    alarming = true;
    expect(await step(1_000)).toEqual([]);
    expect(await step(10_000)).toEqual(["drift"]);
    alarming = false;
    expect(await step(1_000)).toEqual([]);
    close();
  });
});

describe("a clock that jumps", () => {
  const rules = () => [
    rateAbove({
      name: "requests",
      of: { series: "requests_total" },
      above: 0.5,
      windowMs: 60_000,
      minCount: 0,
    }),
    budgetBurn({ windowMs: 60_000, emptyWithinMs: 1 }),
  ];

  it.each([
    ["back", -1e9],
    ["ahead", 1e9],
    ["to no number", Number.NaN],
  ])("%s fires nothing by itself, and rules go on after it", async (_, jump) => {
    const { step, close } = watching(rules());
    await step(0);
    for (let n = 0; n < 3; n += 1) expect(await step(15_000, 1)).toEqual([]);
    expect(await step(jump, 1)).toEqual([]);
    if (Number.isNaN(jump)) return close();
    expect(await step(15_000, 1)).toEqual([]);
    expect(await step(15_000, 20)).toEqual(["requests"]);
    expect(await step(60_000)).toEqual([]);
    close();
  });
});

it("a look at the series does not copy the sessions", async () => {
  const { step, router, close } = watching([promiseAtRisk()]);
  let copied = 0;
  Object.assign(router, {
    exportState: () => {
      copied += 1;
      throw new Error("not this one");
    },
  });
  for (let n = 0; n < 3; n += 1)
    await router.route({ messages: [{ role: "user", content: "hi" }], session: `s${n}` });
  await step(1_000);
  expect(copied).toBe(0);
  expect(router.readEndpoints()).toEqual({ breakers: [], limits: [] });
  close();
});
