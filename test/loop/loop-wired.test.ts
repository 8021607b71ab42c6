import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { always, firstOf, guarded } from "../../policies/index.ts";
import type { RouterEvent, Store } from "../../src/contracts/index.ts";
import { memoryStore } from "../../src/fleet/store/memory.ts";
import { createRouter, isRouterError } from "../../src/index.ts";
import {
  type AuditScore,
  auditJudge,
  createAudit,
  createDriftMonitor,
  createHoldOut,
  createPromise,
  createRollout,
  errors,
  keepPromise,
  quality,
  type RolloutOptions,
  sharePromise,
} from "../../src/loop/index.ts";
import { seededRandom } from "../../src/loop/statistics/seeded-random.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { salt } from "../support/rollout/rollout-world.ts";

type Id = "small" | "large" | "cheap";
const ask = { messages: [{ role: "user" as const, content: "Hello" }] };
const price = (usd: number) => ({
  usdPerMillionInputTokens: 0,
  usdPerMillionOutputTokens: 0,
  usdPerRequest: usd,
});

interface World {
  readonly rollout?: Partial<RolloutOptions<Id>>;
  /** Qualities of the small model's answer and the reference's. */
  readonly score?: () => AuditScore;
  readonly promise?: { readonly maxLoss: number; readonly everyMs?: number };
  readonly store?: Store;
  readonly seed?: number;
}

/** A router with all parts of the loop, from control `large` to candidate `small`. */
function looped({ rollout: given, score, promise: limits, store, seed = 1 }: World = {}) {
  const random = seededRandom(seed);
  const models = {
    small: fakeModel({ model: "small", price: price(0.001), answer: "from small" }),
    large: fakeModel({ model: "large", price: price(0.01), answer: "from large" }),
    cheap: fakeModel({ model: "cheap", price: price(0.0001), answer: "from cheap" }),
  };
  let monotonic = 0;
  const rollout = createRollout<Id>({
    id: "r",
    salt,
    unit: "session",
    control: always("large"),
    candidate: always("small"),
    stages: [{ share: 0.5 }],
    guards: [quality({ margin: 0.05, from: "audit" })],
    minUnitsAtStage: 10,
    unitIdleMs: 20_000,
    monotonicClock: () => monotonic,
    ...(store && { store, judgeMs: 100, pollMs: 100 }),
    ...given,
  });
  const promise = createPromise({ maxLoss: 0.02, window: 200, ...limits });
  const router = createRouter<typeof models>({
    models,
    policy: keepPromise(rollout.policy, { promise, otherwise: "large" }),
    random,
  });
  const events: RouterEvent[] = [];
  router.observe((event) => void events.push(event));
  rollout.attach(router as never);
  promise.attach(router);
  const audit = createAudit({
    router,
    reference: "large",
    rate: 1,
    budget: { usdPerDay: 1_000 },
    scorer: { name: "stated", score: score ?? (() => ({ quality: 1, referenceQuality: 1 })) },
    onRecord: [promise.add, rollout.add],
    file: join(mkdtempSync(join(tmpdir(), "loop-")), "audit.jsonl"),
  });
  let sessions = 0;
  return {
    router,
    rollout,
    promise,
    audit,
    events,
    async send(count: number) {
      for (let sent = 0; sent < count; sent += 1) {
        sessions += 1;
        monotonic += 1_000;
        await router.route({ ...ask, session: `s${seed}-${sessions}` });
        await audit.flush();
      }
      monotonic += 60_000;
      return rollout.judge();
    },
  };
}

describe("records of an audit", () => {
  it("reach promise and rollout, those that the reference answered too", async () => {
    const { router, rollout, promise, send } = looped();
    await send(60);
    const { guards, units } = await rollout.status();
    const compared = units.control + units.candidate;
    expect(compared).toBe(60);
    // Every unit of both arms has a verdict.
    expect(guards[0]?.pairs).toBe(Math.min(units.control, units.candidate));
    expect(guards[0]).toMatchObject({ control: 0, candidate: 0 });
    expect(promise.standing().records).toBe(60);
    await router.close();
  });

  it("roll back a candidate that harms, with losses in the unit of quality", async () => {
    const { router, rollout, send, events } = looped({
      score: () => ({ quality: 0.4, referenceQuality: 1 }),
      promise: { maxLoss: 0.9 },
    });
    await send(200);
    const status = await rollout.status();
    expect(status.state).toBe("rolled-back");
    const moved = events.find((event) => event.type === "rollout-changed");
    expect(moved).toMatchObject({ verdict: "roll-back" });
    expect(status.guards[0]).toMatchObject({ control: 0, margin: 0.05 });
    expect(status.guards[0]?.candidate).toBeCloseTo(0.6, 12);
    await router.close();
  });

  it("roll back no candidate whose gains make up for its losses: a judge errs to both sides", async () => {
    const random = seededRandom(5);
    const { router, rollout, send } = looped({
      score: () =>
        random() < 0.5 ? { quality: 0.6, referenceQuality: 1 } : { quality: 1, referenceQuality: 0.6 },
      promise: { maxLoss: 0.9 },
    });
    await send(200);
    expect((await rollout.status()).state).not.toBe("rolled-back");
    await router.close();
  });

  it("reach all others where one taker throws or rejects", async () => {
    const { router, audit } = looped();
    await audit.close();
    const seen: number[] = [];
    const second = createAudit({
      router,
      reference: "large",
      rate: 1,
      budget: { usdPerDay: 1 },
      scorer: { name: "equal", score: () => ({ quality: 1, referenceQuality: 1 }) },
      onRecord: [
        () => {
          throw new Error("no");
        },
        async () => {
          throw new Error("no");
        },
        ({ loss }) => seen.push(loss),
      ],
      file: join(mkdtempSync(join(tmpdir(), "loop-")), "audit.jsonl"),
    });
    await router.route({ ...ask, session: "a" });
    await second.flush();
    expect(seen).toEqual([0]);
    await router.close();
  });
});

