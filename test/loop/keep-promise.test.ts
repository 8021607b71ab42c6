import { describe, expect, it } from "vitest";
import { recordedContext } from "../../evals/monitor/off-policy/recorded-context.ts";
import { always, explore, firstOf, guarded, mix, sticky, threshold } from "../../policies/index.ts";
import type { Classifier, Policy, PolicyContext, Tuning } from "../../src/contracts/index.ts";
import { createRouter, InvalidOptionError, isRouterError, type RouterOptions } from "../../src/index.ts";
import { keepPromise } from "../../src/loop/promise/keep-promise.ts";
import { createPromise, type LivePromise } from "../../src/loop/promise/promise.ts";
import { saferThreshold } from "../../src/loop/promise/safer-threshold.ts";
import { fakeModel } from "../../src/testing/index.ts";

type Id = "small" | "middle" | "cheap" | "large";
const limits = { maxLoss: 0.02, window: 100 };
const noon = Date.UTC(2026, 11, 1, 12);

function lose(promise: LivePromise, category?: string): LivePromise {
  for (let at = 0; at < 100; at += 1) promise.add({ loss: 1, category });
  return promise;
}

function spoil(promise: LivePromise): void {
  let records = 0;
  while (promise.standing().state !== "at-risk" && records < 100) {
    promise.add({ loss: 1 });
    records += 1;
  }
}

/** Each answer has 100 tokens: 0.001 USD on the small model, 0.01 on the large one. */
function models() {
  const model = (name: Id, usd: number) =>
    fakeModel({
      model: name,
      price: { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: usd },
      usage: { inputTokens: 10, outputTokens: 100 },
    });
  return {
    small: model("small", 10),
    middle: model("middle", 20),
    cheap: model("cheap", 5),
    large: model("large", 100),
  };
}

/** Takes the complexity from the text. */
const stated: Classifier = {
  name: "stated",
  version: "1",
  classify: ({ ask }) => ({ complexity: Number(ask) }),
};

function make(policy: Policy<Id>, options: Partial<RouterOptions<Id>> = {}) {
  const router = createRouter({
    models: models(),
    policy,
    classifier: stated,
    random: () => 0.3,
    clock: () => noon,
    ...options,
  });
  const requestOf = (complexity: number, more: object) => ({
    messages: [{ role: "user" as const, content: String(complexity) }],
    max_completion_tokens: 100,
    ...more,
  });
  return {
    router,
    decide: (complexity = 0.1, more: object = {}) => router.decide(requestOf(complexity, more)),
    route: (complexity = 0.1, more: object = {}) => router.route(requestOf(complexity, more)),
  };
}

/** Stands for the policy of a rollout. */
const rollout: Policy<Id> = {
  name: "rollout",
  parameters: {
    control: { name: "threshold", parameters: {} },
    candidate: { name: "threshold", parameters: {} },
  },
  models: ["middle", "large"],
  select({ classification, candidates }) {
    const isPermitted = (model: Id) => candidates.some(({ id }) => id === model);
    const model = (classification?.complexity ?? 1) >= 0.5 && isPermitted("large") ? "large" : "middle";
    return isPermitted(model) ? { model, reason: "the rollout decides" } : undefined;
  },
};

