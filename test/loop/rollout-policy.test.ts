import { execFileSync } from "node:child_process";
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { offPolicy } from "../../evals/monitor/off-policy/index.ts";
import { recordedContext } from "../../evals/monitor/off-policy/recorded-context.ts";
import { targetPlans } from "../../evals/monitor/off-policy/target-plans.ts";
import {
  always,
  byTask,
  explore,
  firstOf,
  guarded,
  mix,
  random,
  sticky,
  threshold,
  when,
} from "../../policies/index.ts";
import {
  type Decision,
  InvalidOptionError,
  type Policy,
  type PolicyContext,
  PolicyError,
  type RequestFacts,
} from "../../src/contracts/index.ts";
import { createRouter } from "../../src/index.ts";
import { type RolloutUnit, rolloutPolicy } from "../../src/loop/index.ts";
import { seededRandom } from "../../src/loop/statistics/seeded-random.ts";
import { addTrial, mismatchEvidence, noShareBets } from "../../src/loop/statistics/share-bets.ts";
import { draw } from "../../src/router/decide/draw.ts";
import { fakeModel } from "../../src/testing/index.ts";
import { nodeArguments } from "../support/node-arguments.ts";
import { canarySalt, movedState, rolloutOf } from "../support/rollouts.ts";
import { runs } from "../support/runs.ts";

type Id = "small" | "mid" | "large";
const models = {
  small: fakeModel({ model: "small" }),
  mid: fakeModel({ model: "mid" }),
  large: fakeModel({ model: "large" }),
};
const small = always("small");
const large = always("large");

function routerOf(policy: Policy<Id>) {
  return createRouter({ models, policy, random: seededRandom(7) });
}

function ask(session: string | undefined, extra: object = {}) {
  return { session, ...extra, messages: [{ role: "user" as const, content: "Hello" }] };
}

function armOf(decision: Decision, rollout = "canary") {
  return decision.arms?.find((one) => one.comparison === rollout)?.arm;
}

