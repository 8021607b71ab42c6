import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LoopEvent, PromiseChanged, RequestFacts } from "../../src/contracts/index.ts";
import type { AuditedRecord, DecidedBecause } from "../../src/loop/promise/audited-record.ts";
import { createPromise, type LivePromise } from "../../src/loop/promise/promise.ts";
import { seededRandom } from "../../src/loop/statistics/seeded-random.ts";
import { numRuns, runs } from "../support/runs.ts";

const limits = { maxLoss: 0.02, window: 100 };
const asks = (category?: string) => ({ category }) as RequestFacts;

function addMany(promise: LivePromise, count: number, record: AuditedRecord): void {
  for (let at = 0; at < count; at += 1) promise.add(record);
}

/** Collects the events of a promise. */
function heard(promise: LivePromise): PromiseChanged[] {
  const events: PromiseChanged[] = [];
  promise.attach({
    observe(sink) {
      sink.attach?.((event: LoopEvent | { readonly type: "decisions-lost" }) => {
        if (event.type === "promise-changed") events.push(event);
      });
      return () => undefined;
    },
  });
  return events;
}

describe("records that are no evidence", () => {
  it.each(["pin", "cap", "promise", "budget", "fallback", "held-out"] satisfies DecidedBecause[])(
    "because of %s are counted apart",
    (because) => {
      const promise = createPromise(limits);
      addMany(promise, 200, { loss: 1, because });
      promise.add({ loss: 0.5, because, probability: 0.5 });
      expect(promise.standing()).toMatchObject({ state: "not-enough-evidence", records: 0 });
      // (200 · 1 + 0.5 · 2) / 202
      expect(promise.report().apart).toEqual([{ because, records: 201, meanLoss: 201 / 202 }]);
    },
  );

  it("are those of a decision that was added before", () => {
    const promise = createPromise(limits);
    addMany(promise, 50, { loss: 1, decisionId: "d" });
    expect(promise.standing().records).toBe(1);
    expect(promise.report().repeated).toEqual({ decisions: 49, units: 0 });
  });

  it("stay known over a restart, and the state holds none of their names", () => {
    const promise = createPromise(limits);
    promise.add({ loss: 1, decisionId: "decision-1", unit: "unit-1", tenant: "tenant-1" });
    const text = JSON.stringify(promise.exportState());
    expect(text).not.toMatch(/decision-1|unit-1|tenant-1/);
    const next = createPromise(limits);
    next.restoreState(JSON.parse(text));
    next.add({ loss: 1, decisionId: "decision-1" });
    next.add({ loss: 1, decisionId: "decision-2", unit: "unit-1" });
    expect(next.report()).toMatchObject({ records: 1, repeated: { decisions: 1, units: 1 } });
  });
});

describe("categories", () => {
  it("have statements of their own: one is broken while all traffic is not", () => {
    const promise = createPromise({ maxLoss: 0.02, window: 1_000 });
    const events = heard(promise);
    for (let at = 0; at < 1_500; at += 1) {
      promise.add({ loss: 0, category: "chat" });
      promise.add({ loss: 0, category: "chat" });
      if (at % 30 === 0) promise.add({ loss: 1, category: "code" });
    }
    expect(promise.standing().state).not.toBe("broken");
    expect(promise.state(asks("code"))).toBe("broken");
    expect(promise.state(asks("chat"))).toBe("kept");
    expect(promise.state(asks())).toBe("kept");
    expect(events.map(({ category, to }) => [category, to])).toContainEqual(["code", "broken"]);
    const { categories } = promise.report();
    expect(categories.map(({ category, state }) => [category, state])).toEqual([
      ["chat", "kept"],
      ["code", "broken"],
    ]);
    expect(categories[1]?.meanLoss).toBe(1);
  });

  it("share half of the error: evidence that breaks a promise is twice as high as without them", () => {
    const alarmAt = (categories: number) => createPromise({ ...limits, categories }).standing().alarmAt;
    expect([alarmAt(0), alarmAt(1), alarmAt(20)]).toEqual([400, 800, 800]);
    const promise = createPromise(limits);
    promise.add({ loss: 0, category: "code" });
    // 2 · 20 windows · (20 bets of a window + 20 categories + the rest)
    expect(promise.report().categories[0]?.alarmAt).toBe(1_640);
  });

  it("are bounded, with names that cannot be made up to harm, and real ones come in again", () => {
    const promise = createPromise({ ...limits, categories: 3 });
    const odd = ["__proto__", "a\u0000b", "x".repeat(41), "constructor", "<script>"];
    for (const category of odd) promise.add({ loss: 0, category });
    for (let at = 0; at < runs(2_000, 20_000); at += 1) promise.add({ loss: 0, category: `made-up-${at}` });
    expect(promise.report().categories.length).toBeLessThanOrEqual(4);
    addMany(promise, 200, { loss: 0, category: "chat" });
    promise.add({ loss: 0, category: "code" });
    expect(promise.report().categories.map(({ category }) => category)).toContain("code");
    expect(JSON.stringify(promise.exportState()).length).toBeLessThan(60_000);
  });
});

