import { expect, test } from "vitest";
import { seededRandom } from "../../../evals/index.ts";
import { settings } from "../../../evals/training/complexity-settings.ts";
import { fitLinearModel } from "../../../evals/training/fit-linear-model.ts";
import type { TrainingRow } from "../../../evals/training/read-training-set.ts";
import { scoreOf } from "../../../src/classifiers/linear-model.ts";
import { STRUCTURE } from "../../../src/classifiers/read-features.ts";

/** Rows whose label rises with the share of digits and with bucket 5, and falls with bucket 6. */
function rows(count: number): TrainingRow[] {
  const random = seededRandom(7);
  const digits = STRUCTURE.indexOf("digits");
  return Array.from({ length: count }, () => {
    const structure = Float64Array.from(STRUCTURE, random);
    const bucket = 5 + Math.floor(3 * random());
    const label = (structure[digits] as number) + (bucket === 5 ? 0.5 : bucket === 6 ? -0.5 : 0);
    return {
      buckets: Uint16Array.of(bucket),
      structure,
      askCharacters: 100,
      label,
      weight: 1 / count,
      referenceWeight: 1 / count,
      fold: 0,
    };
  });
}

test("the fit finds what the labels are made of", () => {
  const model = fitLinearModel(rows(3_000));
  const weights = Object.fromEntries(STRUCTURE.map((name, index) => [name, model.structureWeights[index]]));
  // The share of digits is uniform: its standard deviation is 1 / sqrt(12); the penalty shrinks a little.
  expect(weights["digits"]).toBeCloseTo(0.289, 1);
  expect(weights["quotes"]).toBeCloseTo(0, 1);
  expect(weights["characters"]).toBeCloseTo(settings.lengthPrior, 1);
  const plain = { structure: Float64Array.from(model.means), bucketCount: 1 };
  const of = (bucket: number) => scoreOf(model, { ...plain, buckets: Uint16Array.of(bucket) });
  expect(of(5) - of(6)).toBeCloseTo(1, 1);
  expect(of(99)).toBeCloseTo(0, 2);
});

test("the same rows give the same bits", () => {
  expect(fitLinearModel(rows(200))).toEqual(fitLinearModel(rows(200)));
});