describe("the arms of a rollout", () => {
  test("hold their shares of the units, and each decision states the probability of its plan over all units", async () => {
    const state = movedState(0.2);
    const router = routerOf(rolloutOf<Id>(small, mix({ mid: 0.5, large: 0.5 }), { state }));
    const units = runs(600, 20_000);
    const counts: Record<string, number> = {};
    for (let unit = 0; unit < units; unit += 1) {
      const decision = await router.decide(ask(`s${unit}`));
      const arm = armOf(decision) ?? "none";
      counts[arm] = (counts[arm] ?? 0) + 1;
      expect(decision.model === "small").toBe(arm !== "candidate");
      expect(decision.propensity).toBeCloseTo(decision.model === "small" ? 0.8 : 0.1, 12);
    }
    for (const [arm, share] of [
      ["candidate", 0.2],
      ["control", 0.2],
      ["between", 0.6],
    ] as const)
      expect(Math.abs((counts[arm] ?? 0) / units - share)).toBeLessThan(
        4.5 * Math.sqrt((share * (1 - share)) / units),
      );
  });

  test("do not move: from stage to stage no unit of the candidate goes back, and control's stay up to a half", async () => {
    const state = movedState(0);
    const router = routerOf(rolloutOf(small, large, { state }));
    const sessions = Array.from({ length: 150 }, (_, at) => `s${at}`);
    const armsAt = async (share: number, control?: number) => {
      state.move(share, control);
      return Promise.all(sessions.map(async (session) => armOf(await router.decide(ask(session)))));
    };
    let before = await armsAt(0);
    expect(new Set(before)).toEqual(new Set(["between"]));
    for (const share of [0.01, 0.05, 0.25, 0.5]) {
      const now = await armsAt(share);
      before.forEach((arm, at) => {
        if (arm !== "between") expect(now[at]).toBe(arm);
      });
      before = now;
    }
    expect(new Set(before)).toEqual(new Set(["candidate", "control"]));
    const last = await armsAt(0.95, 0.05);
    before.forEach((arm, at) => {
      if (arm === "candidate") expect(last[at]).toBe("candidate");
      if (last[at] === "control") expect(arm).toBe("control");
    });
    expect(new Set(await armsAt(1, 0))).toEqual(new Set(["candidate"]));
    // After a roll-back control decides for all.
    expect(new Set(await armsAt(0))).toEqual(new Set(["between"]));
  });

  test("are the same in another process, and after a restart", async () => {
    const decided = async () => {
      const router = routerOf(rolloutOf(small, large));
      return Promise.all(
        Array.from({ length: 40 }, async (_, at) => (await router.decide(ask(`s${at}`))).arms),
      );
    };
    const here = await decided();
    expect(await decided()).toEqual(here);
    const there = execFileSync(process.execPath, nodeArguments("test/support/arms-process.ts", "40"));
    expect(JSON.parse(String(there))).toEqual(here);
    expect(new Set(here.map((arms) => arms?.[0]?.arm)).size).toBe(3);
  });

  test("do not change by a fallback, a restored state or what a tenant's neighbour is called", async () => {
    const failing = fakeModel({ model: "large", error: new Error("down") });
    const policy = rolloutOf(small, large, { state: movedState(0.5) });
    const router = createRouter({ models: { ...models, large: failing }, policy, execution: { retries: 0 } });
    const arms = new Set<string | undefined>();
    for (let turn = 0; turn < 4; turn += 1) {
      const result = await router.route(ask("s3"));
      arms.add(result.decision.arms?.[0]?.unitHash + String(armOf(result.decision)));
      router.restoreState(JSON.parse(JSON.stringify(router.exportState())));
    }
    expect(arms.size).toBe(1);
    const hashOf = async (tenant: string | undefined, session: string) =>
      (await router.decide(ask(session, { tenant }))).arms?.[0]?.unitHash;
    const hashes = [await hashOf("a", "1"), await hashOf("b", "1"), await hashOf(undefined, "1")];
    expect(new Set(hashes).size).toBe(3);
  });
});

describe("a unit", () => {
  const facts = (unit: RolloutUnit) => routerOf(rolloutOf(small, large, { unit, state: movedState(0.5) }));
  test.each<{ what: string; unit: RolloutUnit; named: object; unnamed: object }>([
    { what: "session", unit: "session", named: { session: "s" }, unnamed: { tenant: "t" } },
    { what: "tenant", unit: "tenant", named: { tenant: "t" }, unnamed: { session: "s" } },
    {
      what: "label",
      unit: { label: "user" },
      named: { labels: { user: "u" } },
      unnamed: { labels: { other: "u" } },
    },
    {
      what: "label that is empty",
      unit: { label: "user" },
      named: { labels: { user: "\u200b" } },
      unnamed: { labels: { user: "" } },
    },
    {
      what: "label __proto__",
      unit: { label: "__proto__" },
      named: { labels: JSON.parse('{"__proto__":"u"}') },
      unnamed: {},
    },
    {
      what: "function",
      unit: ({ category }) => category,
      named: { category: "code" },
      unnamed: { session: "s" },
    },
    {
      what: "function that names nothing",
      unit: ({ category }) => category ?? "",
      named: { category: "code" },
      unnamed: {},
    },
  ])(
    "by $what is enrolled where the request names it, else control decides without an arm",
    async ({ unit, named, unnamed }) => {
      const router = facts(unit);
      expect((await router.decide(ask(undefined, named))).arms).toHaveLength(1);
      const decision = await router.decide(ask(undefined, unnamed));
      expect([decision.model, decision.propensity, decision.arms]).toEqual(["small", 1, undefined]);
      expect(decision.inputs?.["canary"]).toMatchObject({ enrolled: "no unit" });
    },
  );

  test("that is each request has an arm by the draw, so that the same draw decides the same", async () => {
    const router = facts("request");
    const arms = new Set<string | undefined>();
    for (let request = 0; request < 60; request += 1) arms.add(armOf(await router.decide(ask("s"))));
    expect(arms.size).toBe(2);
    const [one, other] = [
      await router.decide(ask("s"), { draw: 0.5 }),
      await router.decide(ask("t"), { draw: 0.5 }),
    ];
    expect(one.arms).toEqual(other.arms);
  });

  test.each<{ what: string; unit: (request: RequestFacts) => unknown }>([
    {
      what: "throws",
      unit: () => {
        throw new Error("secret");
      },
    },
    { what: "returns a number", unit: () => 7 },
    { what: "returns null", unit: () => null },
    {
      what: "returns a promise that rejects",
      unit: async () => {
        throw new Error("secret");
      },
    },
  ])("whose function $what fails no request, and the decision says so", async ({ unit }) => {
    const decision = await facts(unit as () => string).decide(ask("s"));
    expect([decision.model, decision.arms]).toEqual(["small", undefined]);
    expect(decision.reason).toBe("rollout canary: the function of the unit failed; always small");
    expect(JSON.stringify(decision)).not.toMatch(/secret/);
  });

  test("is asked for once a request", async () => {
    let asked = 0;
    const unit = () => {
      asked += 1;
      return `u${asked}`;
    };
    await facts(unit).decide(ask("s"));
    expect(asked).toBe(1);
  });
});

