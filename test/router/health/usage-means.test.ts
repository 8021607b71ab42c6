import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidOptionError } from "../../../src/contracts/index.ts";
import {
  createUsageMeans,
  type UsageMeans,
  type UsageMeansState,
} from "../../../src/router/health/usage-means.ts";
import { runs } from "../../support/runs.ts";

const request = { expectedOutputTokens: 300 };
const start = Date.UTC(2026, 10, 26);
const minute = 60_000;

interface Caller {
  readonly tenant?: string;
  readonly category?: string;
  readonly now?: number;
}

function observe(
  means: UsageMeans,
  times: number,
  estimated: number,
  input: number,
  output: number,
  { now = start, ...asker }: Caller = {},
): void {
  for (let at = 0; at < times; at += 1) {
    const usage = { inputTokens: input, outputTokens: output };
    means.observe("m", { ...asker, estimatedInputTokens: estimated, usage }, now);
  }
}

const answers = (means: UsageMeans, times: number, tokens: number, caller: Caller = {}): void =>
  observe(means, times, 0, 10, tokens, caller);
const calibrated = (means: UsageMeans, name = "m", tenant?: string, now = start): number =>
  means.calibratedInputTokens(name, { inputTokens: 1_000, tenant }, now);

describe("the tokens of a chat template", () => {
  const short = (means: UsageMeans, now = start): number =>
    means.calibratedInputTokens("m", { inputTokens: 8, tenant: undefined }, now);

  test("are learnt from a short call, and added to each estimate", () => {
    const means = createUsageMeans();
    expect(short(means)).toBe(8);
    observe(means, 1, 8, 37, 5);
    expect(short(means)).toBe(37);
    expect(calibrated(means)).toBe(1_029);
  });

  test("are taken off where the ratio of a longer call is learnt", () => {
    const means = createUsageMeans();
    observe(means, 1, 8, 37, 5);
    observe(means, 50, 40, 69, 5);
    expect(calibrated(means)).toBe(1_029);
  });

  test("stay what they are when a tenant sends texts of many tokens, or a server states absurd ones", () => {
    const means = createUsageMeans();
    observe(means, 3, 10, 39, 5, { tenant: "a" });
    observe(means, 2, 10, 130, 5, { tenant: "b" });
    expect(short(means)).toBeLessThan(8 + 35);
    for (const odd of [Number.NaN, -5, Number.POSITIVE_INFINITY, 0]) observe(means, 1, 10, odd, 5);
    expect(short(means)).toBeLessThan(8 + 40);
    observe(means, 10_000, 10, 1e9, 5, { tenant: "c" });
    expect(short(means)).toBeLessThanOrEqual(8 * 4 + 256);
  });

  test("fall at once when another template adds fewer", () => {
    const means = createUsageMeans();
    observe(means, 5, 8, 80, 5);
    observe(means, 1, 8, 12, 5);
    expect(short(means)).toBe(12);
  });

  test("are exported and restored", () => {
    const [means, copy] = [createUsageMeans(), createUsageMeans()];
    observe(means, 1, 8, 37, 5);
    copy.restoreState(JSON.parse(JSON.stringify(means.exportState(start))), start, start);
    expect(short(copy)).toBe(37);
    // A state from before they were learnt.
    const [old] = means.exportState(start).models.map(({ templateTokens: _, ...rest }) => rest);
    copy.restoreState({ formatVersion: 1, models: old === undefined ? [] : [old] }, start, start);
    expect(short(copy)).toBe(8);
    observe(copy, 1, 8, 37, 5);
    expect(short(copy)).toBe(37);
    const wrong = {
      name: "m",
      outputs: 1,
      meanOutputTokens: 1,
      inputs: 1,
      meanLogRatio: 0,
      templateTokens: 257,
    };
    expect(() => copy.restoreState({ formatVersion: 1, models: [wrong] }, start, start)).toThrow(
      "templateTokens",
    );
  });
});

