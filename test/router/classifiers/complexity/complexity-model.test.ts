import { expect, test } from "vitest";
import {
  decodeComplexityModel,
  encodeComplexityModel,
  MODEL_BYTES,
} from "../../../../src/router/classifiers/complexity/complexity-bytes.ts";
import {
  type ComplexityModel,
  combine,
  QUANTILES,
  type StructureWeights,
  scoreOf,
  type TableWeights,
} from "../../../../src/router/classifiers/complexity/complexity-model.ts";
import { version } from "../../../../src/router/classifiers/complexity/complexity-version.generated.ts";
import { base64 } from "../../../../src/router/classifiers/complexity/complexity-weights.generated.ts";
import type { PromptFeatures } from "../../../../src/router/classifiers/complexity/read-prompt.ts";
import { BUCKETS, STRUCTURE } from "../../../../src/router/classifiers/read-features.ts";

const structure = (value: number) => new Float32Array(STRUCTURE.length).fill(value);
const head = (first: number, bias: number): StructureWeights => ({
  means: structure(1),
  deviations: structure(0.5),
  weights: structure(0).fill(first, 0, 1),
  bias,
});
const table = (bucket: number, weight: number): TableWeights => ({
  weights: new Int8Array(BUCKETS).fill(weight, bucket, bucket + 1),
  scale: 0.25,
});
const model: ComplexityModel = {
  wordPrints: new Uint8Array(BUCKETS).fill(3),
  wordShares: new Uint8Array(BUCKETS).fill(100),
  askedPrints: new Uint8Array(BUCKETS).fill(5),
  outcomes: { ...head(2, 0), words: table(7, 100) },
  tiers: { ...head(0, -1), words: table(7, 4) },
  instruction: { ...head(0.1, 0), words: table(8, 2), asked: table(9, 4) },
  exam: { ...head(0, -1), asked: table(9, 20) },
  quantiles: Float32Array.from({ length: QUANTILES }, (_, index) => index),
};
const code = (bucket: number, print: number): number => bucket | (print << 15);

function features(
  first: number,
  {
    words = [],
    askedWords = [],
    asked = [],
  }: Partial<Record<"words" | "askedWords" | "asked", readonly number[]>>,
): PromptFeatures {
  const values = Float64Array.from(STRUCTURE, (_, index) => (index === 0 ? first : index < 15 ? 1 : 0));
  return {
    words: Int32Array.from(words),
    wordCount: words.length,
    askedWords: Int32Array.from(askedWords),
    askedWordCount: askedWords.length,
    asked: Int32Array.from(asked),
    askedCount: asked.length,
    structure: values,
    askedStructure: values,
    examStructure: values,
    passage: false,
  };
}

test("a model is the same after it was written and read, even from the middle of a buffer", () => {
  const bytes = encodeComplexityModel(model);
  expect(decodeComplexityModel(bytes)).toEqual(model);
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  expect(decodeComplexityModel(shifted.subarray(3))).toEqual(model);
});

test("a head is the clipped structure plus the mean weight of the words, unless most are not known", () => {
  const outcomes = (first: number, words: readonly number[] = []) =>
    scoreOf(model, features(first, { words })).outcomes;
  expect(outcomes(1.5)).toBe(2);
  expect(outcomes(1_000)).toBe(6);
  expect(outcomes(-1_000)).toBe(-6);
  expect(outcomes(1, [code(7, 3), code(8, 3)])).toBeCloseTo((100 * 0.25) / 2, 12);
  expect(outcomes(1, [code(7, 4)])).toBe(0);
  expect(outcomes(1, [code(7, 3), code(7, 4)])).toBeCloseTo((100 * 0.25 * 100) / 255, 12);
});

test("the instruction reads the words, pairs and stems of what is asked, the gate too", () => {
  const { instruction, gate, known } = scoreOf(
    model,
    features(1, {
      askedWords: [code(8, 3)],
      asked: [code(9, 5), code(10, 5), code(11, 5), code(12, 5), code(9, 6)],
    }),
  );
  expect(known).toBe(4);
  expect(instruction).toBeCloseTo(2 * 0.25 + (4 * 0.25) / 2, 12);
  expect(gate).toBeCloseTo(-1 + (20 * 0.25) / 2, 12);
});

test("an exam question is rated by outcomes and tiers, another prompt by its instruction", () => {
  const parts = { outcomes: 1, tiers: 0, askedOutcomes: -1, askedTiers: 0, instruction: 0.8, gate: 1 };
  expect(combine(parts)).toBe(1);
  expect(combine({ ...parts, tiers: 1 })).toBeCloseTo(1 + 1.5 * Math.tanh(1), 12);
  // Of a hard instruction, 0.15 counts in full and the rest by a tenth; of an easy one all.
  expect(combine({ ...parts, gate: -2 })).toBeCloseTo(-1 + 8 * (0.15 + 0.065), 12);
  expect(combine({ ...parts, gate: -2, instruction: -0.8 })).toBeCloseTo(-1 - 8 * 0.8, 12);
  expect(combine({ ...parts, gate: -2, instruction: 0.15 })).toBeCloseTo(-1 + 0.5 * 8 * 0.15, 12);
  // Half way through the gate both count by half.
  expect(combine({ ...parts, gate: -0.3, instruction: 0 })).toBeCloseTo(0, 12);
});

test("far below the mean, outcomes still order prompts, but less", () => {
  const exam = { outcomes: -5, tiers: 0, askedOutcomes: 0, askedTiers: 0, instruction: 0, gate: 1 };
  expect(combine(exam)).toBeCloseTo(-1 - 0.4 * 4, 12);
  expect(combine({ ...exam, outcomes: -1 })).toBe(-1);
});

test("outside exams, outcomes and tiers say that a prompt is easy, and hardly that it is hard", () => {
  const parts = { outcomes: 0, tiers: 0, askedOutcomes: 0.5, askedTiers: 0, instruction: 0, gate: -2 };
  expect(combine(parts)).toBeCloseTo(-1 + 0.1 * 1.5, 12);
  expect(combine({ ...parts, askedTiers: -20 })).toBeCloseTo(0.5 - 1.5, 12);
  expect(combine({ ...parts, askedOutcomes: -1, askedTiers: -20 })).toBeCloseTo(-2.5, 12);
});

test("the score never falls as the instruction gets harder", () => {
  let last = Number.NEGATIVE_INFINITY;
  for (let instruction = -1; instruction <= 1; instruction += 0.01) {
    const score = combine({
      outcomes: 0,
      tiers: 0,
      askedOutcomes: 0.3,
      askedTiers: 0.2,
      instruction,
      gate: -2,
    });
    expect(score).toBeGreaterThanOrEqual(last);
    last = score;
  }
});

test("the shipped weights are small, in order and named by their hash", async () => {
  const { createHash } = await import("node:crypto");
  const bytes = Buffer.from(base64, "base64");
  expect(bytes.length).toBe(MODEL_BYTES);
  expect(base64.length).toBeLessThanOrEqual(400_000);
  expect(createHash("sha256").update(bytes).digest("hex").startsWith(version)).toBe(true);
  const shipped = decodeComplexityModel(bytes);
  expect([...shipped.quantiles]).toEqual([...shipped.quantiles].sort((a, b) => a - b));
  for (const { deviations } of [shipped.outcomes, shipped.tiers, shipped.instruction, shipped.exam])
    expect(deviations.every((deviation) => deviation > 0)).toBe(true);
  expect(encodeComplexityModel(shipped)).toEqual(new Uint8Array(bytes));
});