describe("a candidate", () => {
  test.each<{ what: string; candidate: Policy<Id>["select"]; reason: RegExp }>([
    {
      what: "throws",
      candidate: () => {
        throw new TypeError("secret");
      },
      reason: /candidate failed with an error of type TypeError; always small/,
    },
    {
      what: "chooses a model that is not permitted",
      candidate: () => ({ model: "none" as Id, reason: "x" }),
      reason: /failed with an error of type PolicyError/,
    },
    {
      what: "is async",
      candidate: (async () => Promise.reject(new Error("x"))) as never,
      reason: /PolicyError/,
    },
    {
      what: "has a probability that is no number",
      candidate: () => [{ model: "large", reason: "x", probability: Number.NaN }],
      reason: /PolicyError/,
    },
    {
      what: "has too much probability",
      candidate: () => [
        { model: "large", reason: "x" },
        { model: "mid", reason: "x" },
      ],
      reason: /PolicyError/,
    },
    {
      what: "has arms that are none",
      candidate: () => ({ model: "large", reason: "x", arms: [{ comparison: "", low: 5 }] as never }),
      reason: /PolicyError/,
    },
    {
      what: "has an arm of the rollout that it is part of",
      candidate: () => ({
        model: "large",
        reason: "x",
        arms: [{ comparison: "canary", arm: "own", low: 0, high: 1 }],
      }),
      reason: /PolicyError/,
    },
    {
      what: "has an arm of a rollout that it does not read",
      candidate: () => ({
        model: "large",
        reason: "x",
        arms: [{ comparison: "none", arm: "own", low: 0, high: 1 }],
      }),
      reason: /PolicyError/,
    },
    {
      what: "sorts and changes what it was given",
      candidate: ({ candidates, classification }) => {
        (candidates as unknown as { estimatedCostUsd?: number }[]).reverse()[0] = { estimatedCostUsd: 0 };
        if (classification) (classification as { complexity: number }).complexity = 2;
        throw new TypeError("too late");
      },
      reason: /TypeError/,
    },
    {
      what: "has no opinion",
      candidate: () => undefined,
      reason: /^the candidate has no opinion; always small$/,
    },
  ])(
    "that $what fails no request: control decides for its units, which stay in the arm",
    async ({ candidate, reason }) => {
      const policy = rolloutOf<Id>(
        small,
        { name: "new", models: ["large"], select: candidate },
        { state: movedState(0.5) },
      );
      const router = routerOf(policy);
      const seen = new Set<string | undefined>();
      for (let unit = 0; unit < 20; unit += 1) {
        const decision = await router.decide(ask(`s${unit}`));
        seen.add(armOf(decision));
        expect(decision.model).toBe("small");
        expect(decision.propensity).toBeCloseTo(1, 12);
        if (armOf(decision) === "candidate") expect(decision.reason).toMatch(reason);
        else expect(decision.reason).toBe("always small");
        expect(decision.reason).not.toMatch(/secret/);
      }
      expect(seen).toEqual(new Set(["candidate", "control"]));
    },
  );

  test("with an opinion on part of the probability leaves the rest to control", async () => {
    const partial: Policy<Id> = {
      name: "partial",
      select: () => [{ model: "large", reason: "x", probability: 0.5 }],
    };
    const router = routerOf(rolloutOf(small, partial, { state: movedState(0.5) }));
    for (let unit = 0; unit < 20; unit += 1) {
      const { model, propensity } = await router.decide(ask(`s${unit}`));
      expect(propensity).toBeCloseTo(model === "large" ? 0.25 : 0.75, 12);
    }
  });

  test("is asked for no request as long as its share is 0", async () => {
    const never: Policy<Id> = {
      name: "never",
      select: () => {
        throw new Error("asked");
      },
    };
    const decision = await routerOf(rolloutOf(small, never, { state: movedState(0) })).decide(ask("s"));
    expect(decision.reason).toBe("always small");
  });

  test("decides alone where control has no opinion, and control's units are still in their arm", async () => {
    const none: Policy<Id> = { name: "none", select: () => undefined };
    const router = routerOf(firstOf(rolloutOf(none, large, { state: movedState(0.5) }), always("mid")));
    const seen = new Set<string>();
    for (let unit = 0; unit < 20; unit += 1) {
      const decision = await router.decide(ask(`s${unit}`));
      seen.add(`${armOf(decision)} ${decision.model} ${decision.propensity}`);
    }
    expect(seen).toEqual(new Set(["candidate large 0.5", "control mid 0.5"]));
  });
});

