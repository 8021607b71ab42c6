import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binOf, quantileOf, timeBins } from "../../../src/serve/status/bins.ts";
import { comparedCost } from "../../../src/serve/status/compared-cost.ts";
import type { EndedRequest } from "../../../src/serve/status/ended-request.ts";
import { createRecorder, type Recorder } from "../../../src/serve/status/recorder.ts";
import { mostModels } from "../../../src/serve/status/slot.ts";
import { summaryOf } from "../../../src/serve/status/summary.ts";
import { type WindowName, windowNames } from "../../../src/serve/status/window-names.ts";
import { sampleRequests } from "../../support/dashboard/sample-requests.ts";
import { runs } from "../../support/runs.ts";

const now = Date.parse("2026-11-27T12:00:00Z");
const permitted = (model: string, estimatedCostUsd?: number) => ({
  model,
  permitted: true as const,
  ...(estimatedCostUsd !== undefined && { estimatedCostUsd }),
});

function ended(
  partial: Partial<EndedRequest["decision"]> = {},
  rest: Partial<EndedRequest> = {},
): EndedRequest {
  const model = partial.model ?? "small";
  return {
    decision: {
      id: "d",
      at: "2026-11-27T12:00:00Z",
      model,
      plan: [{ model }],
      fallbacks: [],
      candidates: [permitted("small", 0.001), permitted("large", 0.01)],
      reason: "below",
      propensity: 1,
      forced: false,
      certified: false,
      ...partial,
    },
    attempts: [{ model, hop: "answer", latencyMs: 100, costUsd: 0.002 }],
    latencyMs: 110,
    ...rest,
  };
}

const totalsOf = (recorder: Recorder, name: WindowName = "1h", at = now) =>
  summaryOf(recorder.view(name, at), recorder.models).totals;

describe("times in bins", () => {
  it("give quantiles within 7 % from a millisecond to 20 minutes", () => {
    const time = fc.double({ min: 1, max: 1_200_000, noNaN: true });
    fc.assert(
      fc.property(time, (ms) => {
        const bins = new Uint32Array(timeBins);
        bins[binOf(ms)] = 1;
        const found = quantileOf(bins, 0.5) ?? 0;
        expect(Math.abs(found / ms - 1)).toBeLessThan(0.07);
      }),
      { numRuns: runs(500, 10_000) },
    );
  });

  it("take any number", () => {
    for (const odd of [Number.NaN, -1, 0, Number.POSITIVE_INFINITY, 1e300])
      expect(binOf(odd)).toBeGreaterThanOrEqual(0);
    expect(binOf(Number.POSITIVE_INFINITY)).toBe(timeBins - 1);
    expect(quantileOf(new Uint32Array(timeBins), 0.5)).toBeUndefined();
  });
});

describe("the cost without a router", () => {
  it("is what the answering call cost, times the ratio of the expected costs", () => {
    expect(comparedCost(ended(), undefined)).toEqual({ paidUsd: 0.002, referenceUsd: 0.02 });
  });

  it("is the call's own cost if the reference answered, so that what failed before it is a loss", () => {
    const attempts = [
      { model: "small", hop: "answer", latencyMs: 1, costUsd: 0.001, error: { code: "provider" } },
      { model: "large", hop: "fallback", latencyMs: 1, costUsd: 0.02 },
    ] as const;
    expect(comparedCost(ended({}, { attempts }), undefined)).toEqual({ paidUsd: 0.021, referenceUsd: 0.02 });
  });

  it("is the same for a pinned request, and where the reference was not permitted", () => {
    expect(comparedCost(ended({ forced: true }), undefined)).toEqual({ paidUsd: 0.002, referenceUsd: 0.002 });
    const refused = [permitted("small", 0.001), { model: "large", permitted: "residency: no" }];
    expect(comparedCost(ended({ candidates: refused }), "large")).toEqual({
      paidUsd: 0.002,
      referenceUsd: 0.002,
    });
  });

  it("is nothing for a request that failed, whose calls were paid", () => {
    expect(comparedCost(ended({}, { error: { code: "provider" } }), undefined)).toEqual({
      paidUsd: 0.002,
      referenceUsd: 0,
    });
  });

  it("is not known where a cost is not, and never read from a lie", () => {
    const costing = (costUsd: number | undefined) =>
      ended({}, { attempts: [{ model: "small", hop: "answer", latencyMs: 1, costUsd }] });
    for (const costUsd of [undefined, Number.NaN, -1, 1e30])
      expect(comparedCost(costing(costUsd), undefined)).toBeUndefined();
    const unpriced = [permitted("small"), permitted("large")];
    expect(comparedCost(ended({ candidates: unpriced }), undefined)).toBeUndefined();
  });
});

