import { CLIP } from "../../src/router/classifiers/complexity/inner.ts";
import { BUCKETS, STRUCTURE } from "../../src/router/classifiers/inner.ts";
import type { Penalties } from "./complexity-settings.ts";
import { DIMENSIONS, meanVector, type WordVectors } from "./word-vectors.ts";

/** A prompt with its label for one head. */
export interface LabelledRow {
  readonly structure: Float64Array;
  /** Codes of the words whose vectors are averaged, and of words, pairs and stems of what is asked. */
  readonly words: Int32Array;
  readonly asked: Int32Array;
  readonly label: number;
  readonly weight: number;
}

export interface FitOptions {
  readonly penalties: Penalties;
  readonly vectors: WordVectors;
  readonly vectorScale: number;
  /** Known print of each bucket of what is asked. */
  readonly askedPrints: Uint8Array;
  readonly steps: number;
  /**
   * Standard deviation of the head's values on the rows, with mean 0; without it the values are predictions of
   * the labels.
   */
  readonly deviation?: number;
}

export interface FittedHead {
  readonly means: Float32Array;
  readonly deviations: Float32Array;
  readonly weights: Float32Array;
  readonly bias: number;
  /** Weight of each bucket of the word table. */
  readonly words: Float64Array;
  /** Weight of each bucket of the table of what is asked. */
  readonly asked: Float64Array;
}

/** Number of structural features; those that no training prompt has get no weight. */
const fitted = STRUCTURE.length;

/**
 * Fits a weighted ridge regression of the labels, by conjugate gradients with a fixed number of steps: the
 * same rows give the same bits. Structure is standardised and clipped, mean vectors are centred, and known
 * words, pairs and stems are scaled by 1 / √(their number), as in serving.
 */
export function fitHead(rows: readonly LabelledRow[], options: FitOptions): FittedHead {
  const { penalties, vectors, vectorScale, askedPrints } = options;
  const { means, deviations } = moments(rows);
  const dense = fitted + (penalties.words === undefined ? 0 : DIMENSIONS);
  const totalWeight = rows.reduce((sum, { weight }) => sum + weight, 0);
  // Weights have mean 1, so that penalties are in units of rows.
  const weights = Float64Array.from(rows, ({ weight }) => (weight / totalWeight) * rows.length);
  const centre =
    rows.reduce((sum, { label }, index) => sum + (weights[index] as number) * label, 0) / rows.length;
  const numbers = new Float32Array(rows.length * dense);
  const codes = rows.map((row, at) => {
    const from = at * dense;
    for (let index = 0; index < fitted; index += 1) {
      const distance =
        ((row.structure[index] as number) - (means[index] as number)) / (deviations[index] as number);
      numbers[from + index] = Math.max(-CLIP, Math.min(CLIP, distance));
    }
    if (penalties.words !== undefined)
      numbers.set(meanVector(row.words, vectors, vectorScale), from + fitted);
    return penalties.asked === undefined ? new Int32Array() : knownBuckets(row.asked, askedPrints);
  });
  const vectorMean = centreVectors(numbers, dense, weights);
  const labels = Float64Array.from(rows, ({ label }) => label - centre);
  const system: System = { numbers, dense, codes, weights, labels };
  const solution = solve(system, penalties, options.steps);
  const predictions = codes.map((_, at) => predict(solution, system, at));
  const average = (value: (prediction: number) => number): number =>
    predictions.reduce((sum, prediction, at) => sum + value(prediction) * (weights[at] as number), 0) /
    rows.length;
  const mean = average((prediction) => prediction);
  const spread = Math.sqrt(average((prediction) => (prediction - mean) ** 2));
  const factor = options.deviation === undefined ? 1 : spread === 0 ? 0 : options.deviation / spread;
  const offset = vectorMean.reduce(
    (sum, value, index) => sum + value * (solution[fitted + index] as number),
    0,
  );
  const structure = new Float32Array(STRUCTURE.length);
  for (let index = 0; index < fitted; index += 1) structure[index] = (solution[index] as number) * factor;
  return {
    means,
    deviations,
    weights: structure,
    bias: (options.deviation === undefined ? centre : -mean * factor) - offset * factor,
    words:
      penalties.words === undefined
        ? new Float64Array(BUCKETS)
        : wordWeights(solution, vectors, vectorScale, factor),
    asked:
      penalties.asked === undefined
        ? new Float64Array(BUCKETS)
        : solution.slice(dense).map((weight) => weight * factor),
  };
}

function knownBuckets(codes: Int32Array, known: Uint8Array): Int32Array {
  return codes
    .filter((code) => known[code & (BUCKETS - 1)] === code >>> 15)
    .map((code) => code & (BUCKETS - 1));
}