test("one candidate left, or a soft limit: the rollout still decides, so that units stay in their arm", async () => {
  const policy = rolloutOf(threshold({ small: "small", large: "large", at: 0.9 }), large, {
    state: movedState(0.5),
  });
  const only = {
    name: "only",
    permits: ({ id }: { readonly id: string }) => (id === "small" ? true : "no"),
  } as const;
  const alone = await createRouter({ models, policy: firstOf(policy, small), constraints: [only] }).decide(
    ask("s0"),
  );
  expect([alone.model, alone.propensity, alone.arms?.length]).toEqual(["small", 1, 1]);
});

test.each<{ what: string; state: unknown; problem: RegExp }>([
  { what: "no snapshot", state: () => undefined, problem: /share and controlShare must be/ },
  { what: "too large shares", state: () => ({ share: 0.6, controlShare: 0.6 }), problem: /sum to at most 1/ },
  {
    what: "no numbers",
    state: () => ({ share: "0.5", controlShare: 0 }),
    problem: /must be in \[0, 1\]/,
  },
  {
    what: "an error",
    state: () => {
      throw new RangeError("x");
    },
    problem: /RangeError/,
  },
])("a state that gives $what is an error that names the policy", async ({ state, problem }) => {
  const router = routerOf(rolloutOf(small, large, { state: { snapshot: state } as never }));
  const error = await router.decide(ask("s")).catch((one: unknown) => one);
  expect(error).toBeInstanceOf(PolicyError);
  expect(String(error)).toMatch(problem);
});

test.each<{ what: string; options: object }>([
  { what: "rolloutPolicy.salt", options: { salt: "short" } },
  { what: "rolloutPolicy.unit", options: { unit: "user" } },
])("the option $what is checked", ({ what, options }) => {
  const given = {
    id: "r",
    salt: canarySalt,
    unit: "session",
    control: small,
    candidate: large,
    state: movedState(0),
    ...options,
  };
  expect(() => rolloutPolicy(given as never)).toThrow(InvalidOptionError);
  expect(() => rolloutPolicy(given as never)).toThrow(what);
});