describe("expected output tokens", () => {
  test("are the request's own expectation before the first call", () => {
    const means = createUsageMeans();
    expect(means.expectedOutputTokens("m", request, start)).toBe(300);
    const asked = { expectedOutputTokens: 50, maxOutputTokens: 50 };
    expect(means.expectedOutputTokens("m", asked, start)).toBe(50);
  });

  test("are the mean of this model's calls, drawn to the request's own by the weight of four calls", () => {
    const means = createUsageMeans();
    for (const outputTokens of [300, 300, 300]) answers(means, 1, outputTokens);
    expect(means.expectedOutputTokens("m", request, start)).toBeCloseTo(300, 9);
    answers(means, 1, 1_100);
    // The shared mean has moved by a little as well: (4 x 500 + 4 x shared) / 8.
    const shared = 300 * Math.exp((0.1 * Math.log(500 / 300)) / 16);
    expect(means.expectedOutputTokens("m", request, start)).toBeCloseTo((500 + shared) / 2, 9);
    expect(means.expectedOutputTokens("other", request, start)).toBe(300);
  });

  test("are never above the requested limit", () => {
    const means = createUsageMeans();
    answers(means, 100, 2_000);
    const within = (maxOutputTokens: number) =>
      means.expectedOutputTokens("m", { expectedOutputTokens: 300, maxOutputTokens }, start);
    expect(within(500)).toBe(500);
    expect(within(5_000)).toBeGreaterThan(1_900);
    expect(within(5_000)).toBeLessThan(2_000);
  });

  test("follow a model whose answers have changed", () => {
    const means = createUsageMeans();
    answers(means, 1_000, 100);
    answers(means, 500, 400);
    expect(means.expectedOutputTokens("m", request, start)).toBeGreaterThan(380);
  });

  test("are not carried away by one absurd count", () => {
    const means = createUsageMeans();
    answers(means, 20, 300);
    answers(means, 1, 1e15);
    // 20 x 300, one of 8 x 300, and 4 x 300 that precede them
    expect(means.expectedOutputTokens("m", request, start)).toBeCloseTo(9_600 / 25, 0);
  });

  test("are not raised for other tenants, nor for other categories", () => {
    const means = createUsageMeans();
    answers(means, 1_000, 4_000, { tenant: "greedy", category: "essays" });
    const expected = (asker: Caller) => means.expectedOutputTokens("m", { ...request, ...asker }, start);
    expect(expected({ tenant: "greedy", category: "essays" })).toBeGreaterThan(3_000);
    expect(expected({ tenant: "greedy", category: "facts" })).toBe(300);
    expect(expected({ tenant: "modest", category: "essays" })).toBe(300);
    expect(expected({})).toBe(300);
  });

  test("are held against a model as long as calls renew them: after half an hour without one comes a trial", () => {
    const means = createUsageMeans();
    answers(means, 24, 4_000, { tenant: "greedy" });
    const expected = (now: number) => means.expectedOutputTokens("m", { ...request, tenant: "greedy" }, now);
    expect(expected(start + 29 * minute)).toBeGreaterThan(2_500);
    expect(expected(start + 30 * minute)).toBe(300);
    answers(means, 1, 100, { tenant: "greedy", now: start + 30 * minute });
    expect(expected(start + 31 * minute)).toBeGreaterThan(1_000);
    expect(expected(start + 61 * minute)).toBe(300);
  });

  test("of short answers are not forgotten by a silence, since nothing is refused by them", () => {
    const means = createUsageMeans();
    answers(means, 100, 50);
    expect(means.expectedOutputTokens("m", request, start + 60 * minute)).toBeLessThan(70);
  });
});