/** Subtracts the weighted mean of the rows' vectors from them; returns it. */
function centreVectors(numbers: Float32Array, dense: number, weights: Float64Array): Float64Array {
  const mean = new Float64Array(dense - fitted);
  for (let at = 0; at < weights.length; at += 1)
    for (let index = 0; index < mean.length; index += 1)
      mean[index] =
        (mean[index] as number) +
        ((weights[at] as number) / weights.length) * (numbers[at * dense + fitted + index] as number);
  for (let at = 0; at < weights.length; at += 1)
    for (let index = 0; index < mean.length; index += 1) {
      const place = at * dense + fitted + index;
      numbers[place] = (numbers[place] as number) - (mean[index] as number);
    }
  return mean;
}

/** Projects the vectors: one number a word. */
function wordWeights(
  solution: Float64Array,
  { prints, vectors }: WordVectors,
  scale: number,
  factor: number,
): Float64Array {
  return Float64Array.from(prints, (print, bucket) => {
    if (print === 0) return 0;
    let sum = 0;
    for (let index = 0; index < DIMENSIONS; index += 1)
      sum += (solution[fitted + index] as number) * scale * (vectors[bucket * DIMENSIONS + index] as number);
    return sum * factor;
  });
}

interface System {
  /** `dense` numbers a row. */
  readonly numbers: Float32Array;
  readonly dense: number;
  readonly codes: readonly Int32Array[];
  readonly weights: Float64Array;
  readonly labels: Float64Array;
}

function solve(system: System, penalties: Penalties, steps: number): Float64Array {
  const { dense, codes, weights, labels } = system;
  const unknowns = dense + (penalties.asked === undefined ? 0 : BUCKETS);
  const solution = new Float64Array(unknowns);
  const residual = new Float64Array(unknowns);
  for (let at = 0; at < codes.length; at += 1)
    addScaled(residual, system, at, (labels[at] as number) * (weights[at] as number));
  const direction = residual.slice();
  const image = new Float64Array(unknowns);
  const penaltyAt = Float64Array.from(image, (_, index) =>
    index < fitted ? penalties.structure : index < dense ? (penalties.words ?? 1) : (penalties.asked ?? 1),
  );
  let energy = dot(residual, residual);
  for (let step = 0; step < steps && energy > 1e-12; step += 1) {
    for (let index = 0; index < unknowns; index += 1)
      image[index] = (penaltyAt[index] as number) * (direction[index] as number);
    for (let at = 0; at < codes.length; at += 1)
      addScaled(image, system, at, predict(direction, system, at) * (weights[at] as number));
    const length = energy / dot(direction, image);
    for (let index = 0; index < unknowns; index += 1) {
      solution[index] = (solution[index] as number) + length * (direction[index] as number);
      residual[index] = (residual[index] as number) - length * (image[index] as number);
    }
    const next = dot(residual, residual);
    for (let index = 0; index < unknowns; index += 1)
      direction[index] = (residual[index] as number) + (next / energy) * (direction[index] as number);
    energy = next;
  }
  return solution;
}

function predict(vector: Float64Array, { numbers, dense, codes }: System, at: number): number {
  const from = at * dense;
  let value = 0;
  for (let index = 0; index < dense; index += 1)
    value += (numbers[from + index] as number) * (vector[index] as number);
  const own = codes[at] as Int32Array;
  if (own.length === 0) return value;
  let sum = 0;
  for (let index = 0; index < own.length; index += 1) sum += vector[dense + (own[index] as number)] as number;
  return value + sum / Math.sqrt(own.length);
}

/** Adds `factor` x the features of a row to `into`. */
function addScaled(into: Float64Array, { numbers, dense, codes }: System, at: number, factor: number): void {
  const from = at * dense;
  for (let index = 0; index < dense; index += 1)
    into[index] = (into[index] as number) + factor * (numbers[from + index] as number);
  const own = codes[at] as Int32Array;
  if (own.length === 0) return;
  const share = factor / Math.sqrt(own.length);
  for (let place = 0; place < own.length; place += 1) {
    const index = dense + (own[place] as number);
    into[index] = (into[index] as number) + share;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] as number) * (b[index] as number);
  return sum;
}

function moments(rows: readonly LabelledRow[]): Pick<FittedHead, "means" | "deviations"> {
  const total = rows.reduce((sum, { weight }) => sum + weight, 0);
  const averages = (value: (row: LabelledRow, index: number) => number): Float64Array => {
    const sums = new Float64Array(STRUCTURE.length);
    for (const row of rows)
      for (let index = 0; index < STRUCTURE.length; index += 1)
        sums[index] = (sums[index] as number) + row.weight * value(row, index);
    return sums.map((sum) => sum / total);
  };
  const means = Float32Array.from(averages(({ structure }, index) => structure[index] as number));
  const variances = averages(
    ({ structure }, index) => ((structure[index] as number) - (means[index] as number)) ** 2,
  );
  const deviations = Float32Array.from(variances, (variance) => (variance === 0 ? 1 : Math.sqrt(variance)));
  return { means, deviations };
}