test("the salt is in nothing that can be reached, printed or logged", async () => {
  const bytes = new TextEncoder().encode(canarySalt);
  for (const salt of [canarySalt, bytes]) {
    const policy = rolloutOf(small, large, {
      salt,
      state: { ...movedState(0.5), exportState: () => ({ stage: 1 }) },
    });
    const events: unknown[] = [];
    const router = createRouter({ models, policy, onEvent: (event) => events.push(event) });
    const { decision } = await router.route(ask("s"));
    const error = await Promise.resolve()
      .then(() => rolloutPolicy({ salt: canarySalt, id: "" } as never))
      .catch(String);
    const all = [policy, router, decision, events, error, router.exportState(), policy.parameters];
    const texts = [inspect(all, { depth: 30, showHidden: true, getters: true }), JSON.stringify(all)];
    for (const text of texts) {
      expect(text).not.toContain("canary-salt");
      expect(text).not.toContain(bytes.subarray(0, 8).join(","));
      expect(text).not.toContain(bytes.subarray(0, 8).join(", "));
    }
    expect(JSON.stringify(policy.parameters)).not.toMatch(/share|stage/);
  }
});

/** Trees around and inside a rollout. */
const simple: fc.Arbitrary<Policy<Id>> = fc.constantFrom<Policy<Id>>(
  small,
  large,
  random(),
  mix({ small: 0.5, mid: 0.25, large: 0.25 }),
  explore(0.3, threshold({ small: "small", large: "large", at: 0.5 })),
  { name: "partial", select: () => [{ model: "mid", reason: "x", probability: 0.4 }] },
);
const nested = fc
  .record({
    control: simple,
    candidate: simple,
    share: fc.constantFrom(0, 0.01, 0.25, 0.5),
    epsilon: fc.constantFrom(0, 0.1, 1),
    around: fc.array(
      fc.constantFrom("explore", "mix", "when", "firstOf", "byTask", "sticky", "guarded", "holder"),
      { maxLength: 4 },
    ),
  })
  .map(({ control, candidate, share, epsilon, around }) => {
    const full = firstOf(control, small);
    const inner = rolloutOf<Id>(full, candidate, { state: movedState(share) });
    const wrap: Readonly<Record<string, (one: Policy<Id>) => Policy<Id>>> = {
      explore: (one) => explore(epsilon, one, { among: ["small", "large"] }),
      mix: (one) =>
        mix([
          { weight: 0.75, use: one },
          { weight: 0.25, use: "mid" },
        ]),
      when: (one) => when(() => true, one),
      firstOf: (one) =>
        firstOf({ name: "part", select: () => [{ model: "mid", reason: "x", probability: 0.2 }] }, one),
      byTask: (one) => byTask({ tasks: { code: one }, otherwise: one }),
      sticky: (one) => sticky(one),
      guarded: (one) => guarded(one, { name: "guard" }),
      holder: (one) => rolloutOf(one, full, { id: "outer", state: movedState(0.3) }),
    };
    // A rollout of one id, and a guard of one name, are in a tree once.
    const names = around.filter(
      (name, at) => !["holder", "guarded"].includes(name) || around.indexOf(name) === at,
    );
    // A router takes a guard outermost alone.
    const guardLast = [...names].sort((a, b) => Number(a === "guarded") - Number(b === "guarded"));
    return guardLast.reduce<Policy<Id>>(
      (policy, name) => (wrap[name] as (one: Policy<Id>) => Policy<Id>)(policy),
      inner,
    );
  });

