import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import type { Attempt, Decision, DriftFound, RouterEvent } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { createDriftMonitor, type DriftOptions } from "../../../src/loop/index.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { drawDecision, type Traffic, usualTraffic } from "../../../studies/drift-worlds.ts";
import { numRuns, runs } from "../../support/runs.ts";

function watched(options: DriftOptions = {}, seed = 1) {
  const monitor = createDriftMonitor(options);
  const found: DriftFound[] = [];
  monitor.attach?.((event) => {
    if (event.type === "drift-found") found.push(event);
  });
  const random = seededRandom(seed);
  const send = (requests: number, traffic: Partial<Traffic> = {}, changes: Partial<Decision> = {}) => {
    for (let at = 0; at < requests; at += 1)
      monitor(madeOf(drawDecision({ ...usualTraffic, ...traffic }, random, changes)));
  };
  const ended = (attempt: Partial<Attempt>, times = 1) => {
    for (let at = 0; at < times; at += 1)
      monitor({
        type: "attempt-ended",
        decisionId: "d",
        attempt: { name: "openai:gpt", ...attempt },
      } as RouterEvent);
  };
  return { monitor, found, send, ended };
}

const madeOf = (decision: Decision): RouterEvent => ({ type: "decision-made", decision });
const { languages, categories } = usualTraffic;

