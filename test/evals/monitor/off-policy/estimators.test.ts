import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clipWeights } from "../../../../evals/monitor/off-policy/clip-weights.ts";
import { doublyRobustTerms } from "../../../../evals/monitor/off-policy/doubly-robust.ts";
import { estimateReward } from "../../../../evals/monitor/off-policy/estimate-reward.ts";
import { ipsTerms } from "../../../../evals/monitor/off-policy/ips.ts";
import { snips, snipsTerms } from "../../../../evals/monitor/off-policy/snips.ts";
import { bootstrap } from "../../../../src/loop/statistics/bootstrap.ts";
import { effectiveSampleSize } from "../../../../src/loop/statistics/effective-sample-size.ts";
import { empiricalBernsteinBound } from "../../../../src/loop/statistics/empirical-bernstein.ts";
import { meanError, unitTotals, unitValues } from "../../../../src/loop/statistics/mean-error.ts";
import { meanWeightPValue } from "../../../../src/loop/statistics/mean-weight-p-value.ts";
import { normalInterval } from "../../../../src/loop/statistics/normal-interval.ts";
import { seededRandom } from "../../../../src/loop/statistics/seeded-random.ts";
import { tInterval } from "../../../../src/loop/statistics/t-interval.ts";
import { weightedMean } from "../../../../src/loop/statistics/weighted-mean.ts";
import { numRuns } from "../../../support/runs.ts";

/** Four rows: the target is certain of the plan of rows 1, 2 and 4, which had propensities 0.5, 0.25 and 1. */
const weights = Float64Array.of(2, 4, 0, 1);
const rewards = Float64Array.of(1, 0.5, 1, 0);

describe("estimators", () => {
  it("IPS is the mean of weight times reward", () => {
    expect([...ipsTerms(weights, rewards)]).toEqual([2, 2, 0, 0]);
    expect(weightedMean(ipsTerms(weights, rewards))).toBe(1);
  });

  it("clipping cuts the largest weights and lowers IPS", () => {
    expect([...clipWeights(weights, 3)]).toEqual([2, 3, 0, 1]);
    expect(weightedMean(ipsTerms(clipWeights(weights, 3), rewards))).toBe(3.5 / 4);
  });

  it("SNIPS divides by the sum of the weights", () => {
    // (2 · 1 + 4 · 0.5) / 7
    expect(snips(weights, rewards)).toBeCloseTo(4 / 7, 12);
    expect(snips([0, 0], [1, 1])).toBeUndefined();
    expect(snipsTerms([0, 0], [1, 1])).toBeUndefined();
  });

  it("the terms of SNIPS have its value as their mean and its usual variance", () => {
    const terms = snipsTerms(weights, rewards) ?? new Float64Array();
    expect(weightedMean(terms)).toBeCloseTo(4 / 7, 12);
    const value = 4 / 7;
    // Σ w² (r - V)² / (Σ w)²
    const usual = (4 * (1 - value) ** 2 + 16 * (0.5 - value) ** 2 + (0 - value) ** 2) / 49;
    expect(meanError(terms).standardError ** 2).toBeCloseTo((usual * 4) / 3, 12);
  });

  it("doubly robust adds the weighted residual to what the model expects", () => {
    const target = Float64Array.of(0.8, 0.6, 0.5, 0.4);
    const logged = Float64Array.of(0.8, 0.6, 0.9, 0.4);
    const terms = doublyRobustTerms(weights, rewards, { target, logged });
    // 0.8 + 2 · 0.2, 0.6 + 4 · -0.1, 0.5 + 0, 0.4 - 0.4
    expect([...terms].map((term) => Number(term.toFixed(12)))).toEqual([1.2, 0.2, 0.5, 0]);
  });

  it("the effective sample size is (Σ w)² / Σ w²", () => {
    expect(effectiveSampleSize(weights)).toBeCloseTo(49 / 21, 12);
    expect(effectiveSampleSize([3, 3, 3])).toBeCloseTo(3, 12);
    expect(effectiveSampleSize([0, 0])).toBe(0);
  });
});