test("nested anyhow: over all units plans come as often as stated, and decisions replay from their JSON", async () => {
  await fc.assert(
    fc.asyncProperty(nested, async (policy) => {
      const router = routerOf(policy);
      const units = runs(16, 40);
      const log: Decision[] = [];
      /** Expected number and variance of each plan. A guard's cap may change the probabilities on the way. */
      const expected = new Map<string, { mean: number; variance: number }>();
      // Each unit meets the same request: what differs is the arm and the draw.
      for (let unit = 0; unit < units; unit += 1)
        log.push(JSON.parse(JSON.stringify(await router.decide(ask(`s${unit}`, { category: "chat" })))));
      for (const decision of log) {
        const context = recordedContext({ ...decision, attempts: [] }, models, {
          file: "log",
          line: 1,
        }) as PolicyContext<Id>;
        const stated = targetPlans(policy, context);
        for (const [plan, probability] of stated) {
          const { mean = 0, variance = 0 } = expected.get(plan) ?? {};
          expected.set(plan, {
            mean: mean + probability,
            variance: variance + probability * (1 - probability),
          });
        }
        const key = JSON.stringify(decision.plan.map(({ model }) => [model]));
        expect(decision.propensity).toBeCloseTo(stated.get(key) ?? 0, 9);
        const again = draw(
          policy.name,
          policy.select(context),
          context.candidates,
          decision.draw,
          (rollout) => decision.arms?.find((one) => one.comparison === rollout),
        );
        expect(again.choice.model).toBe(decision.model);
        expect(again.propensity).toBe(decision.propensity);
        expect(JSON.parse(JSON.stringify(again.arms ?? null))).toEqual(decision.arms ?? null);
      }
      for (const [plan, { mean, variance }] of expected) {
        const found = log.filter(
          (one) => JSON.stringify(one.plan.map(({ model }) => [model])) === plan,
        ).length;
        // 6 standard errors and three: several thousand comparisons are made, and a plan of one in a thousand units may
        // come twice in sixteen.
        expect(Math.abs(found - mean)).toBeLessThanOrEqual(6 * Math.sqrt(variance) + 3);
      }
    }),
    { numRuns: runs(15, 300) },
  );
});

test("a rollout in the candidate of another, of one salt and unit: propensities are exact, and neither sees wrong shares", async () => {
  const inner = rolloutOf<Id>(small, large, { id: "inner", state: movedState(0.5) });
  const outer = rolloutOf<Id>(always("mid"), inner, { id: "outer", state: movedState(0.5) });
  const router = routerOf(outer);
  const stated = { small: 0.25, large: 0.25, mid: 0.5 };
  const counts = { small: 0, mid: 0, large: 0 };
  const bets = { outer: noShareBets, inner: noShareBets };
  const units = runs(3_000, 40_000);
  for (let unit = 0; unit < units; unit += 1) {
    const { model, propensity, arms = [] } = await router.decide(ask(`n${unit}`));
    expect(propensity).toBe(stated[model]);
    counts[model] += 1;
    for (const { comparison: rollout, arm } of arms) {
      const name = rollout as keyof typeof bets;
      bets[name] = addTrial(bets[name], arm === "candidate", 0.5);
      expect(mismatchEvidence(bets[name])).toBeLessThan(1_000);
    }
  }
  for (const [model, share] of Object.entries(stated)) {
    const error = Math.sqrt(units * share * (1 - share));
    expect(Math.abs(counts[model as Id] - units * share)).toBeLessThan(5 * error);
  }
});

test("an off-policy estimate of the candidate rests on the probabilities over all units", async () => {
  const router = routerOf(rolloutOf(small, large, { state: movedState(0.25) }));
  const log = [];
  for (let unit = 0; unit < 300; unit += 1) {
    const decision: Decision = JSON.parse(JSON.stringify(await router.decide(ask(`s${unit}`))));
    log.push({
      decision: { ...decision, attempts: [] },
      line: unit + 1,
      feedback: 1,
      quality: decision.model === "large" ? 1 : 0.5,
    });
  }
  const self = await offPolicy(log, router, { resamples: 20 });
  expect(self.overlap.meanWeight).toBeCloseTo(1, 12);
  const report = await offPolicy(log, { models, policy: large }, { resamples: 20 });
  expect(report.overlap.maxWeight).toBeCloseTo(4, 9);
  expect(Math.abs(report.overlap.meanWeight - 1)).toBeLessThan(0.5);
  expect(report.quality?.estimates.snips.value).toBe(1);
});
