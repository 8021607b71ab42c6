import { describe, expect, it } from "vitest";
import { costAtQuality, orderByScore, qualityAtCost, routingCurve } from "../../../evals/metrics/index.ts";

// Four records; large calls in the order of the scores cost 4, 2, 2, 2 more and gain 1, 0, -1, 1.
const curve = routingCurve(
  {
    small: { quality: Float64Array.of(0, 1, 1, 0), costUsd: Float64Array.of(1, 1, 1, 1) },
    large: { quality: Float64Array.of(1, 1, 0, 1), costUsd: Float64Array.of(5, 3, 3, 3) },
  },
  orderByScore([0.9, 0.7, 0.5, 0.1]),
);

describe("quality at a cost", () => {
  it("is read off the curve, between its points too", () => {
    expect(curve.map(({ costUsd, quality }) => [costUsd, quality])).toEqual([
      [1, 0.5],
      [2, 0.75],
      [2.5, 0.75],
      [3, 0.5],
      [3.5, 0.75],
    ]);
    expect(qualityAtCost(curve, 1)).toBe(0.5);
    expect(qualityAtCost(curve, 1.5)).toBe(0.625);
    expect(qualityAtCost(curve, 2.75)).toBe(0.625);
    expect(qualityAtCost(curve, 3.5)).toBe(0.75);
  });

  it("is not defined outside the curve, or without costs", () => {
    expect(qualityAtCost(curve, 0.5)).toBeUndefined();
    expect(qualityAtCost(curve, 4)).toBeUndefined();
    expect(
      qualityAtCost(
        curve.map(({ costUsd, ...point }) => point),
        2,
      ),
    ).toBeUndefined();
    expect(() => qualityAtCost(curve, Number.NaN)).toThrow("qualityAtCost.costUsd");
  });
});

describe("cost at a quality", () => {
  it("is that of the first point of the curve that has it", () => {
    expect(costAtQuality(curve, 0.5)).toBe(1);
    expect(costAtQuality(curve, 0.625)).toBe(1.5);
    expect(costAtQuality(curve, 0.75)).toBe(2);
  });

  it("is not defined for a quality that is never reached, or without costs", () => {
    expect(costAtQuality(curve, 0.8)).toBeUndefined();
    expect(
      costAtQuality(
        curve.map(({ costUsd, ...point }) => point),
        0.5,
      ),
    ).toBeUndefined();
    expect(() => costAtQuality(curve, 2)).toThrow("costAtQuality.quality");
  });
});