it("verdicts of a judge that the order decides reach the drift monitor, pair by pair", async () => {
  const drift = createDriftMonitor();
  // Prefers what is shown first, whatever it is.
  const answer = JSON.stringify({ reason: "first", first: 9, second: 2 });
  const judge = fakeModel({ model: "judge", price: price(0.001), answer });
  const models = {
    small: fakeModel({ model: "small", price: price(0.001), answer: "a" }),
    large: fakeModel({ model: "large", price: price(0.01), answer: "b" }),
  };
  const router = createRouter({ models, policy: always("small") });
  const pairs: boolean[] = [];
  const note = (agreed: boolean) => {
    pairs.push(agreed);
    drift.noteJudge(agreed);
    throw new Error("ignored");
  };
  const audit = createAudit({
    router,
    reference: "large",
    rate: 1,
    budget: { usdPerDay: 1 },
    scorer: auditJudge({ model: judge, onPair: note }),
    file: join(mkdtempSync(join(tmpdir(), "loop-")), "audit.jsonl"),
  });
  await router.route(ask);
  await audit.flush();
  expect(pairs).toEqual([false]);
  expect(drift.status().verdicts).toBe(1);
  expect(audit.status()).toMatchObject({ records: 1, scorer: { errors: { pairs: 1, reversedShare: 1 } } });
  await router.close();
});

it("feedback of a judge counts for the guard on judges, and not for the one on people", async () => {
  const guards = [quality({ margin: 0.4, from: "judge" }), quality({ margin: 0.4, from: "feedback" })];
  const { router, rollout, audit } = looped({ rollout: { guards } });
  await audit.close();
  for (let at = 0; at < 12; at += 1) {
    const { decision } = await router.route({ ...ask, session: `s${at}` });
    router.feedback(decision, 0.5, { source: "judge" });
  }
  const { guards: shown } = await rollout.status();
  expect(shown.map(({ name }) => name)).toEqual(["quality:judge", "quality:feedback"]);
  await router.close();
});

it("feedback on one decision counts once, by its last value, and that on decisions of others not at all", async () => {
  const guards = [quality({ margin: 0.4, from: "feedback" })];
  const { router, rollout, audit, send } = looped({ rollout: { guards } });
  await audit.close();
  for (let at = 0; at < 20; at += 1) {
    const { decision } = await router.route({ ...ask, session: `s${at}` });
    for (const value of [0, 0.5, 1]) router.feedback(decision, value);
    router.feedback({ ...decision, arms: [] }, 0);
    const arms = decision.arms?.map((arm) => ({ ...arm, unitHash: "0".repeat(32) }));
    router.feedback({ ...decision, arms: arms ?? [] }, 0);
  }
  await send(0);
  const { guards: shown, units } = await rollout.status();
  expect(shown[0]).toMatchObject({
    control: 0,
    candidate: 0,
    pairs: Math.min(units.control, units.candidate),
  });
  await router.close();
});

describe("a promise that breaks in mid-rollout", () => {
  it("aborts the rollout of its router before any guard, and the large model answers", async () => {
    const { router, rollout, send, events } = looped({
      score: () => ({ quality: 0, referenceQuality: 1 }),
      rollout: { guards: [errors({ margin: 0.4 })], minUnitsAtStage: 5_000 },
    });
    await send(150);
    expect(await rollout.status()).toMatchObject({
      state: "aborted",
      share: 0,
      history: [{ verdict: "abort", reason: "the promise promise broke" }],
    });
    const types = events.flatMap((event) =>
      event.type === "promise-changed" && event.to === "broken"
        ? ["broken"]
        : event.type === "rollout-changed"
          ? [event.verdict]
          : [],
    );
    expect(types).toEqual(["broken", "abort"]);
    expect(await router.decide({ ...ask, session: "later" })).toMatchObject({ model: "large" });
    await router.close();
  });

  it("aborts it in all processes of a fleet", async () => {
    const store = memoryStore();
    const rollout = { guards: [errors({ margin: 0.4 })], minUnitsAtStage: 5_000 };
    const limits = { maxLoss: 0.02, everyMs: 60_000 };
    const world = { store, rollout, promise: limits, score: () => ({ quality: 0, referenceQuality: 1 }) };
    const [one, other] = [looped(world), looped({ ...world, seed: 2 })];
    const shared = [one, other].map(({ promise, router }) => sharePromise({ promise, router, store }));
    await Promise.all([one.rollout.ready(), other.rollout.ready()]);
    await one.send(120);
    for (let time = 0; time < 2; time += 1) for (const part of shared) await part.check();
    expect(other.promise.standing().state).toBe("broken");
    for (const { rollout: part } of [one, other]) {
      await part.judge();
      expect(await part.status()).toMatchObject({ state: "aborted", share: 0 });
    }
    for (const { router } of [one, other]) await router.close();
  });
});