describe("usual output tokens", () => {
  const usual = (means: UsageMeans, now = start, asker: Caller = {}) =>
    means.usualOutputTokens("m", { ...request, ...asker }, now);

  test("age: two hours halve the weight of what was learnt", () => {
    const means = createUsageMeans();
    answers(means, 4, 2_000);
    const shared = 4 * usual(means, start, { tenant: "none" });
    expect(usual(means)).toBeCloseTo((4 * 2_000 + shared) / 8, 6);
    expect(usual(means, start + 120 * minute)).toBeCloseTo((2 * 2_000 + shared) / 6, 6);
    expect(usual(means, start + 6_000 * minute)).toBeLessThan(430);
  });

  test("age although the clock is set back, and by an hour at most faster if it jumps ahead by one", () => {
    const means = createUsageMeans();
    answers(means, 100, 4_000);
    const before = usual(means);
    expect(usual(means, start - 600 * minute)).toBe(before);
    expect(usual(means, start - 480 * minute)).toBeLessThan(before);
    expect(usual(means, Number.NaN)).toBe(usual(means, start - 480 * minute));
  });

  test("of a new tenant follow many tenants, and hardly one", () => {
    const one = createUsageMeans();
    answers(one, 10_000, 4_000, { tenant: "greedy" });
    expect(usual(one, start, { tenant: "new" })).toBeLessThan(350);
    const many = createUsageMeans();
    for (let tenant = 0; tenant < 100; tenant += 1) answers(many, 3, 1_000, { tenant: `t${tenant}` });
    expect(usual(many, start, { tenant: "new" })).toBeGreaterThan(900);
    expect(usual(many, start, { tenant: "new" })).toBeLessThan(1_050);
  });

  test("are raised and never lowered by answers that were cut", () => {
    const means = createUsageMeans();
    answers(means, 10, 1_000);
    const before = usual(means);
    const cut = (outputTokens: number) =>
      means.observe("m", { usage: { inputTokens: 1, outputTokens }, isCut: true }, start);
    cut(256);
    expect(usual(means)).toBeGreaterThanOrEqual(before);
    cut(2_000);
    expect(usual(means)).toBeGreaterThan(before);
  });
});

describe("calibrated input tokens", () => {
  test("are the estimate before the first call", () => {
    expect(calibrated(createUsageMeans())).toBe(1_000);
  });

  test("approach the ratio of returned to estimated tokens", () => {
    const means = createUsageMeans();
    observe(means, 100, 1_000, 1_300, 10);
    expect(calibrated(means)).toBeGreaterThan(1_280);
    expect(calibrated(means)).toBeLessThanOrEqual(1_300);
    expect(calibrated(means, "other")).toBe(1_000);
  });

  test("weigh over- and under-estimates alike", () => {
    const means = createUsageMeans();
    observe(means, 10, 1_000, 2_000, 10);
    observe(means, 10, 1_000, 500, 10);
    expect(calibrated(means)).toBeCloseTo(1_000, -2);
  });

  test("move by a third at most on one hostile count, and stay within a factor of 4 on many", () => {
    const means = createUsageMeans();
    observe(means, 1, 100, 1e12, 10);
    expect(calibrated(means)).toBeLessThan(1_330);
    observe(means, 10_000, 100, 1e12, 10);
    expect(calibrated(means)).toBeLessThanOrEqual(4_000);
  });

  test("learn no ratio from short inputs, whose wrapping makes it, nor from invalid counts", () => {
    const means = createUsageMeans();
    observe(means, 100, 5, 20, 10);
    observe(means, 100, Number.NaN, 20, 10);
    observe(means, 100, 1_000, Number.NaN, Number.NaN);
    observe(means, 100, 1_000, -1, -1);
    observe(means, 100, 1_000, 0, 10);
    observe(means, 100, Number.POSITIVE_INFINITY, 10, 10);
    // The template's own tokens, once, are all that was learnt.
    expect(calibrated(means)).toBe(1_015);
    expect(means.expectedOutputTokens("m", request, start)).toBeLessThan(35);
  });
});

