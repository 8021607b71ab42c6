import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aiq, aiqOf } from "../../../evals/metrics/aiq.ts";
import { apgr, apgrOf } from "../../../evals/metrics/apgr.ts";
import { cpt, cptOf } from "../../../evals/metrics/cpt.ts";
import { curveReader } from "../../../evals/metrics/curve-columns.ts";
import { oracleCurve, oracleReader } from "../../../evals/metrics/oracle-curve.ts";
import { orderByScore, routingCurve } from "../../../evals/metrics/routing-curve.ts";
import { bootstrap, bootstrapRows } from "../../../src/loop/statistics/bootstrap.ts";
import { weightedMean } from "../../../src/loop/statistics/weighted-mean.ts";
import { numRuns } from "../../support/runs.ts";

const any = (max: number) => fc.double({ min: 0, max, noNaN: true });
/** Numbers whose sums are exact in any order: a difference that one order rounds away would be one of no curve. */
const exact = (max: number) => fc.nat(max * 2 ** 20).map((steps) => steps / 2 ** 20);

const recordsOf = (upTo: (max: number) => fc.Arbitrary<number>) =>
  fc
    .array(
      fc.record({
        small: upTo(1),
        large: upTo(1),
        cheap: upTo(1),
        dear: upTo(2),
        score: fc.constantFrom(0, 0.25, 0.5, 0.75, 1),
        weight: fc.nat(3),
      }),
      { minLength: 1, maxLength: 40 },
    )
    .map((list) => {
      const column = (name: "small" | "large" | "cheap" | "dear" | "score" | "weight") =>
        Float64Array.from(list, (one) => one[name]);
      return {
        pair: {
          small: { quality: column("small"), costUsd: column("cheap") },
          large: { quality: column("large"), costUsd: column("dear") },
        },
        order: orderByScore(column("score")),
        weights: column("weight"),
      };
    });

describe("a curve as columns", () => {
  it("has the points of the curve, to the last bit, also when it is reused", () => {
    fc.assert(
      fc.property(recordsOf(any), ({ pair, order, weights }) => {
        const read = curveReader(pair, order);
        for (const drawn of [
          new Float64Array(weights.length).fill(1),
          weights,
          weights.map((one) => 3 - one),
        ]) {
          const curve = routingCurve(pair, order, drawn);
          const columns = read(drawn);
          const points = (column: Float64Array | undefined) => [...(column ?? [])].slice(0, columns.length);
          expect(columns.length).toBe(curve.length);
          expect(points(columns.largeCallRate)).toEqual(curve.map((point) => point.largeCallRate));
          expect(points(columns.quality)).toEqual(curve.map((point) => point.quality));
          expect(points(columns.costUsd)).toEqual(curve.map((point) => point.costUsd));
          expect(apgrOf(columns)).toBe(apgr(curve));
          expect(cptOf(columns, 0.5)).toBe(cpt(curve, 0.5));
          expect(aiqOf(columns)).toBe(aiq(curve));
        }
      }),
      numRuns(1_000),
    );
  });

  it("gives the oracle's points for any weights that the points have for each record by itself", () => {
    fc.assert(
      fc.property(recordsOf(exact), ({ pair, weights }) => {
        const read = oracleReader(pair);
        read(weights.map((one) => one + 1));
        const columns = read(weights);
        const repeat = (column: Float64Array) =>
          Float64Array.from(
            [...column].flatMap((one, index) => Array<number>(weights[index] as number).fill(one)),
          );
        const repeated = {
          small: { quality: repeat(pair.small.quality), costUsd: repeat(pair.small.costUsd) },
          large: { quality: repeat(pair.large.quality), costUsd: repeat(pair.large.costUsd) },
        };
        const expected = aiq(oracleCurve(repeated) ?? []);
        const value = aiqOf(columns);
        if (expected === undefined) expect(value).toBeUndefined();
        else expect(value).toBeCloseTo(expected, 9);
      }),
      numRuns(1_000),
    );
  });
});

it("rows that are drawn together have the estimates that each has alone", async () => {
  const columns = [0, 1, 2].map((row) =>
    Float64Array.from({ length: 50 }, (_, index) => (index * 7 + row) % 11),
  );
  const groups = Array.from({ length: 50 }, (_, index) => String(index % 20));
  const options = { groups, resamples: 200, seed: 3 };
  const mean = (column: Float64Array) => (weights: Float64Array) => ({ mean: weightedMean(column, weights) });
  const together = await bootstrapRows(50, (weights) => columns.map((one) => mean(one)(weights)), options);
  const alone = await Promise.all(columns.map((one) => bootstrap(50, mean(one), options)));
  expect(together).toEqual(alone);
});
