import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apgr, orderByScore, routingCurve } from "../../../evals/metrics/index.ts";
import { gainApgr } from "../../../evals/train/gain-apgr.ts";
import { cells, pairOf } from "../../support/evals/pairs.ts";
import { numRuns } from "../../support/runs.ts";

describe("gainApgr", () => {
  it("is the APGR of the routing curve, for any scores and weights", () => {
    fc.assert(
      fc.property(
        cells,
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 40, maxLength: 40 }),
        (rows, counts) => {
          const { scores, pair } = pairOf(rows);
          const weights = Float64Array.from(rows, (_, index) => counts[index] ?? 0);
          const gains = pair.large.quality.map(
            (quality, index) => quality - (pair.small.quality[index] ?? 0),
          );
          const expected = apgr(routingCurve(pair, orderByScore(scores), weights));
          const value = gainApgr(Float64Array.from(scores), gains)(weights);
          if (expected === undefined) expect(value).toBeUndefined();
          else expect(value).toBeCloseTo(expected, 9);
        },
      ),
      numRuns(2_000),
    );
  });
});
