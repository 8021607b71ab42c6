import { expect, test } from "vitest";
import { base64, version } from "../../src/classifiers/complexity-weights.generated.ts";
import {
  decodeLinearModel,
  encodeLinearModel,
  type LinearModel,
  QUANTILES,
  scoreOf,
} from "../../src/classifiers/linear-model.ts";
import { BUCKETS, STRUCTURE } from "../../src/classifiers/read-features.ts";

const structure = (value: number) => new Float32Array(STRUCTURE.length).fill(value);
const model: LinearModel = {
  means: structure(1),
  deviations: structure(0.5),
  structureWeights: structure(0).fill(2, 0, 1),
  vocabularyWeights: new Int8Array(BUCKETS).fill(100, 7, 8).fill(-127, BUCKETS - 1),
  vocabularyScale: 0.25,
  quantiles: Float32Array.from({ length: QUANTILES }, (_, index) => index),
};

test("a model is the same after it was written and read, also from the middle of a buffer", () => {
  const bytes = encodeLinearModel(model);
  expect(decodeLinearModel(bytes)).toEqual(model);
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  expect(decodeLinearModel(shifted.subarray(3))).toEqual(model);
});

test("the score is the clipped structure plus the scaled sum of the words' weights", () => {
  const features = (first: number, buckets: readonly number[]) => ({
    structure: Float64Array.from(STRUCTURE, (_, index) => (index === 0 ? first : 5)),
    buckets: Uint16Array.from(buckets),
    bucketCount: buckets.length,
  });
  expect(scoreOf(model, features(1.5, []))).toBe(2);
  expect(scoreOf(model, features(1_000, []))).toBe(6);
  expect(scoreOf(model, features(-1_000, []))).toBe(-6);
  expect(scoreOf(model, features(1, [7, 8, 9, 10]))).toBe((100 * 0.25) / 2);
});

test("the shipped weights are small, in order and named by their hash", async () => {
  const { createHash } = await import("node:crypto");
  const bytes = Buffer.from(base64, "base64");
  expect(bytes.length).toBeLessThanOrEqual(64 * 1024);
  expect(createHash("sha256").update(bytes).digest("hex").startsWith(version)).toBe(true);
  const { quantiles, deviations } = decodeLinearModel(bytes);
  expect([...quantiles]).toEqual([...quantiles].sort((a, b) => a - b));
  expect(deviations.every((deviation) => deviation > 0)).toBe(true);
  expect(encodeLinearModel(decodeLinearModel(bytes))).toEqual(new Uint8Array(bytes));
});