describe("a drift monitor", () => {
  it.each<[string, Partial<Traffic>, RegExp]>([
    ["score", { power: 0.6 }, /median complexity was 0\.\d\d and is 0\.\d\d/],
    ["language", { languages: { ...languages, en: 0.4, nl: 0.21 } }, /share of language "(nl|en)" was \d/],
    [
      "category",
      { categories: { ...categories, chat: 0.35, legal: 0.15 } },
      /share of category "(legal|chat)"/,
    ],
    ["length", { logTokens: 7 }, /share of length "up to/],
    ["model", { power: 0.3 }, /share of model "(large|small)" was \d/],
    ["classifier-failures", { failureShare: 0.08 }, /classifier failed on was [01].* and is [6789]/],
  ])(
    "says that %s has moved, from what to what, once until it is back, and again after that",
    (of, traffic, reason) => {
      const { found, send, monitor } = watched();
      send(3_000);
      expect(found).toEqual([]);
      expect(monitor.status()).toMatchObject({ windows: 2, alarms: [] });
      send(3_000, traffic);
      const alarms = found.filter((event) => event.of === of);
      expect(alarms).toHaveLength(1);
      expect(alarms[0]?.reason).toMatch(reason);
      expect(alarms[0]?.value).toBeGreaterThanOrEqual(alarms[0]?.bound as number);
      expect(alarms[0]?.command).toMatch(
        of === "classifier-failures"
          ? /^switchpoint doctor$/
          : /^switchpoint eval tune --outcomes audit.jsonl/,
      );
      expect(monitor.status().alarms.map((alarm) => alarm.of)).toContain(of);
      send(1_000);
      expect(monitor.status().alarms).toEqual([]);
      send(1_000, traffic);
      expect(found.filter((event) => event.of === of)).toHaveLength(2);
    },
  );

  it("raises a false alarm in at most one of 20 windows, also in small ones", () => {
    const lives = runs(3, 200);
    let [windows, alarmed] = [0, 0];
    for (let life = 0; life < lives; life += 1) {
      const { monitor, send } = watched({ windowRequests: 200 }, life + 1);
      send(200);
      for (let window = 0; window < 20; window += 1) {
        send(200);
        windows += 1;
        if (monitor.status().findings.some(({ verdict }) => verdict === "drifted")) alarmed += 1;
      }
    }
    expect(alarmed / windows).toBeLessThanOrEqual(0.05 + 2.33 * Math.sqrt((0.05 * 0.95) / windows));
  });

  it("compares complexity with a tuning file's records from the first window on, if it is given them", () => {
    const quantiles = Array.from({ length: 101 }, (_, at) => (at / 100) ** 3);
    const { found, send } = watched({ reference: { quantiles, scores: 500 } });
    send(2_000);
    expect(found.map(({ of }) => of)).toEqual(["score"]);
  });

  it("counts one request of a session, and at most a tenth of one tenant", () => {
    const { monitor } = watched();
    const decision = (tenant: string, session?: string) =>
      monitor(
        madeOf({
          ...drawDecision(usualTraffic, Math.random),
          request: { tenant, session, inputTokens: 9 },
        } as Decision),
      );
    for (let turn = 0; turn < 50; turn += 1) decision("a", "talk");
    expect(monitor.status().requests).toBe(1);
    for (let at = 0; at < 5_000; at += 1) decision("a");
    expect(monitor.status()).toMatchObject({ requests: 100, leftOut: 4_901 });
    for (let at = 0; at < 50; at += 1) decision("b", "talk");
    expect(monitor.status().requests).toBe(101);
  });

  it("fills windows in the end where few tenants send everything", () => {
    const { monitor } = watched({ windowRequests: 200 });
    for (let at = 0; at < 10_000; at += 1)
      monitor(
        madeOf(
          drawDecision(usualTraffic, Math.random, {
            request: { tenant: "only", inputTokens: 9 },
          } as Partial<Decision>),
        ),
      );
    expect(monitor.status().windows).toBeGreaterThanOrEqual(2);
  });

  it("takes no choice of a pin, cap, budget or rollout for the policy's", () => {
    const { found, send } = watched();
    send(2_000);
    send(500);
    const rest: Partial<Decision>[] = [
      { forced: true },
      { insteadOf: [] },
      { degraded: { budget: "b", otherwise: "small", reason: "r" } },
      { arms: [{ comparison: "r", arm: "candidate", share: 0.5, unitHash: "0", draw: 0 }] },
    ];
    for (const changes of rest) send(125, {}, { model: "small", ...changes });
    send(1);
    expect(found).toEqual([]);
  });

  it("compares no scores of two classifiers, and begins again with those of the new one", () => {
    const { found, send, monitor } = watched();
    const changes = { versions: { classifier: "complexity@2" } } as Partial<Decision>;
    send(2_000);
    send(1_000, { power: 0.99 }, changes);
    expect(monitor.status().findings.map(({ of }) => of)).not.toContain("score");
    send(1_000, {}, changes);
    expect(monitor.status().findings.map(({ of }) => of)).toContain("score");
    expect(found).toEqual([]);
    send(1_000, { power: 0.4 }, changes);
    expect(found.map(({ of }) => of)).toContain("score");
  });

  it("expects other shares of models from a new policy, and other traffic from a new tuning", () => {
    const { found, send, monitor } = watched();
    const replaced = (parts: readonly string[]) =>
      monitor({ type: "parts-replaced", at: 0, from: "a", to: "b", reason: "r", parts });
    send(1_999);
    replaced(["policy"]);
    send(2_001, {}, { model: "small" });
    expect(found).toEqual([]);
    replaced(["tuning"]);
    expect(monitor.status()).toMatchObject({ requests: 0, findings: [] });
    send(2_000, { power: 0.4, logTokens: 8 });
    expect(found).toEqual([]);
  });

  it("notices that another model answers under a name, once until the known one is back", () => {
    const { found, ended, monitor } = watched();
    ended({ servedModel: "gpt-1" }, 60);
    ended({ servedModel: "gpt-1b" }, 60);
    ended({ servedModel: "gpt-1" });
    expect(found).toEqual([]);
    ended({ servedModel: "gpt-2" }, 30);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      of: "served-model",
      reason: "openai:gpt was answered by gpt-1, gpt-1b and is answered by gpt-2",
    });
    expect(monitor.status().alarms).toMatchObject([{ of: "served-model:openai:gpt" }]);
    ended({ servedModel: "gpt-1" }, 99);
    ended({ servedModel: "gpt-2" });
    ended({ servedModel: "gpt-1" }, 100);
    expect(monitor.status().alarms).toEqual([]);
    expect(found).toHaveLength(1);
    ended({ servedModel: "gpt-2" });
    expect(found).toHaveLength(2);
    ended({ name: "openai:new", servedModel: "other", substituted: "unknown" });
    expect(found).toHaveLength(3);
  });

  it("notices that a judge repeats its verdicts less often", () => {
    const { monitor, found } = watched({ windowVerdicts: 100 });
    for (let at = 0; at < 200; at += 1) monitor.noteJudge(at % 10 !== 0);
    expect(found).toEqual([]);
    for (let at = 0; at < 100; at += 1) monitor.noteJudge(at % 3 !== 0);
    expect(found).toMatchObject([{ of: "judge-disagreement", value: 0.34 }]);
    expect(found[0]?.reason).toBe("the share of verdicts that the judge did not repeat was 10 % and is 34 %");
    expect(monitor.status().findings).toHaveLength(1);
  });

  it("listens to a router and tells its listeners", async () => {
    const events: RouterEvent[] = [];
    const small = fakeModel({ model: "small" });
    const router = createRouter({
      models: { small, large: fakeModel({ model: "large" }) },
      policy: always("small"),
      onEvent: (event) => void events.push(event),
    });
    const monitor = createDriftMonitor({ windowRequests: 200 });
    router.observe(monitor);
    for (let at = 0; at < 400; at += 1)
      await router.decide({ messages: [{ role: "user", content: "Hi" }], category: "a" });
    for (let at = 0; at < 200; at += 1)
      await router.decide({ messages: [{ role: "user", content: "Hi" }], category: "b" });
    await router.close();
    expect(events.filter(({ type }) => type === "drift-found")).toMatchObject([{ of: "category" }]);
  });
});

const noLabels = { model: [], language: [], length: [], category: [] };

