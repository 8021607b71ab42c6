import { expect, it } from "vitest";
import { chooseCandidate } from "../../../evals/tune/candidates.ts";
import type { LossTest } from "../../../src/loop/statistics/loss-test.ts";

/** Candidates that send less and less to the large model, with these p-values, next to always-large. */
function chosen(...pValues: number[]) {
  const routed = pValues.map((_, index) => ({
    quality: Float64Array.of(index),
    toLarge: Float64Array.of(0.9 - index / 10),
  }));
  const asked: number[] = [];
  const test = {
    pValue(loss: Float64Array) {
      asked.push(-(loss[0] as number));
      return pValues[-(loss[0] as number)] ?? Number.NaN;
    },
  } as Partial<LossTest> as LossTest;
  const large = { quality: Float64Array.of(0) };
  const at = (index: number) => routed[index] ?? { quality: large.quality, toLarge: Float64Array.of(1) };
  const candidates = { count: pValues.length, at };
  const found = chooseCandidate({ candidates, large, guarantee: "mean", test, maxLoss: 0.05, delta: 0.05 });
  return { ...found, asked: asked.length };
}

it("accepts up to the first p-value above the level, and tests none after it", () => {
  expect(chosen(0.01, 0.05, 0.06, 0.001)).toEqual({
    index: 1,
    accepted: 2,
    pValues: [0.01, 0.05, 0.06],
    asked: 3,
  });
});

it("accepts nothing where the first fails, and all where none does", () => {
  expect(chosen(0.2, 0)).toMatchObject({ index: -1, accepted: 0, pValues: [0.2] });
  expect(chosen(0, 0.01)).toMatchObject({ index: 1, accepted: 2, pValues: [0, 0.01] });
  expect(chosen()).toMatchObject({ index: -1, accepted: 0, pValues: [] });
});

it("takes a p-value that is no number for a failure", () => {
  expect(chosen(0.01, Number.NaN, 0)).toMatchObject({ index: 0, accepted: 1 });
});