describe("a recording", () => {
  it("adds up what ended in each stretch of time", () => {
    const recorder = createRecorder();
    const hour = 3_600_000;
    for (const age of [0, 20 * 60_000, 2 * hour, 30 * hour, 8 * 24 * hour]) recorder.add(now - age, ended());
    const requests = windowNames.map((name) => totalsOf(recorder, name).requests);
    expect(requests).toEqual([1, 2, 3, 4]);
    expect(totalsOf(recorder)).toMatchObject({
      costUsd: 0.004,
      compared: 2,
      paidUsd: 0.004,
      referenceUsd: 0.04,
    });
    expect([recorder.first, recorder.newest]).toEqual([now - 8 * 24 * hour, now]);
  });

  it("counts a request that failed before it was decided, and a call that belongs to none", () => {
    const recorder = createRecorder();
    recorder.addUndecided(now);
    recorder.addAttempt(now, { model: "judge", hop: "check", latencyMs: 5, costUsd: 0.5 });
    expect(totalsOf(recorder)).toMatchObject({
      requests: 1,
      failed: 1,
      costUsd: 0.5,
      models: [{ model: "judge", requests: 0, attempts: 1 }],
    });
    expect(recorder.rows(0, 10)).toEqual([]);
  });

  it("keeps the newest 200 rows, the newest first", () => {
    const recorder = createRecorder();
    const next = sampleRequests(1);
    for (let count = 0; count < 1_000; count += 1) recorder.add(now, next());
    expect(recorder.rows(0, 1_000).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 200 }, (_, at) => 1_000 - at),
    );
    expect(recorder.rows(998, 60).map(({ seq }) => seq)).toEqual([1_000, 999]);
    expect(recorder.rows(1_000, 60)).toEqual([]);
  });

  it("stays small whatever names it is given, and cuts and cleans them", () => {
    const recorder = createRecorder();
    for (let count = 0; count < 5_000; count += 1)
      recorder.add(
        now,
        ended({
          model: `m${count}\u202e\n<b>${"x".repeat(500)}`,
          arms: [{ comparison: `r${count}`, arm: `a${count}`, share: 1, unitHash: "", draw: 0 }],
          budgets: [{ name: `b${count}`, unit: "usd", used: 1, limit: 2 }],
          candidates: [
            { model: `p${count}`, permitted: true, members: [{ endpoint: "e", permitted: true }] },
          ],
        }),
      );
    for (let count = 0; count < 100; count += 1)
      recorder.addNews({ at: 1, tone: "plain", text: "n".repeat(1_000) });
    expect(recorder.models).toHaveLength(mostModels + 1);
    expect(recorder.models.at(-1)).toBe("other models");
    expect(recorder.models[0]).toMatch(/^m0\ufffd\ufffd<b>x+$/);
    expect(recorder.models[0]?.length).toBe(200);
    expect(recorder.arms()).toHaveLength(20);
    expect(recorder.budgets()).toHaveLength(100);
    expect(recorder.pools()).toHaveLength(20);
    expect(recorder.news()).toHaveLength(40);
    expect(recorder.news()[0]?.text).toHaveLength(200);
    expect(totalsOf(recorder).requests).toBe(5_000);
  });

  it("names like those of prototypes are ordinary", () => {
    const recorder = createRecorder();
    for (const model of ["__proto__", "constructor"]) recorder.add(now, ended({ model }));
    expect(totalsOf(recorder).models.map(({ model }) => model)).toEqual(["__proto__", "constructor"]);
  });

  it("forgets what a clock that has gone back calls the future, and takes no time beyond 2200", () => {
    const recorder = createRecorder();
    recorder.add(now + 86_400_000, ended());
    recorder.forgetAfter(now);
    recorder.add(now, ended());
    expect(totalsOf(recorder, "24h").requests).toBe(1);
    for (const odd of [Number.NaN, -1, 1e20, Number.POSITIVE_INFINITY]) recorder.add(odd, ended());
    expect(totalsOf(recorder, "24h").requests).toBe(1);
  });

  it("shows the model that answered, what chose, and what would have come next", () => {
    const recorder = createRecorder();
    const plan = [{ model: "small", unless: "json" }, { model: "large" }];
    const attempts = [
      {
        model: "small",
        hop: "answer",
        latencyMs: 9,
        costUsd: 0.001,
        error: { code: "provider", kind: "timeout" },
      },
      { model: "large", hop: "fallback", latencyMs: 20 },
    ] as const;
    recorder.add(now, ended({ plan, insteadOf: plan }, { attempts }));
    recorder.add(
      now,
      ended({ forced: true, fallbacks: ["large"] }, { error: { code: "deadline-exceeded" } }),
    );
    const [second, first] = recorder.rows(0, 2);
    expect(first).toMatchObject({ answeredBy: "large", runnerUp: "large", cause: "cap", calls: 2 });
    expect(first?.attempts.map(({ error }) => error)).toEqual(["timeout", undefined]);
    expect(first).not.toHaveProperty("costUsd");
    expect(second).toMatchObject({ cause: "pin", runnerUp: "large", error: "deadline-exceeded" });
  });
});