describe("a tenant that sends nearly all traffic", () => {
  const flood = (promise: LivePromise) => {
    const random = seededRandom(3);
    // Others lose a tenth; the tenant makes up requests without loss.
    for (let at = 0; at < runs(8_000, 20_000); at += 1) {
      if (at % 20 === 0) promise.add({ loss: random() < 0.3 ? 1 : 0, tenant: `other-${at % 7}` });
      else promise.add({ loss: 0, tenant: "flood" });
    }
    return promise;
  };

  it("hides the loss of others unless its share is bounded", () => {
    const open = flood(createPromise({ maxLoss: 0.05, window: 1_000 }));
    expect(open.standing().state).not.toBe("broken");
    expect(open.report().largestTenantShare).toBeCloseTo(0.95, 1);
    const bounded = flood(createPromise({ maxLoss: 0.05, window: 1_000, maxTenantShare: 0.2 }));
    expect(bounded.standing().state).toBe("broken");
    expect(bounded.report().largestTenantShare).toBeLessThan(0.35);
  });

  it("counts as it is while it is alone", () => {
    const promise = createPromise({ maxLoss: 0.1, window: 100, maxTenantShare: 0.2 });
    addMany(promise, 100, { loss: 0, tenant: "only" });
    expect(promise.standing().state).toBe("kept");
  });
});

describe("the bound", () => {
  it("is above the mean loss and falls with the records", () => {
    const random = seededRandom(11);
    const promise = createPromise({ maxLoss: 0.05 });
    const bounds: number[] = [];
    for (let at = 1; at <= 2_000; at += 1) {
      promise.add({ loss: random() < 0.02 ? 1 : 0 });
      if (at % 500 === 0) bounds.push(promise.standing().upperBound ?? Number.NaN);
    }
    expect([...bounds].sort((a, b) => b - a)).toEqual(bounds);
    expect(bounds.at(-1)).toBeGreaterThan(promise.standing().meanLoss ?? 0);
    expect(bounds.at(-1)).toBeLessThan(0.04);
  });

  it("is absent without records, and 1 where all is lost", () => {
    const promise = createPromise(limits);
    expect(promise.standing().upperBound).toBeUndefined();
    addMany(promise, 100, { loss: 1 });
    expect(promise.standing().upperBound).toBe(1);
  });
});

describe("events", () => {
  it("come at each change, kept and the renewal included, to each router", () => {
    const promise = createPromise({ maxLoss: 0.1, window: 100 });
    const events = heard(promise);
    const others = heard(promise);
    addMany(promise, 100, { loss: 0 });
    addMany(promise, 100, { loss: 1 });
    promise.renew();
    expect(events.map(({ from, to }) => `${from} > ${to}`)).toEqual([
      "not-enough-evidence > kept",
      "kept > at-risk",
      "at-risk > broken",
      "broken > not-enough-evidence",
    ]);
    expect(events[2]).toMatchObject({
      promise: "promise",
      maxLoss: 0.1,
      reason: expect.stringContaining("0.1"),
    });
    expect(others).toEqual(events);
  });

  it("end when the router is detached", () => {
    const promise = createPromise(limits);
    let told = 0;
    const detach = promise.attach({
      observe(sink) {
        sink.attach?.(() => {
          told += 1;
        });
        return () => undefined;
      },
    });
    detach();
    addMany(promise, 100, { loss: 1 });
    expect(told).toBe(0);
  });
});

