import { describe, expect, it } from "vitest";
import {
  largeCallRate,
  meanCost,
  meanQuality,
  oracleQuality,
  pgr,
  regret,
} from "../../../evals/metrics/index.ts";
import { pair } from "../../support/evals/pairs.ts";

describe("means", () => {
  it("averages quality, and weighs records as a bootstrap counts them", () => {
    expect(meanQuality([0, 1, 0.5, 1])).toBe(0.625);
    expect(meanQuality([0, 1, 0.5, 1], [3, 1, 0, 0])).toBe(0.25);
    expect(meanQuality([])).toBeUndefined();
  });

  it("averages cost, and has none where none is known", () => {
    expect(meanCost([0.001, 0.003])).toBe(0.002);
    expect(meanCost(undefined)).toBeUndefined();
  });

  it("averages the probabilities of a large call", () => {
    expect(largeCallRate([1, 0, 0.5, 0])).toBe(0.375);
    expect(largeCallRate([], [])).toBeUndefined();
  });
});

describe("pgr", () => {
  it("is the part of the gap between the models that is recovered", () => {
    expect(pgr(0.7, 0.6, 0.8)).toBeCloseTo(0.5, 12);
    expect(pgr(0.6, 0.6, 0.8)).toBe(0);
    expect(pgr(0.8, 0.6, 0.8)).toBe(1);
    expect(pgr(0.9, 0.6, 0.8)).toBeCloseTo(1.5, 12);
  });

  it("is not defined when the large model is not the better one", () => {
    expect(pgr(0.7, 0.8, 0.8)).toBeUndefined();
    expect(pgr(0.7, 0.8, 0.6)).toBeUndefined();
  });
});

describe("oracle and regret", () => {
  it("takes the best model on each record", () => {
    expect([...oracleQuality([pair.small.quality, pair.large.quality])]).toEqual([1, 1, 1, 1]);
    expect([
      ...oracleQuality([
        [0.2, 0.9],
        [0.4, 0.1],
        [0.3, 0.3],
      ]),
    ]).toEqual([0.4, 0.9]);
  });

  it("counts as regret what the oracle would have gained", () => {
    const best = oracleQuality([pair.small.quality, pair.large.quality]);
    expect(regret(pair.small.quality, best)).toBe(0.5);
    expect(regret(pair.large.quality, best)).toBe(0.25);
    expect(regret(best, best)).toBe(0);
    expect(regret([0, 1], [1, 1], [1, 3])).toBe(0.25);
  });
});