describe("keepPromise", () => {
  it("follows its policy while the promise is kept, and its answer while it is broken, until it is renewed", async () => {
    const promise = createPromise(limits);
    const { decide } = make(keepPromise(always("small"), { promise, otherwise: "large" }));
    expect(await decide()).toMatchObject({ model: "small", reason: "always small" });
    lose(promise);
    const decision = await decide();
    expect(decision).toMatchObject({
      model: "large",
      insteadOf: [{ model: "small" }],
      reason: "the promise promise is broken: the answer to a broken promise",
      propensity: 1,
      inputs: { promise: { state: "broken", maxLoss: 0.02, atRisk: [], broken: [] } },
    });
    promise.renew();
    const renewed = await decide();
    expect(renewed).toMatchObject({ model: "small" });
    expect(renewed.insteadOf).toBeUndefined();
  });

  it("answers at risk only if asked to", async () => {
    const promise = createPromise(limits);
    spoil(promise);
    const ofRisk = (atRisk: boolean) =>
      make(keepPromise(always("small"), { promise, otherwise: "large", atRisk })).decide();
    expect(await ofRisk(false)).toMatchObject({ model: "small" });
    expect(await ofRisk(true)).toMatchObject({
      model: "large",
      reason: "the promise promise is at risk: the answer to a broken promise",
    });
  });

  it("answers for the category that is broken alone, stated or found by the classifier", async () => {
    const promise = createPromise({ maxLoss: 0.02, window: 1_000 });
    for (let at = 0; at < 40; at += 1) {
      promise.add({ loss: 1, category: "code" });
      for (let other = 0; other < 50; other += 1) promise.add({ loss: 0, category: "chat" });
    }
    expect(promise.standing().state).not.toBe("broken");
    const policy = keepPromise(always("small"), { promise, otherwise: "large" });
    const { decide } = make(policy);
    expect(await decide(0.1, { category: "chat" })).toMatchObject({ model: "small" });
    expect((await decide(0.1, { category: "code" })).reason).toContain("broken for the category code");
    const found: Classifier = {
      name: "found",
      version: "1",
      classify: () => ({ complexity: 0.1, category: "code" }),
    };
    expect(await make(policy, { classifier: found }).decide()).toMatchObject({ model: "large" });
  });

  it("takes a policy as its answer: the safer threshold of the tuned grid", async () => {
    const promise = lose(createPromise(limits));
    const at = saferThreshold({
      threshold: 0.7,
      curve: [
        { threshold: 0, loss: 0, accepted: true },
        { threshold: 0.3, loss: 0.004, accepted: true },
        { threshold: 0.5, loss: 0.008, accepted: true },
        { threshold: 0.6, loss: 0.012, accepted: true },
        { threshold: 0.7, loss: 0.016, accepted: true },
        { threshold: 0.8, loss: 0.001, accepted: false },
      ],
    });
    expect(at).toBe(0.5);
    const split = (cut: number) => threshold<Id>({ small: "small", large: "large", at: cut });
    const { decide } = make(keepPromise(split(0.7), { promise, otherwise: split(at ?? 0) }));
    expect(await decide(0.6)).toMatchObject({ model: "large", insteadOf: [{ model: "small" }] });
    expect(await decide(0.4)).toMatchObject({ model: "small" });
  });

  it("makes one lottery of both, whose propensities are exact", async () => {
    const promise = lose(createPromise(limits));
    const policy = mix<Id>([
      { use: "small", weight: 0.5 },
      { use: "middle", weight: 0.5 },
    ]);
    const otherwise = explore(0.2, always<Id>("large"));
    const { decide } = make(keepPromise(policy, { promise, otherwise }));
    const decision = await decide();
    // 0.8, and a quarter of the 0.2 that explore gives to all four models.
    expect(decision.model).toBe("large");
    expect(decision.propensity).toBeCloseTo(0.85, 12);
  });

  it("leaves the policy's choice where its answer is not permitted, and has no opinion where the policy has none", async () => {
    const promise = lose(createPromise(limits));
    const none: Policy<Id> = { name: "none", select: () => undefined };
    const kept = keepPromise(always<Id>("small"), { promise, otherwise: "large" });
    const noLarge = { name: "no large", permits: ({ id }: { id: string }) => id !== "large" || "no" };
    expect(await make(kept, { constraints: [noLarge] }).decide()).toMatchObject({
      model: "small",
      reason: "the promise promise is broken, but its answer is not permitted; always small",
    });
    const { decide } = make(firstOf(keepPromise(none, { promise, otherwise: "large" }), always("middle")));
    expect(await decide()).toMatchObject({ model: "middle" });
  });

  it("replays from the decision alone, also after the promise was renewed", async () => {
    const promise = lose(createPromise(limits));
    const policy = keepPromise(always<Id>("small"), { promise, otherwise: "large" });
    const decision = JSON.parse(JSON.stringify(await make(policy).decide()));
    promise.renew();
    const context = recordedContext(decision, models(), { file: "log", line: 1 });
    expect(policy.select(context as PolicyContext<Id>)).toMatchObject([{ model: decision.model }]);
  });

  it("is restored with the router's state", async () => {
    const policyOf = (promise: LivePromise) =>
      keepPromise(always<Id>("small"), { promise, otherwise: "large" });
    const { router } = make(policyOf(lose(createPromise(limits))));
    const state = JSON.parse(JSON.stringify(router.exportState()));
    const next = make(policyOf(createPromise(limits)));
    next.router.restoreState(state);
    expect(await next.decide()).toMatchObject({ model: "large" });
  });

  it("counts a change while requests are decided in the next one", async () => {
    const promise = createPromise(limits);
    const slow: Classifier = {
      name: "slow",
      version: "1",
      async classify() {
        lose(promise);
        return { complexity: 0.1 };
      },
    };
    const { decide } = make(keepPromise(always("small"), { promise, otherwise: "large" }), {
      classifier: slow,
    });
    expect(await decide()).toMatchObject({ model: "large", certified: false });
  });

  it.each([
    ["policy", () => keepPromise({} as never, { promise: createPromise(limits), otherwise: "large" })],
    ["promise.input", () => keepPromise(always("small"), { promise: {} as never, otherwise: "small" })],
    [
      "otherwise",
      () => keepPromise(always("small"), { promise: createPromise(limits), otherwise: "" as never }),
    ],
  ])("refuses a bad %s", (option, create) => {
    expect(create).toThrow(new RegExp(`keepPromise.${option}`));
  });
});