describe("intervals", () => {
  it("the standard error is s / √n", () => {
    // Mean 2, s² = 1.
    expect(meanError(Float64Array.of(1, 2, 3))).toEqual({
      values: 3,
      mean: 2,
      standardError: Math.sqrt(1 / 3),
    });
    expect(meanError(Float64Array.of(1)).standardError).toBe(Infinity);
  });

  it("normal and Student intervals have the tabled quantiles", async () => {
    const error = { values: 11, mean: 5, standardError: 1 };
    const normal = await normalInterval(error, 0.95);
    expect([normal.low, normal.high].map((one) => one.toFixed(4))).toEqual(["3.0400", "6.9600"]);
    const student = await tInterval(error, 0.95);
    expect([student.low, student.high].map((one) => one.toFixed(4))).toEqual(["2.7719", "7.2281"]);
    expect(await tInterval({ ...error, values: 1 }, 0.95)).toEqual({ low: -Infinity, high: Infinity });
  });

  it("the empirical Bernstein bound is that of its formula", () => {
    const values = Float64Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? 2 : 0));
    // Mean 1, s² = 100 / 99; ln(2 / 0.05) = 3.688879.
    const log = Math.log(40);
    const expected = 1 - Math.sqrt((2 * log) / 99) - (7 * 4 * log) / (3 * 99);
    expect(empiricalBernsteinBound(values, 4, 0.95)).toBeCloseTo(expected, 12);
    expect(empiricalBernsteinBound(Float64Array.of(1), 1, 0.95)).toBe(-Infinity);
  });

  it("the lower bound is that of the clipped terms, whose range no weight can leave", async () => {
    const count = 2_000;
    const row = (at: (index: number) => number) =>
      Float64Array.from({ length: count }, (_, index) => at(index));
    const columns = {
      weights: row((index) => (index % 2 === 0 ? 5 : 0)),
      loggedWeights: row(() => 1),
      rewards: row((index) => (index % 4 === 0 ? 1 : 0.5)),
      predictions: { target: row(() => 0.5), logged: row(() => 0.5) },
      units: Uint32Array.from({ length: count }, (_, index) => index),
    };
    const boundOf = async (clip: number, largestWeight: number) => {
      const options = { clip, largestWeight, largestReward: 1, confidence: 0.95, resamples: 1, seed: 1 };
      return (await estimateReward(columns, options))?.lowerBound;
    };
    const terms = ipsTerms(clipWeights(columns.weights, 4), columns.rewards);
    expect(await boundOf(4, 5)).toBe(empiricalBernsteinBound(terms, 4, 0.95));
    const whole = ipsTerms(columns.weights, columns.rewards);
    expect(await boundOf(40, 5)).toBe(empiricalBernsteinBound(whole, 5, 0.95));
  });

  it("bootstrap intervals are those of drawing units of rows", async () => {
    const count = 2_000;
    const random = seededRandom(3);
    const row = (at: () => number) => Float64Array.from({ length: count }, at);
    const columns = {
      weights: row(() => (random() < 0.5 ? 2 * random() : 0)),
      loggedWeights: row(() => (random() < 0.8 ? 1.25 : 0)),
      rewards: row(random),
      predictions: { target: row(random), logged: row(random) },
      units: Uint32Array.from({ length: count }, (_, index) => Math.floor(index / 4)),
    };
    const draws = { resamples: 200, seed: 5, confidence: 0.9 };
    const found = await estimateReward(columns, { clip: 1, largestWeight: 2, ...draws });
    const { weights: given, rewards: earned, predictions, units } = columns;
    const times = (counts: Float64Array) => given.map((weight, at) => weight * (counts[at] as number));
    // The bias of clipping is in no interval.
    expect(found?.estimates.clippedIps).toEqual({
      value: weightedMean(ipsTerms(clipWeights(given, 1), earned)),
    });
    const expected = await bootstrap(
      count,
      (counts) => ({
        ips: weightedMean(ipsTerms(given, earned), counts),
        snips: snips(times(counts), earned),
        dr: weightedMean(doublyRobustTerms(given, earned, predictions), counts),
      }),
      { groups: Array.from(units, String), ...draws },
    );
    for (const name of ["ips", "snips", "dr"] as const) {
      const { low, high } = found?.estimates[name].bootstrap ?? {};
      expect(low).toBeCloseTo(expected[name]?.low ?? Number.NaN, 9);
      expect(high).toBeCloseTo(expected[name]?.high ?? Number.NaN, 9);
    }
  });

  it("the empirical Bernstein bound breaks in at most 5 % of draws, skewed ones too", () => {
    const draws = numRuns(2_000).numRuns;
    let broken = 0;
    let state = 1;
    const random = () => {
      state = (Math.imul(state, 48_271) >>> 0) % 0x7fff_ffff;
      return state / 0x7fff_ffff;
    };
    for (let draw = 0; draw < draws; draw += 1) {
      // 20 with probability 0.05: mean 1.
      const values = Float64Array.from({ length: 200 }, () => (random() < 0.05 ? 20 : 0));
      if (empiricalBernsteinBound(values, 20, 0.95) > 1) broken += 1;
    }
    expect(broken / draws).toBeLessThanOrEqual(0.05);
  });

  it("rows of one unit count as one", () => {
    const units = Uint32Array.of(0, 0, 1, 2);
    const terms = Float64Array.of(1, 1, 0, 2);
    // Mean 1; unit 0: 1 + 3/4 · (0 + 0), unit 1: 1 - 3/4, unit 2: 1 + 3/4.
    expect([...unitValues(terms, units)]).toEqual([1, 0.25, 1.75]);
    expect(unitTotals(terms, units)).toEqual({ values: Float64Array.of(1.5, 0, 1.5), largestUnit: 2 });
  });

  it("a mean weight of 1 is likely where weights average 1, and not where they do not", async () => {
    const own = Uint32Array.from({ length: 100 }, (_, index) => index);
    const weightsOf = (high: number) => Float64Array.from(own, (index) => (index % 2 === 0 ? high : 0));
    expect(
      await meanWeightPValue(
        Float64Array.from(own, () => 1),
        own,
      ),
    ).toBe(1);
    expect(await meanWeightPValue(weightsOf(2), own)).toBe(1);
    // Mean 0.5, standard error 0.05.
    expect(await meanWeightPValue(weightsOf(1), own)).toBeLessThan(1e-20);
    expect(
      await meanWeightPValue(
        Float64Array.from(own, () => 0.5),
        own,
      ),
    ).toBe(0);
  });
});