describe("the state of a drift monitor", () => {
  it("goes on where it was, after a way through JSON", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_500 }), fc.boolean(), (before, isHarder) => {
        const traffic = isHarder ? { power: 0.5 } : {};
        const whole = watched({ windowRequests: 300 }, 5);
        whole.send(before);
        whole.ended({ servedModel: "a" }, 100);
        whole.ended({ servedModel: "b" }, 5);
        whole.monitor.noteJudge(false);
        const next = createDriftMonitor({ windowRequests: 300 });
        next.restoreState(JSON.parse(JSON.stringify(whole.monitor.exportState())));
        expect(next.exportState()).toEqual(JSON.parse(JSON.stringify(whole.monitor.exportState())));
        const random = seededRandom(9);
        for (let at = 0; at < 300; at += 1) {
          const decision = drawDecision({ ...usualTraffic, ...traffic }, random);
          whole.monitor(madeOf(decision));
          next(madeOf(decision));
        }
        expect(next.status()).toEqual(whole.monitor.status());
      }),
      { numRuns: runs(6, 200) },
    );
  });

  it("holds neither session nor tenant", () => {
    const { monitor, send } = watched();
    send(50, {}, {
      request: { session: "SECRET-S", tenant: "SECRET-T", inputTokens: 5 },
    } as Partial<Decision>);
    expect(JSON.stringify([monitor.exportState(), monitor.status()])).not.toContain("SECRET");
  });

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["another size of windows", { formatVersion: 1, windowRequests: 999 }],
    ["a window that is too full", { window: { requests: 1_000 } }],
    ["a score that is no number", { window: { requests: 1, scores: ["x"], asked: 0, failures: 0 } }],
    ["more failures than requests", { verdicts: { events: 3, trials: 2 } }],
    [
      "labels without counts",
      { baseline: { failures: { events: 0, trials: 0 }, labels: { model: [["a", -1]] } } },
    ],
    [
      "too many names",
      { served: Array.from({ length: 201 }, () => ({ name: "n", served: [], answers: 1 })) },
    ],
    ["an alarm without a name", { alarms: [{ of: { toString: 1, valueOf: 1 }, reason: "x" }] }],
    [
      "more failures of the classifier than it was asked for",
      { window: { requests: 9, scores: [], asked: 1, failures: 5, labels: noLabels } },
    ],
    [
      "more of a label than requests",
      {
        window: {
          requests: 9,
          scores: [],
          asked: 1,
          failures: 1,
          labels: { ...noLabels, model: [["a", 1e15]] },
        },
      },
    ],
    ["a reference out of order", { reference: { quantiles: [1, 0], scores: 5 } }],
  ])("is refused if it is %s, and nothing changes", (_, part) => {
    const { monitor, send } = watched();
    send(1_500);
    const before = monitor.exportState();
    const state = typeof part === "object" ? { ...before, ...part } : part;
    expect(() => monitor.restoreState(state as never)).toThrow(/state/);
    expect(monitor.exportState()).toEqual(before);
  });
});

describe("hostile traffic", () => {
  it("of a million labels, sessions and models takes no more memory than a window", () => {
    const { monitor } = watched({ windowRequests: 200 });
    const requests = runs(5_000, 1_000_000);
    for (let at = 0; at < requests; at += 1) {
      const name = `${at} ${"x".repeat(500)}`;
      monitor(
        madeOf({
          model: name,
          request: { session: name, tenant: name, category: name, language: name, inputTokens: at },
          classification: { complexity: at % 2 },
          versions: { classifier: name },
        } as unknown as Decision),
      );
      monitor({
        type: "attempt-ended",
        decisionId: "d",
        attempt: { name, servedModel: name },
      } as RouterEvent);
    }
    expect(JSON.stringify(monitor.exportState()).length).toBeLessThan(400_000);
    expect(monitor.status().alarms.length).toBeLessThan(300);
  });

  it("with numbers that are none, names of prototypes and clocks that jump changes nothing but counts", () => {
    const anything = fc.oneof(
      fc.constantFrom("__proto__", "constructor", "toString", ""),
      fc.string(),
      fc.constant(undefined),
    );
    const number = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0));
    fc.assert(
      fc.property(fc.array(fc.tuple(anything, number, anything), { maxLength: 450 }), (rows) => {
        const { monitor } = watched({ windowRequests: 200 });
        for (const [text, value, at] of rows)
          monitor(
            madeOf({
              at,
              model: text,
              request: { category: text, language: text, inputTokens: value },
              classification: { complexity: value },
              versions: { classifier: "c@1" },
            } as unknown as Decision),
          );
        expect(
          monitor.status().requests + 200 * (monitor.status().windows + (rows.length >= 200 ? 1 : 0)),
        ).toBe(rows.length);
        const { scores } = monitor.exportState().window;
        expect(scores.every(Number.isFinite)).toBe(true);
        expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
      }),
      numRuns(200),
    );
  });
});

describe("options of a drift monitor", () => {
  it.each<[DriftOptions, RegExp]>([
    [{ reference: { quantiles: [1], scores: 100 } }, /reference.quantiles/],
    [{ reference: { quantiles: [0, Number.NaN], scores: 100 } }, /reference.quantiles\[1\]/],
  ])("refuses %o", (options, message) => {
    expect(() => createDriftMonitor(options)).toThrow(message);
  });
});
