import { describe, expect, it } from "vitest";
import { estimateReward } from "../../../../evals/monitor/off-policy/estimate-reward.ts";
import type { LoggedRow } from "../../../../evals/monitor/off-policy/read-rows.ts";
import { redrawWeights } from "../../../../evals/monitor/off-policy/redraw-weights.ts";
import { weightEvidence } from "../../../../evals/monitor/off-policy/weight-evidence.ts";
import { seededRandom } from "../../../../src/loop/statistics/seeded-random.ts";
import { loggedWorlds } from "../../../../studies/logged-worlds.ts";
import {
  type CoverageName,
  coverageInterval,
  simulateOffPolicy,
} from "../../../../studies/simulate-off-policy.ts";
import { runs } from "../../../support/runs.ts";

const alone = (count: number) => Uint32Array.from({ length: count }, (_, row) => row);

describe("intervals of simulated logs", () => {
  const logs = runs(4, 400);
  const worlds = loggedWorlds.filter(({ name }) => /0\.02/.test(name) || runs(0, 1) === 1);

  it.each(worlds)("hold the truth in 95 % of the logs, or are not given: $name", async (world) => {
    const { coverage, refused } = await simulateOffPolicy(world, logs);
    for (const [name, cell] of coverage)
      expect(coverageInterval(cell)?.high ?? 1, name).toBeGreaterThanOrEqual(0.95);
    const shown = (name: CoverageName) => coverage.get(name)?.shown ?? 0;
    // The bias of clipping is in no interval; the quality has one in nearly all logs, by bounds if need be.
    expect([shown("quality clippedIps"), shown("costUsd clippedIps")]).toEqual([0, 0]);
    expect(shown("quality dr")).toBeGreaterThan(0.85 * (logs - refused));
  });
});

describe("evidence of weights", () => {
  it("is the number of rows if all weigh the same, and their failures", () => {
    const rewards = Float64Array.from({ length: 100 }, (_, row) => (row < 30 ? 0.2 : 0.9));
    const even = weightEvidence(new Float64Array(100).fill(3), rewards, alone(100));
    expect(even.rows).toBeCloseTo(100, 9);
    expect(even.failures).toBeCloseTo(30, 9);
    expect(even.successes).toBeCloseTo(70, 9);
    expect(weightEvidence(new Float64Array(2), [0, 0], alone(2))).toEqual({
      rows: 0,
      failures: 0,
      successes: 0,
    });
  });

  it("is that of the heavy rows, whatever the light ones show", () => {
    // Twelve rows stand for three tenths of the traffic; no failure among them, many elsewhere.
    const weights = Float64Array.from({ length: 2_812 }, (_, row) => (row < 12 ? 100 : 1));
    const rewards = Float64Array.from(weights, (weight, row) => (weight === 1 && row % 10 === 0 ? 0 : 1));
    const { rows, failures } = weightEvidence(weights, rewards, alone(weights.length));
    expect(rows).toBeGreaterThan(12);
    expect(rows).toBeLessThan(14);
    expect(failures).toBeLessThan(0.1);
  });

  it("counts units, not their rows", () => {
    const units = Uint32Array.from({ length: 100 }, (_, row) => Math.floor(row / 10));
    const { rows, failures } = weightEvidence(new Float64Array(100).fill(1), new Float64Array(100), units);
    expect(rows).toBeCloseTo(10, 9);
    expect(failures).toBeCloseTo(10, 9);
  });
});