const reward = fc.integer({ min: 0, max: 8 }).map((step) => step / 8);
const rows = fc.array(fc.record({ reward, weight: fc.integer({ min: 1, max: 40 }), guess: reward }), {
  minLength: 1,
  maxLength: 50,
});

describe("properties", () => {
  it("with weights of 1 all estimators are the mean", () => {
    fc.assert(
      fc.property(rows, (all) => {
        const given = Float64Array.from(all, (row) => row.reward);
        const ones = new Float64Array(all.length).fill(1);
        const guesses = Float64Array.from(all, (row) => row.guess);
        const mean = weightedMean(given) ?? Number.NaN;
        expect(weightedMean(ipsTerms(ones, given))).toBeCloseTo(mean, 12);
        expect(snips(ones, given)).toBeCloseTo(mean, 12);
        const terms = doublyRobustTerms(ones, given, { target: guesses, logged: guesses });
        expect(weightedMean(terms)).toBeCloseTo(mean, 12);
        expect(effectiveSampleSize(ones)).toBeCloseTo(all.length, 9);
      }),
      numRuns(2_000),
    );
  });

  it("SNIPS stays within the rewards and does not see the scale of weights; a perfect model makes DR exact", () => {
    fc.assert(
      fc.property(rows, (all) => {
        const given = Float64Array.from(all, (row) => row.reward);
        const weighted = Float64Array.from(all, (row) => row.weight);
        const value = snips(weighted, given) ?? Number.NaN;
        expect(value).toBeGreaterThanOrEqual(Math.min(...given) - 1e-12);
        expect(value).toBeLessThanOrEqual(Math.max(...given) + 1e-12);
        expect(
          snips(
            weighted.map((weight) => 3 * weight),
            given,
          ),
        ).toBeCloseTo(value, 12);
        const target = Float64Array.from(all, (row) => row.guess);
        expect([...doublyRobustTerms(weighted, given, { target, logged: given })]).toEqual([...target]);
        const size = effectiveSampleSize(weighted);
        expect(size).toBeGreaterThanOrEqual(1 - 1e-9);
        expect(size).toBeLessThanOrEqual(all.length + 1e-9);
      }),
      numRuns(2_000),
    );
  });

  it("a unit for each row leaves the terms as they are, and the mean of unit values is theirs", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(reward, fc.nat(5)), { minLength: 1, maxLength: 40 }), (all) => {
        const terms = Float64Array.from(all, ([one]) => one);
        const alone = Uint32Array.from(all, (_, index) => index);
        unitValues(terms, alone).forEach((value, index) => {
          expect(value).toBeCloseTo(terms[index] as number, 12);
        });
        const names = [...new Set(all.map(([, unit]) => unit))];
        const dense = Uint32Array.from(all, ([, unit]) => names.indexOf(unit));
        expect(weightedMean(unitValues(terms, dense))).toBeCloseTo(weightedMean(terms) as number, 12);
      }),
      numRuns(2_000),
    );
  });
});