describe("a fleet", () => {
  const timed = { ...limits, everyMs: 60_000 };
  const process = (loss: () => number, records: number) => {
    const promise = createPromise(timed);
    for (let at = 0; at < records; at += 1) promise.add({ loss: loss(), at: at * 5_000 });
    return promise;
  };

  it("finds what each process alone cannot", () => {
    const random = seededRandom(2);
    const loss = () => (random() < 0.25 ? 1 : 0);
    const [one, other] = [process(loss, 14), process(loss, 14)];
    expect([one.standing().state, other.standing().state]).not.toContain("broken");
    const before = one.standing().evidence;
    expect(one.follow([JSON.parse(JSON.stringify(other.exportState()))]).evidence).toBeGreaterThan(before);
  });

  it("is broken for all when it is for one, and begins again when all are renewed", () => {
    const bad = process(() => 1, 50);
    const good = process(() => 0, 50);
    expect(bad.standing().state).toBe("broken");
    expect(good.follow([bad.exportState()]).state).toBe("broken");
    good.renew();
    bad.renew();
    expect(good.follow([bad.exportState()]).state).toBe("not-enough-evidence");
  });

  it("needs bets that begin at the same times, and records with a time", () => {
    expect(() => createPromise(limits).follow([])).toThrow(/everyMs/);
    expect(() => createPromise(timed).add({ loss: 0 })).toThrow(/record\.at/);
    expect(() => createPromise(timed).follow([createPromise(limits).exportState()])).toThrow(/state/);
  });

  it("goes on after the clock of a record was far ahead", () => {
    const promise = createPromise(timed);
    promise.add({ loss: 0, at: 8e15 });
    for (let at = 0; at < 100; at += 1) promise.add({ loss: 1, at: at * 5_000 });
    expect(promise.standing().state).toBe("broken");
  });
});

describe("hostile records", () => {
  it.each([
    ["loss", { loss: Number.NaN }],
    ["loss", { loss: "1" }],
    ["probability", { loss: 0, probability: 1e-300 }],
    ["probability", { loss: 0, probability: 2 }],
    ["at", { loss: 0, at: -1 }],
    ["at", { loss: 0, at: Number.POSITIVE_INFINITY }],
    ["unit", { loss: 0, unit: {} }],
    ["category", { loss: 0, category: 5 }],
    ["decisionId", { loss: 0, decisionId: [] }],
    ["because", { loss: 0, because: "__proto__" }],
  ])("with a bad %s are refused and change nothing", (field, record) => {
    const promise = createPromise(limits);
    promise.add({ loss: 0, decisionId: "a" });
    const before = promise.exportState();
    expect(() => promise.add(record as AuditedRecord)).toThrow(new RegExp(`record.${field}`));
    expect(() => promise.add(undefined as never)).toThrow(/record/);
    expect(promise.exportState()).toEqual(before);
  });

  it("never make a number of the report NaN, and a restart changes nothing", () => {
    const record = fc.record(
      {
        loss: fc.double({ min: -1, max: 1, noNaN: true }),
        probability: fc.constantFrom(1, 0.5, 1e-6, 0.02),
        tenant: fc.constantFrom("a", "b", "c"),
        category: fc.constantFrom("x", "y", "z", "__proto__", ""),
        unit: fc.constantFrom("u", "v"),
        because: fc.constantFrom<DecidedBecause>("policy", "policy", "pin", "cap"),
        at: fc.nat(10_000_000),
      },
      { requiredKeys: ["loss"] },
    );
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 250 }),
        fc.constantFrom(1, 0.3),
        fc.nat(249),
        (records, maxTenantShare, cut) => {
          const options = { ...limits, categories: 2, maxTenantShare };
          const whole = createPromise(options);
          let parts = createPromise(options);
          records.forEach((one, at) => {
            whole.add(one);
            parts.add(one);
            if (at !== cut) return;
            const state = JSON.parse(JSON.stringify(parts.exportState()));
            parts = createPromise(options);
            parts.restoreState(state);
          });
          const report = whole.report();
          JSON.stringify(report, (_, value) => {
            if (typeof value === "number") expect(Number.isFinite(value)).toBe(true);
            return value;
          });
          expect(parts.report()).toEqual({
            ...report,
            meanLoss: report.meanLoss === undefined ? undefined : expect.closeTo(report.meanLoss, 6),
            evidence: expect.closeTo(report.evidence, 6),
            largestTenantShare: report.largestTenantShare && expect.closeTo(report.largestTenantShare, 6),
            upperBound: report.upperBound,
            categories: expect.any(Array),
            statement: expect.any(Array),
          });
        },
      ),
      numRuns(1_000),
    );
  });
});