describe("without enough evidence", () => {
  const columnsOf = (count: number, failing: number) => {
    const random = seededRandom(5);
    const rewards = Float64Array.from({ length: count }, (_, row) => Number(row >= failing));
    return {
      weights: Float64Array.from(rewards, () => (random() < 0.25 ? 4 : 0)),
      loggedWeights: new Float64Array(count).fill(1),
      rewards,
      predictions: { target: rewards, logged: rewards },
      units: alone(count),
    };
  };
  const options = { clip: 20, largestWeight: 4, confidence: 0.95, resamples: 1, seed: 1 };

  it("the quality has bounds that hold at every n, and a cost no interval", async () => {
    const columns = columnsOf(2_000, 3);
    const quality = await estimateReward(columns, { ...options, largestReward: 1 });
    for (const name of ["ips", "snips", "dr"] as const)
      expect(quality?.estimates[name]).toMatchObject({ holds: "always", low: expect.any(Number) });
    const { low = 1, high = 0 } = quality?.estimates.dr ?? {};
    expect(low).toBeLessThan(0.999);
    expect(low).toBeGreaterThan(0.95);
    expect(high).toBeGreaterThan(0.9985);
    expect(quality?.difference.holds).toBe("always");
    // 2,000 equal rows decide, but of a reward without a range nothing is known below 50.
    const cost = await estimateReward(columnsOf(100, 3), options);
    expect(cost?.estimates.dr).toEqual({ value: expect.any(Number) });
  });

  it("a log that lacks heavy rows by luck is judged by what such logs usually have", async () => {
    // One request in 33 could have had a weight of 10; none of them came up.
    const rows = Array.from(
      { length: 1_000 },
      (_, row): LoggedRow => ({
        ...({} as LoggedRow),
        logged: "large",
        propensity: 0.9,
        target: new Map(row % 3 === 0 ? [["small", 1]] : [["large", 1]]),
      }),
    );
    const weights = Float64Array.from(rows, ({ target }) => (target.get("large") ?? 0) / 0.9);
    const columns = { ...columnsOf(1_000, 500), weights };
    expect((await estimateReward(columns, options))?.estimates.snips.low).toBeDefined();

    const redraw = (seed: number) => redrawWeights(rows, new Map(), seed);
    const cost = await estimateReward({ ...columns, redraw }, options);
    expect(cost?.evidence.rows).toBeLessThan(60);
    expect(cost?.estimates.snips).toEqual({ value: expect.any(Number) });
    expect(cost?.difference).toEqual({ value: expect.any(Number) });
    // The mean of the log does not depend on the weights.
    expect(cost?.logged.low).toBeDefined();
  });

  it("weights that are drawn again have a mean of 1 on both sides, also where some rewards are not known", () => {
    const rows = Array.from(
      { length: 40_000 },
      (_, row): LoggedRow => ({
        ...({} as LoggedRow),
        logged: row % 4 === 0 ? "small" : "large",
        propensity: row % 4 === 0 ? 0.25 : 0.75,
        target: new Map([
          ["small", 0.6],
          ["large", 0.4],
        ]),
      }),
    );
    const drawn = redrawWeights(
      rows,
      new Map([
        ["small", 0.5],
        ["large", 0.8],
      ]),
      3,
    );
    const mean = (values: Float64Array): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(drawn.weights)).toBeCloseTo(1, 1);
    expect(mean(drawn.loggedWeights)).toBeCloseTo(1, 1);
    expect(new Set(Array.from(drawn.weights, (weight) => weight.toFixed(2)))).toEqual(
      new Set(["0.00", "4.80", "0.67"]),
    );
    expect(redrawWeights(rows, new Map(), 3).weights.every((weight) => weight > 0)).toBe(true);
  });

  it("nothing of the target is stated if the mean weight is not 1", async () => {
    const quality = await estimateReward(columnsOf(2_000, 500), {
      ...options,
      largestReward: 1,
      trusted: false,
    });
    expect(quality?.lowerBound).toBeUndefined();
    expect(quality?.difference).toEqual({ value: expect.any(Number) });
    for (const one of Object.values(quality?.estimates ?? {})) expect(one.low).toBeUndefined();
    // The mean of the log needs no propensities.
    expect(quality?.logged.low).toBeDefined();
  });

  it("bounds are wider by what the log cannot show", async () => {
    const of = async (uncovered: number) => {
      const found = await estimateReward(columnsOf(2_000, 3), { ...options, largestReward: 1, uncovered });
      return found?.estimates.dr ?? { value: 0 };
    };
    const [none, some] = [await of(0), await of(0.008)];
    expect((none.low ?? 0) - (some.low ?? 0)).toBeCloseTo(0.008, 9);
  });
});
