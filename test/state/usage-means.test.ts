import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidOptionError } from "../../src/contracts/index.ts";
import { createUsageMeans, type UsageMeans, type UsageMeansState } from "../../src/state/usage-means.ts";
import { runs } from "../support/runs.ts";

const request = { expectedOutputTokens: 300 };

function observe(means: UsageMeans, times: number, estimated: number, input: number, output: number): void {
  for (let at = 0; at < times; at += 1)
    means.observe("m", {
      estimatedInputTokens: estimated,
      usage: { inputTokens: input, outputTokens: output },
    });
}

describe("expected output tokens", () => {
  test("are the request's own expectation before the first call", () => {
    const means = createUsageMeans();
    expect(means.expectedOutputTokens("m", request)).toBe(300);
    expect(means.expectedOutputTokens("m", { expectedOutputTokens: 50, maxOutputTokens: 50 })).toBe(50);
  });

  test("are the mean of this model's calls", () => {
    const means = createUsageMeans();
    for (const outputTokens of [100, 200, 600])
      means.observe("m", { usage: { inputTokens: 10, outputTokens } });
    expect(means.expectedOutputTokens("m", request)).toBeCloseTo(300, 9);
    means.observe("m", { usage: { inputTokens: 10, outputTokens: 100 } });
    expect(means.expectedOutputTokens("m", request)).toBeCloseTo(250, 9);
    expect(means.expectedOutputTokens("other", request)).toBe(300);
  });

  test("are never above the requested limit", () => {
    const means = createUsageMeans();
    observe(means, 5, 100, 100, 2_000);
    expect(means.expectedOutputTokens("m", { expectedOutputTokens: 300, maxOutputTokens: 500 })).toBe(500);
    expect(means.expectedOutputTokens("m", { expectedOutputTokens: 300, maxOutputTokens: 5_000 })).toBe(
      2_000,
    );
  });

  test("follow a model whose answers have changed", () => {
    const means = createUsageMeans();
    observe(means, 1_000, 100, 100, 100);
    observe(means, 500, 100, 100, 400);
    expect(means.expectedOutputTokens("m", request)).toBeGreaterThan(395);
  });

  test("are not carried away by one absurd count", () => {
    const means = createUsageMeans();
    observe(means, 20, 100, 100, 300);
    means.observe("m", { usage: { inputTokens: 1, outputTokens: 1e15 } });
    // 20 x 300 and one of 8 x 300
    expect(means.expectedOutputTokens("m", request)).toBeCloseTo(400, 9);
  });
});

describe("calibrated input tokens", () => {
  test("are the estimate before the first call", () => {
    expect(createUsageMeans().calibratedInputTokens("m", 1_000)).toBe(1_000);
  });

  test("approach the ratio of returned to estimated tokens", () => {
    const means = createUsageMeans();
    observe(means, 100, 1_000, 1_300, 10);
    expect(means.calibratedInputTokens("m", 1_000)).toBeGreaterThan(1_280);
    expect(means.calibratedInputTokens("m", 1_000)).toBeLessThanOrEqual(1_300);
    expect(means.calibratedInputTokens("other", 1_000)).toBe(1_000);
  });

  test("weigh over- and under-estimates alike", () => {
    const means = createUsageMeans();
    observe(means, 10, 1_000, 2_000, 10);
    observe(means, 10, 1_000, 500, 10);
    expect(means.calibratedInputTokens("m", 1_000)).toBeCloseTo(1_000, -1);
  });

  test("move by a third at most on one hostile count, and stay within a factor of 4 on many", () => {
    const means = createUsageMeans();
    observe(means, 1, 100, 1e12, 10);
    expect(means.calibratedInputTokens("m", 1_000)).toBeLessThan(1_330);
    observe(means, 10_000, 100, 1e12, 10);
    expect(means.calibratedInputTokens("m", 1_000)).toBeLessThanOrEqual(4_000);
  });

  test("learn nothing from short inputs, whose wrapping makes the ratio, nor from invalid counts", () => {
    const means = createUsageMeans();
    observe(means, 100, 5, 20, 10);
    observe(means, 100, Number.NaN, 20, 10);
    observe(means, 100, 1_000, Number.NaN, Number.NaN);
    observe(means, 100, 1_000, -1, -1);
    observe(means, 100, 1_000, 0, 10);
    observe(means, 100, Number.POSITIVE_INFINITY, 10, 10);
    expect(means.calibratedInputTokens("m", 1_000)).toBe(1_000);
    expect(means.expectedOutputTokens("m", request)).toBe(10);
  });
});

describe("state", () => {
  test("goes through JSON and back", () => {
    const means = createUsageMeans();
    observe(means, 7, 1_000, 1_500, 120);
    means.observe("__proto__", { usage: { inputTokens: 1, outputTokens: 77 } });
    const copy = createUsageMeans();
    copy.observe("gone", { usage: { inputTokens: 1, outputTokens: 5 } });
    copy.restoreState(JSON.parse(JSON.stringify(means.exportState())) as UsageMeansState);
    expect(copy.exportState()).toEqual(means.exportState());
    expect(copy.calibratedInputTokens("m", 1_000)).toBe(means.calibratedInputTokens("m", 1_000));
    expect(copy.expectedOutputTokens("__proto__", request)).toBe(77);
    expect(copy.expectedOutputTokens("gone", request)).toBe(300);
  });

  test("holds a bounded number of models: the least recently observed is forgotten", () => {
    const means = createUsageMeans({ maxNames: 2 });
    for (const name of ["a", "b", "a", "c"])
      means.observe(name, { usage: { inputTokens: 1, outputTokens: 9 } });
    expect(means.exportState().models.map(({ name }) => name)).toEqual(["a", "c"]);
    const smaller = createUsageMeans({ maxNames: 1 });
    smaller.restoreState(means.exportState());
    expect(smaller.exportState().models.map(({ name }) => name)).toEqual(["c"]);
  });

  test.each([
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
  ])("with %s is refused, and what was observed stays", (_, state, option) => {
    const means = createUsageMeans();
    observe(means, 1, 100, 100, 42);
    const restore = (): void => means.restoreState(state as unknown as UsageMeansState);
    expect(restore).toThrow(InvalidOptionError);
    expect(restore).toThrow(expect.objectContaining({ option }));
    expect(means.expectedOutputTokens("m", request)).toBe(42);
  });

  test("can be restored for every history, and expectations stay finite, at least 0 and within bounds", () => {
    const count = fc.oneof(fc.nat(100_000), fc.double(), fc.constantFrom(1e300, 0));
    const history = fc.array(fc.tuple(count, count, count), { maxLength: 150 });
    fc.assert(
      fc.property(history, (calls) => {
        const means = createUsageMeans();
        for (const [estimatedInputTokens, inputTokens, outputTokens] of calls)
          means.observe("m", { estimatedInputTokens, usage: { inputTokens, outputTokens } });
        const expected = means.expectedOutputTokens("m", request);
        expect(Number.isFinite(expected) && expected >= 0).toBe(true);
        const calibrated = means.calibratedInputTokens("m", 1_000);
        expect(calibrated).toBeGreaterThanOrEqual(250);
        expect(calibrated).toBeLessThanOrEqual(4_000);
        createUsageMeans().restoreState(means.exportState());
      }),
      { numRuns: runs(100, 10_000) },
    );
  });

  test("refuses a bound that is out of range", () => {
    expect(() => createUsageMeans({ maxNames: 0 })).toThrow(/maxNames/);
  });
});