describe("the order of answers", () => {
  it("is constraints, hard budget, tenant cap, broken promise, soft budget, rollout, with all of them at once", async () => {
    const promise = createPromise(limits);
    const policy = guarded(keepPromise(rollout, { promise, otherwise: "large" }), {
      usual: 0.1,
      large: "large",
    });
    const { decide, route } = make(policy, {
      constraints: [
        {
          name: "region",
          permits: ({ id }, { request }) =>
            request.labels["region"] !== "eu" || id === "middle" || "not there",
        },
      ],
      budgets: [
        {
          name: "soft",
          limitUsd: 0.1,
          period: "total",
          degrade: { from: 0.1, to: "cheap" },
          onReached: "degrade",
        },
        { name: "hard", limitUsd: 0.015, period: "total", per: { label: "poor" } },
      ],
    });
    // A tenant floods the large model.
    for (let at = 0; at < 300; at += 1) await decide(0.9, { tenant: "greedy" });

    // Each request meets all that stands; from the last in the order to the first.
    expect(await decide(0.1, { tenant: "calm" })).toMatchObject({
      model: "middle",
      reason: "the rollout decides",
    });
    // Requests without the label share a budget of their own.
    for (const poor of ["a", "b"]) await route(0.9, { model: "large", labels: { poor } });
    expect(await decide(0.1, { tenant: "calm" })).toMatchObject({
      model: "cheap",
      degraded: { budget: "soft" },
    });
    lose(promise);
    const broken = await decide(0.1, { tenant: "calm" });
    expect(broken).toMatchObject({ model: "large", insteadOf: [{ model: "middle" }] });
    expect(broken.degraded).toBeUndefined();
    expect(broken.reason).toMatch(/^the promise promise is broken/);
    const capped = await decide(0.9, { tenant: "greedy" });
    expect(capped).toMatchObject({ model: "small" });
    expect(capped.reason).toMatch(/^the tenant is capped .*; the promise promise is broken/);
    await route(0.9, { tenant: "greedy", model: "large", labels: { poor: "p" } });
    const refused = await decide(0.9, { tenant: "greedy", labels: { poor: "p" } });
    expect(refused.candidates.find(({ model }) => model === "large")?.permitted).toMatch(/budget/);
    expect(refused.model).not.toBe("large");
    for (let at = 0; at < 10; at += 1)
      await route(0.1, { model: "cheap", tenant: "greedy", labels: { poor: "p" } }).catch(() => undefined);
    const poor = { tenant: "greedy", labels: { poor: "p" } };
    const error = await decide(0.9, poor).catch((caught: unknown) => caught);
    expect(isRouterError(error, "budget-exceeded")).toBe(true);
    const eu = { tenant: "greedy", labels: { region: "eu" } };
    expect(await decide(0.9, eu)).toMatchObject({ model: "middle" });
    const both = await decide(0.9, { ...eu, labels: { region: "eu", poor: "p" } }).catch(
      (caught: unknown) => caught,
    );
    expect(isRouterError(both)).toBe(true);
  });

  it("does not flag tenants because a broken promise sends all of them to the large model", async () => {
    const promise = lose(createPromise(limits));
    const { decide } = make(
      guarded(keepPromise(rollout, { promise, otherwise: "large" }), { large: "large" }),
    );
    for (let at = 0; at < 500; at += 1) expect((await decide(0.1, { tenant: "t" })).model).toBe("large");
  });

  it("is refused where policies are nested so that it would be another", () => {
    const promise = createPromise(limits);
    const keep = (policy: Policy<Id>) => keepPromise(policy, { promise, otherwise: "large" });
    const around = (inner: Policy<Id>): Policy<Id> => ({
      ...rollout,
      parameters: { control: { name: inner.name, parameters: inner.parameters } },
      reads: inner.reads,
      inner: [inner],
      order: "rollout",
    });
    expect(() => keep(guarded(rollout))).toThrow(/guarded\(keepPromise/);
    expect(() => keep(firstOf(mix([{ use: guarded(rollout), weight: 1 }])))).toThrow(/keepPromise.policy/);
    expect(() => make(around(keep(always("small"))))).toThrow(/keepPromise\(rollout.policy\)/);
    expect(() => make(around(guarded(always("small"))))).toThrow(/guarded outermost/);
    expect(() => make(sticky(keep(always("small"))))).toThrow(/keepPromise\(sticky/);
    expect(() => make(guarded(keep(sticky(rollout))))).not.toThrow();
    const named: Policy<Id> = { ...always("small"), name: "sticky" };
    expect(() => make({ ...keep(always("small")), name: "sticky" })).not.toThrow();
    expect(() => make(firstOf(named, keep(always("small"))))).not.toThrow();
    expect(() => make({ ...sticky(keep(always("small"))), name: "mySticky" })).toThrow(
      /keepPromise\(mySticky/,
    );
    expect(() => keep({ ...guarded(rollout), name: "myGuard" })).toThrow(/myGuard\(keepPromise/);
  });
});

describe("certified decisions", () => {
  const tuning: Tuning = {
    version: "0123456789ab",
    expiresAt: "2027-01-01T00:00:00.000Z",
    models: ["fake:small", "fake:large"],
    policy: {
      name: "threshold",
      parameters: { small: "fake:small", large: "fake:large", at: 0.5, otherwise: "fake:large" },
    },
    classifier: { name: "stated", version: "1" },
  };
  const split = threshold<Id>({ small: "small", large: "large", at: 0.5 });

  it.each([
    ["the option", (promise: LivePromise) => make(split, { tuning, promise })],
    [
      "a policy",
      (promise: LivePromise) =>
        make(guarded(keepPromise(split, { promise, otherwise: "large" })), { tuning }),
    ],
  ])("follow the promise of %s", async (_, create) => {
    const promise = createPromise(limits);
    const { decide } = create(promise);
    expect(await decide()).toMatchObject({ certified: true });
    spoil(promise);
    expect(await decide()).toMatchObject({
      certified: false,
      uncertified: "the promise on quality is at risk",
    });
    lose(promise);
    expect(await decide()).toMatchObject({
      certified: false,
      uncertified: "the promise on quality is broken",
    });
    promise.renew();
    expect(await decide()).toMatchObject({ certified: true });
  });

  it("are none where a promise throws or says something else, or a cap decided", async () => {
    for (const state of [
      () => {
        throw new Error("no state");
      },
      () => "fine",
      async () => "kept",
    ])
      expect(await make(split, { tuning, promise: { state } as never }).decide()).toMatchObject({
        certified: false,
        uncertified: "the promise on quality is at risk",
      });
    const { decide } = make(guarded(split, { usual: 0.1, large: "large" }), { tuning });
    for (let at = 0; at < 300; at += 1) await decide(0.9, { tenant: "t" });
    expect(await decide(0.9, { tenant: "t" })).toMatchObject({
      certified: false,
      uncertified: "another plan than the policy's was taken",
    });
    expect(await decide(0.9, { tenant: "other" })).toMatchObject({ certified: true });
  });
});

describe("a safer threshold", () => {
  it.each([
    ["no curve", {}],
    ["no threshold", { curve: [{ threshold: 0.1, loss: 0, accepted: true }] }],
    ["nothing certified below", { threshold: 0.5, curve: [{ threshold: 0.5, loss: 0.1, accepted: true }] }],
    [
      "a loss of 0 in force and none safer",
      { threshold: 0.5, curve: [{ threshold: 0.5, loss: 0, accepted: true }] },
    ],
  ])("is absent with %s", (_, tuning) => {
    expect(saferThreshold(tuning)).toBeUndefined();
  });

  it("refuses what is no tuning file", () => {
    expect(() => saferThreshold(undefined as never)).toThrow(/saferThreshold.tuning/);
    expect(() => saferThreshold({ threshold: Number.NaN, curve: [] })).toThrow(/threshold/);
    expect(() => saferThreshold({ threshold: 0.5, curve: {} as never })).toThrow(/curve/);
    expect(() => saferThreshold({ threshold: 0.5, curve: [null] as never })).toThrow(InvalidOptionError);
  });
});
