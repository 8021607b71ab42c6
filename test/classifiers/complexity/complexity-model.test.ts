import { expect, test } from "vitest";
import {
  type ComplexityModel,
  decodeComplexityModel,
  encodeComplexityModel,
  type LinearHead,
  MODEL_BYTES,
  QUANTILES,
  scoreOf,
} from "../../../src/classifiers/complexity/complexity-model.ts";
import { base64, version } from "../../../src/classifiers/complexity/complexity-weights.generated.ts";
import { BUCKETS, STRUCTURE } from "../../../src/classifiers/read-features.ts";

const structure = (value: number) => new Float32Array(STRUCTURE.length).fill(value);
const head = (first: number, bias: number): LinearHead => ({
  means: structure(1),
  deviations: structure(0.5),
  structureWeights: structure(0).fill(first, 0, 1),
  vocabularyWeights: new Int8Array(BUCKETS).fill(100, 7, 8).fill(-127, BUCKETS - 1),
  vocabularyScale: 0.25,
  bias,
});
const model: ComplexityModel = {
  prints: new Uint8Array(BUCKETS).fill(3),
  outcomes: head(2, 0),
  tiers: head(0, -1),
  quantiles: Float32Array.from({ length: QUANTILES }, (_, index) => index),
};

function features(first: number, buckets: readonly number[], print = 3) {
  return {
    structure: Float64Array.from(STRUCTURE, (_, index) => (index === 0 ? first : 5)),
    buckets: Uint16Array.from(buckets),
    prints: new Uint8Array(buckets.length).fill(print),
    bucketCount: buckets.length,
  };
}

test("a model is the same after it was written and read, even from the middle of a buffer", () => {
  const bytes = encodeComplexityModel(model);
  expect(decodeComplexityModel(bytes)).toEqual(model);
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  expect(decodeComplexityModel(shifted.subarray(3))).toEqual(model);
});

test("a head is the clipped structure plus the scaled sum of the known words' weights", () => {
  const outcomes = (first: number, buckets: readonly number[], print?: number) =>
    scoreOf(model, features(first, buckets, print)).outcomes;
  expect(outcomes(1.5, [])).toBe(2);
  expect(outcomes(1_000, [])).toBe(6);
  expect(outcomes(-1_000, [])).toBe(-6);
  expect(outcomes(1, [7, 8, 9, 10])).toBe((100 * 0.25) / 2);
  expect(outcomes(1, [7, 8], 4)).toBe(0);
});

test("the tiers head saturates, and the outcomes head has a floor", () => {
  const { score, outcomes, tiers, known } = scoreOf(model, features(1, [7]));
  expect(known).toBe(1);
  expect(tiers).toBe(100 * 0.25 - 1);
  expect([score, outcomes]).toEqual([26, 25]);
  expect(scoreOf(model, features(1, [])).score).toBeCloseTo(Math.tanh(-1), 12);
  const low = scoreOf(model, features(-1_000, []));
  expect([low.outcomes, low.score]).toEqual([-6, -1 + Math.tanh(-1)]);
});

test("the shipped weights are small, in order and named by their hash", async () => {
  const { createHash } = await import("node:crypto");
  const bytes = Buffer.from(base64, "base64");
  expect(bytes.length).toBe(MODEL_BYTES);
  expect(MODEL_BYTES).toBeLessThanOrEqual(100 * 1024);
  expect(base64.length).toBeLessThanOrEqual(140_000);
  expect(createHash("sha256").update(bytes).digest("hex").startsWith(version)).toBe(true);
  const shipped = decodeComplexityModel(bytes);
  expect([...shipped.quantiles]).toEqual([...shipped.quantiles].sort((a, b) => a - b));
  for (const { deviations } of [shipped.outcomes, shipped.tiers])
    expect(deviations.every((deviation) => deviation > 0)).toBe(true);
  expect(encodeComplexityModel(shipped)).toEqual(new Uint8Array(bytes));
});
