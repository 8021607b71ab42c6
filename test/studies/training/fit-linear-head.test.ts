import { expect, test } from "vitest";
import { seededRandom } from "../../../evals/metrics/index.ts";
import { BUCKETS, STRUCTURE } from "../../../src/classifiers/read-features.ts";
import { fitLinearHead } from "../../../studies/training/fit-linear-head.ts";
import type { TrainingRow } from "../../../studies/training/read-training-set.ts";

/** Rows whose label rises with the share of digits and with bucket 5, and falls with bucket 6. */
function rows(count: number): TrainingRow[] {
  const random = seededRandom(7);
  const digits = STRUCTURE.indexOf("digits");
  return Array.from({ length: count }, () => {
    const structure = Float64Array.from(STRUCTURE, (name) => (name === "tools" ? 0 : random()));
    const bucket = 5 + Math.floor(3 * random());
    const label = (structure[digits] as number) + (bucket === 5 ? 0.5 : bucket === 6 ? -0.5 : 0);
    return {
      source: "made",
      labelledBy: "outcomes",
      // The last one is unknown.
      buckets: Uint16Array.of(bucket, 9),
      prints: Uint8Array.of(1, 2),
      structure,
      askCharacters: 100,
      label,
      weight: 1 / count,
      referenceWeight: 1 / count,
      fold: 0,
    };
  });
}
const options = { prints: new Uint8Array(BUCKETS).fill(1), vocabularyPenalty: 3, deviation: 2 };

test("the fit recovers the weights behind the labels, with the wanted deviation", () => {
  const head = fitLinearHead(rows(3_000), options);
  const weights = Object.fromEntries(STRUCTURE.map((name, index) => [name, head.structureWeights[index]]));
  // Labels: digits have a deviation of 1 / sqrt(12), buckets one of sqrt(1 / 6): 0.5 together.
  expect(weights["digits"]).toBeCloseTo((2 * Math.sqrt(1 / 12)) / 0.5, 1);
  expect(weights["quotes"]).toBeCloseTo(0, 1);
  const of = (bucket: number) => (head.vocabularyWeights[bucket] as number) * head.vocabularyScale;
  expect(of(5) - of(6)).toBeCloseTo(2 / 0.5, 1);
  expect(of(9)).toBe(0);
});

test("a feature that no row has gets no weight and a deviation of 1", () => {
  const head = fitLinearHead(rows(200), options);
  const tools = STRUCTURE.indexOf("tools");
  expect([head.structureWeights[tools], head.deviations[tools]]).toEqual([0, 1]);
});

test("the same rows give the same bits", () => {
  expect(fitLinearHead(rows(200), options)).toEqual(fitLinearHead(rows(200), options));
});
