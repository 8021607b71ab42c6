import { describe, expect, it, vi } from "vitest";
import { always, threshold } from "../../../policies/index.ts";
import { type Classifier, ProviderError } from "../../../src/contracts/index.ts";
import { createRouter, type Router } from "../../../src/index.ts";
import {
  createDriftMonitor,
  createHoldOut,
  createPromise,
  createRollout,
  errors,
} from "../../../src/loop/index.ts";
import { type DashboardOptions, dashboard, type Frames } from "../../../src/serve/status/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const price = { usdPerMillionInputTokens: 1_000, usdPerMillionOutputTokens: 4_000 };
const seen = (shown: Frames) => shown.frame({ window: "15m", seq: 0, statesSeq: 0 });

function routerOf(options: object = {}): Router {
  const models = { small: fakeModel({ model: "small", price }), large: fakeModel({ model: "large" }) };
  return createRouter({ models, policy: always("small"), ...options }) as unknown as Router;
}

describe("a recording of a router", () => {
  it("has its requests, failures and budgets", async () => {
    const failing = fakeModel({
      model: "small",
      price,
      error: new ProviderError({ kind: "server", model: "small" }),
    });
    const router = createRouter({
      models: { small: failing, large: fakeModel({ model: "large", price }) },
      policy: always("small"),
      budgets: [{ name: "day", limitUsd: 1_000, period: "day" }],
    }) as unknown as Router;
    const shown = dashboard(router);
    await router.route("hello");
    await expect(
      router.route({ messages: [{ role: "user", content: "x" }], model: "none" } as never),
    ).rejects.toThrow();
    const { totals, rows, states } = await seen(shown);
    expect(totals).toMatchObject({ requests: 2, failed: 1 });
    expect(rows).toMatchObject([{ model: "small", answeredBy: "large", runnerUp: "large" }]);
    expect(rows[0]?.attempts[0]).toMatchObject({ model: "small", error: "server" });
    expect(states?.budgets).toMatchObject([{ name: "day", unit: "usd", limit: 1_000, accounts: 1 }]);
    expect(states?.promises).toBeUndefined();
    await router.close();
  });

  it("holds nothing of prompts, answers, sessions, tenants, labels and texts of errors", async () => {
    const canary = (name: string) => `canary-${name}-7f3a`;
    const error = Object.assign(
      new ProviderError({ kind: "server", model: "small", detail: canary("detail") }),
      { cause: canary("cause") },
    );
    const router = createRouter({
      models: {
        small: fakeModel({ model: "small", price, error }),
        large: fakeModel({ model: "large", price, answer: canary("answer") }),
      },
      policy: always("small"),
      budgets: [{ name: "each", limitUsd: 1_000, period: "day", per: "tenant" }],
    }) as unknown as Router;
    const shown = dashboard(router);
    const request = {
      messages: [
        { role: "system", content: canary("system") },
        { role: "user", content: canary("prompt") },
        {
          role: "assistant",
          content: null,
          tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: canary("call") } }],
        },
        { role: "tool", tool_call_id: "c", content: canary("tool") },
      ],
      session: canary("session"),
      tenant: canary("tenant"),
      labels: { team: canary("label") },
    };
    await router.route(request as never);
    await router.decide(request as never);
    const frame = await seen(shown);
    expect(frame.rows).toHaveLength(1);
    expect(JSON.stringify(frame)).not.toContain("canary");
    await router.close();
  });

  it("reads hold-out, promise, rollout and drift, each by itself", async () => {
    const salt = "a secret of the tests";
    const holdOut = createHoldOut({
      policy: threshold({ small: "small", large: "large", at: 0.7 }),
      large: "large",
      salt,
    });
    const promise = createPromise({ name: "desk", maxLoss: 0.02 });
    const rollout = createRollout({
      id: "r",
      salt,
      unit: "session",
      control: always("small"),
      candidate: always("large"),
      stages: [{ share: 0.1 }, { share: 1 }],
      guards: [errors({ margin: 0.01 })],
    } as never);
    const drift = createDriftMonitor({});
    const broken = {
      status: () => {
        throw new Error("secret");
      },
    };
    const router = routerOf({ policy: holdOut.policy });
    const shown = dashboard(router, {
      holdOut,
      drift,
      promises: [promise],
      rollouts: [rollout, broken as never],
    });
    await router.route({ messages: [{ role: "user", content: "hi" }], session: "s" });
    const { states } = await seen(shown);
    expect(states?.saving).toMatchObject({ confidence: 0.95 });
    expect(states?.promises).toMatchObject([{ name: "desk", maxLoss: 0.02, state: "not-enough-evidence" }]);
    expect(states?.rollouts).toMatchObject([{ id: "r", stages: [0.1, 1], state: "running" }]);
    expect(states?.drift).toMatchObject({ windows: 0, alarms: [] });
    expect(states?.arms).toMatchObject([{ comparison: "hold-out" }]);
    expect(states?.unreadable).toEqual(["rollout"]);
    expect(JSON.stringify(states)).not.toContain("secret");
    await router.close();
    await rollout.close();
  });

  it("tells states once, until they change", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const router = routerOf();
    const shown = dashboard(router);
    const first = await shown.frame({ window: "1h", seq: 0, statesSeq: 0 });
    const asked = { window: "1h", seq: first.seq, statesSeq: first.statesSeq } as const;
    expect((await shown.frame(asked)).states).toBeUndefined();
    await router.replace({ policy: always("large"), reason: "test" } as never);
    vi.advanceTimersByTime(3_000);
    const { states } = await shown.frame(asked);
    expect(states?.news).toMatchObject([{ tone: "plain", text: "Replaced: policy" }]);
    vi.useRealTimers();
    await router.close();
  });

  it("does not wait for a store that hangs", async () => {
    const router = Object.create(routerOf(), {
      readBudgets: { value: () => new Promise(() => {}) },
    }) as Router;
    const { states } = await seen(dashboard(router, { readTimeoutMs: 10 }));
    expect(states?.budgets).toBeUndefined();
    expect(states?.unreadable).toEqual(["budgets"]);
  });

  it("goes on over the change of a router, and counts each event once", async () => {
    const router = routerOf();
    const shown = dashboard(router);
    await router.route("one");
    const same = dashboard(router, { after: shown });
    await router.route("two");
    const other = routerOf();
    const next = dashboard(other, { after: same });
    await other.route("three");
    await router.route("four, of the router that leaves");
    expect(next.epoch).toBe(shown.epoch);
    expect(await seen(next)).toMatchObject({ seq: 4, totals: { requests: 4 } });
    next.close();
    await other.route("five");
    expect((await seen(next)).seq).toBe(4);
    await router.close();
    await other.close();
  });

  it("never disturbs a request, whatever a classifier or a provider says", async () => {
    const classifier: Classifier = {
      name: "odd",
      version: "1",
      classify: () => ({ complexity: 1, quality: { small: 0.5 } }),
    };
    const router = createRouter({
      models: {
        small: fakeModel({
          model: "small",
          usage: { inputTokens: 1e300, outputTokens: Number.MAX_VALUE },
          price,
        }),
      },
      policy: always("small"),
      classifier,
    });
    const shown = dashboard(router);
    for (let count = 0; count < 3; count += 1) await router.route("hello");
    const frame = await seen(shown);
    expect(frame.totals.requests).toBe(3);
    expect(JSON.parse(JSON.stringify(frame))).toMatchObject({ totals: { requests: 3 } });
    await router.close();
  });
});

it("refuses options that are wrong, by name", () => {
  const router = routerOf();
  const made = (options: object) => () => dashboard(router, options as DashboardOptions);
  expect(made({ reference: "huge" })).toThrow(/dashboard\.reference/);
  expect(made({ rollouts: Array(21).fill({ status() {} }) })).toThrow(/dashboard\.rollouts/);
  expect(made({ after: {} })).toThrow(/dashboard\.after/);
});