it("the order of answers holds with a real rollout, hold-out, promise, guard and budgets at once", async () => {
  const rollout = createRollout<Id>({
    id: "r",
    salt,
    unit: "session",
    control: firstOf(always("large"), always("small")),
    candidate: always("small"),
    stages: [{ share: 0.5 }],
    guards: [errors({ margin: 0.05 })],
  });
  const holdOut = createHoldOut<Id>({ policy: rollout.policy, large: "large", share: 0.1, salt });
  const promise = createPromise({ maxLoss: 0.02, window: 100 });
  const router = createRouter({
    models: {
      cheap: fakeModel({ model: "cheap", price: price(0.0001) }),
      small: fakeModel({ model: "small", price: price(0.001) }),
      large: fakeModel({ model: "large", price: price(0.01) }),
    },
    policy: guarded(keepPromise(holdOut.policy, { promise, otherwise: "large" }), {
      usual: 0.1,
      usualOf: { calm: 1 },
      large: "large",
    }),
    constraints: [
      {
        name: "region",
        permits: ({ id }, { request }) => request.labels["region"] !== "eu" || id === "small" || "not there",
      },
    ],
    budgets: [
      {
        name: "soft",
        limitUsd: 1,
        period: "total",
        degrade: { from: 0.1, to: "cheap" },
        onReached: "degrade",
      },
      { name: "hard", limitUsd: 0.015, period: "total", per: { label: "poor" } },
    ],
    random: seededRandom(4),
  });
  rollout.attach(router as never);
  const decide = (session: string, more: object = {}) =>
    router.decide({ ...ask, session, tenant: "calm", ...more });

  // Rollout: a session in each arm.
  const byArm = new Map<string, string>();
  for (let at = 0; at < 200; at += 1) {
    const { arms = [] } = await decide(`s${at}`);
    for (const { arm } of arms) byArm.set(arm, `s${at}`);
  }
  const candidate = byArm.get("candidate") ?? "";
  expect(await decide(candidate)).toMatchObject({
    model: "small",
    arms: [{ arm: "routed" }, { arm: "candidate" }],
  });
  expect(await decide(byArm.get("control") ?? "")).toMatchObject({ model: "large" });
  expect(await decide(byArm.get("held-out") ?? "")).toMatchObject({ model: "large" });
  // A soft budget comes before it.
  for (let at = 0; at < 12; at += 1)
    await router.route({ ...ask, model: "large", labels: { poor: `other ${at}` } });
  expect(await decide(candidate)).toMatchObject({ model: "cheap", degraded: { budget: "soft" } });
  // A broken promise before both, and it aborts the rollout.
  promise.attach(router);
  for (let at = 0; at < 100; at += 1) promise.add({ loss: 1 });
  const broken = await decide(candidate);
  expect(broken).toMatchObject({ model: "large" });
  expect(broken.degraded).toBeUndefined();
  expect(broken.reason).toMatch(/^the promise promise is broken/);
  expect((await rollout.status()).state).toBe("aborted");
  // A cap of the tenant before that.
  for (let at = 0; at < 300; at += 1) await router.decide({ ...ask, tenant: "greedy", session: `g${at}` });
  const capped = await decide(candidate, { tenant: "greedy" });
  expect(capped.model).not.toBe("large");
  expect(capped.reason).toMatch(/^the tenant is capped/);
  // A hard budget before that.
  await router.route({ ...ask, tenant: "calm", model: "large", labels: { poor: "p" } });
  const poor = await decide(candidate, { labels: { poor: "p" } });
  expect(poor.candidates.find(({ model }) => model === "large")?.permitted).toMatch(/budget/);
  expect(poor.model).not.toBe("large");
  // And constraints before all.
  expect(await decide(candidate, { tenant: "greedy", labels: { region: "eu" } })).toMatchObject({
    model: "small",
  });
  for (let at = 0; at < 6; at += 1)
    await router
      .route({ ...ask, tenant: "calm", model: "small", labels: { poor: "p" } })
      .catch(() => undefined);
  const both = await decide(candidate, { labels: { region: "eu", poor: "p" } }).catch(
    (error: unknown) => error,
  );
  expect(isRouterError(both)).toBe(true);
  await router.close();
});