describe("calibration by tenant", () => {
  test("does not let one tenant's odd text raise the estimates of all", () => {
    const means = createUsageMeans();
    observe(means, 10_000, 100, 400, 10, { tenant: "odd" });
    expect(calibrated(means, "m", "odd")).toBeGreaterThan(3_700);
    expect(calibrated(means, "m", "other")).toBeLessThan(1_200);
    const many = createUsageMeans();
    for (let tenant = 0; tenant < 100; tenant += 1) observe(many, 3, 100, 130, 10, { tenant: `t${tenant}` });
    expect(calibrated(many, "m", "new")).toBeCloseTo(1_300, -2);
  });

  test("forgets an odd ratio that no call renews, and keeps an ordinary one", () => {
    const means = createUsageMeans();
    observe(means, 100, 100, 400, 10, { tenant: "odd" });
    observe(means, 100, 100, 130, 10, { tenant: "plain" });
    expect(calibrated(means, "m", "odd", start + 60 * minute)).toBeLessThanOrEqual(1_500);
    expect(calibrated(means, "m", "plain", start + 60 * minute)).toBeGreaterThan(1_280);
  });
});

describe("state", () => {
  test("goes through JSON and back", () => {
    const means = createUsageMeans();
    observe(means, 7, 1_000, 1_500, 120, { tenant: "t", category: "c" });
    observe(means, 2, 1_000, 1_500, 1_200);
    means.observe("__proto__", { usage: { inputTokens: 1, outputTokens: 77 } }, start + minute);
    const copy = createUsageMeans();
    copy.observe("gone", { usage: { inputTokens: 1, outputTokens: 5 } }, start);
    copy.restoreState(
      JSON.parse(JSON.stringify(means.exportState(start + minute))) as UsageMeansState,
      start + minute,
      start + minute,
    );
    expect(copy.exportState(start + minute)).toEqual(means.exportState(start + minute));
    expect(calibrated(copy)).toBe(calibrated(means));
    for (const name of ["m", "__proto__", "gone"])
      for (const asker of [{}, { tenant: "t" }, { tenant: "t", category: "c" }])
        for (const now of [start + minute, start + 500 * minute])
          expect(copy.usualOutputTokens(name, { ...request, ...asker }, now)).toBeCloseTo(
            means.usualOutputTokens(name === "gone" ? "none" : name, { ...request, ...asker }, now),
            6,
          );
  });

  test("ages while no process runs, and a time in the future counts as now", () => {
    const means = createUsageMeans();
    answers(means, 100, 4_000);
    const restored = (now: number) => {
      const copy = createUsageMeans();
      copy.restoreState(means.exportState(start), now, now);
      return copy.usualOutputTokens("m", request, now);
    };
    expect(restored(start + 1_200 * minute)).toBeLessThan(restored(start));
    expect(restored(start - 1_200 * minute)).toBe(restored(start));
  });

  test("of an older version, without tenants, is restored as what all have in common", () => {
    const means = createUsageMeans();
    const old = { name: "m", outputs: 50, meanOutputTokens: 600, inputs: 50, meanLogRatio: Math.log(1.2) };
    means.restoreState({ formatVersion: 1, models: [old] }, start, start);
    expect(means.usualOutputTokens("m", request, start)).toBeCloseTo(600, 6);
    expect(calibrated(means)).toBe(1_200);
  });

  test("holds a bounded number of tenants and categories, however many ask", () => {
    const means = createUsageMeans({ maxTenants: 100 });
    for (let at = 0; at < runs(20_000, 200_000); at += 1) answers(means, 1, 9, { tenant: `t${at}` });
    for (let at = 0; at < 1_000; at += 1) answers(means, 1, 9, { tenant: "t", category: `c${at}` });
    const tenants = means.exportState(start).models[0]?.tenants ?? [];
    expect(tenants.filter(({ category }) => category === undefined)).toHaveLength(100);
    expect(tenants.filter(({ category }) => category !== undefined)).toHaveLength(16);
    expect(tenants.at(-1)).toMatchObject({ tenant: "t", category: "c999" });
  });

  test("holds a bounded number of models: the least recently observed is forgotten", () => {
    const means = createUsageMeans({ maxNames: 2 });
    for (const name of ["a", "b", "a", "c"])
      means.observe(name, { usage: { inputTokens: 1, outputTokens: 9 } }, start);
    expect(means.exportState(start).models.map(({ name }) => name)).toEqual(["a", "c"]);
    const smaller = createUsageMeans({ maxNames: 1 });
    smaller.restoreState(means.exportState(start), start, start);
    expect(smaller.exportState(start).models.map(({ name }) => name)).toEqual(["c"]);
  });

  const tenants: readonly [string, unknown, string][] = [
    ["a tenant that is null", null, "outputs"],
    ["a tenant without a name", { tenant: "" }, "tenant"],
    ["more calls than are kept", { outputs: 101, meanOutputTokens: 1, at: 0 }, "outputs"],
    [
      "a mean of a tenant that is NaN",
      { outputs: 1, meanOutputTokens: Number.NaN, at: 0 },
      "meanOutputTokens",
    ],
    ["a tenant without a time", { outputs: 1, meanOutputTokens: 1 }, "at"],
  ];

  test.each<[string, unknown, string]>([
    ["no object", null, "usageMeans.state"],
    ["another version", { formatVersion: 2, models: [] }, "usageMeans.state"],
    ["no list of models", { formatVersion: 1, models: {} }, "usageMeans.state"],
    ["a model that is null", { formatVersion: 1, models: [null] }, "usageMeans.state.models[0].name"],
    [
      "a mean that is NaN",
      {
        formatVersion: 1,
        models: [{ name: "m", outputs: 1, meanOutputTokens: Number.NaN, inputs: 0, meanLogRatio: 0 }],
      },
      "usageMeans.state.models[0].meanOutputTokens",
    ],
    [
      "a ratio out of range",
      {
        formatVersion: 1,
        models: [{ name: "m", outputs: 1, meanOutputTokens: 1, inputs: 1, meanLogRatio: 9 }],
      },
      "usageMeans.state.models[0].meanLogRatio",
    ],
    ...tenants.map(([what, tenant, field]): [string, unknown, string] => [
      what,
      {
        formatVersion: 1,
        models: [
          { name: "m", outputs: 1, meanOutputTokens: 1, inputs: 0, meanLogRatio: 0, tenants: [tenant] },
        ],
      },
      `usageMeans.state.models[0].tenants[0].${field}`,
    ]),
  ])("with %s is refused, and what was observed stays", (_, state, option) => {
    const means = createUsageMeans();
    observe(means, 1, 100, 100, 42);
    const before = means.exportState(start);
    const restore = (): void => means.restoreState(state as unknown as UsageMeansState, start, start);
    expect(restore).toThrow(InvalidOptionError);
    expect(restore).toThrow(expect.objectContaining({ option }));
    expect(means.exportState(start)).toEqual(before);
  });

  test("can be restored for every history, and expectations stay finite, at least 0 and within bounds", () => {
    const count = fc.oneof(fc.nat(100_000), fc.double(), fc.constantFrom(1e300, 0));
    const history = fc.array(fc.tuple(count, count, count, fc.integer({ min: -1e6, max: 1e6 })), {
      maxLength: 150,
    });
    fc.assert(
      fc.property(history, (calls) => {
        const means = createUsageMeans();
        for (const [estimatedInputTokens, inputTokens, outputTokens, step] of calls)
          means.observe(
            "m",
            { tenant: "t", category: "c", estimatedInputTokens, usage: { inputTokens, outputTokens } },
            start + step * minute,
          );
        for (const asker of [{}, { tenant: "t" }, { tenant: "t", category: "c" }]) {
          const expected = means.expectedOutputTokens("m", { ...request, ...asker }, start);
          expect(Number.isFinite(expected) && expected >= 0).toBe(true);
          const tokens = calibrated(means, "m", asker.tenant);
          expect(tokens).toBeGreaterThanOrEqual(250);
          expect(tokens).toBeLessThanOrEqual(4_000);
        }
        createUsageMeans().restoreState(JSON.parse(JSON.stringify(means.exportState(start))), start, start);
      }),
      { numRuns: runs(100, 10_000) },
    );
  });
});
