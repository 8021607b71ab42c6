import { CLIP, type LinearHead } from "../../src/classifiers/complexity/complexity-model.ts";
import { BUCKETS, STRUCTURE } from "../../src/classifiers/read-features.ts";
import { settings } from "./complexity-settings.ts";
import type { TrainingRow } from "./read-training-set.ts";

const structureLength = STRUCTURE.length;

export interface FitOptions {
  /** Known print of each bucket; 0 for none. */
  readonly prints: Uint8Array;
  readonly vocabularyPenalty: number;
  /** Standard deviation of the head's scores on the rows. */
  readonly deviation: number;
}

/**
 * Fits a weighted ridge regression of the labels, by conjugate gradients with a fixed number of steps: the
 * same rows give the same bits. Structural features are standardised and clipped, known words and pairs
 * are scaled by 1 / √(their number), as in serving.
 */
export function fitLinearHead(rows: readonly TrainingRow[], options: FitOptions): LinearHead {
  const { means, deviations } = moments(rows);
  const totalWeight = rows.reduce((sum, { weight }) => sum + weight, 0);
  const centre = rows.reduce((sum, { weight, label }) => sum + weight * label, 0) / totalWeight;
  const equations = rows.map((row): Equation => {
    const buckets = knownBuckets(row, options.prints);
    return {
      buckets,
      structure: row.structure.map((value, index) => {
        const distance = (value - (means[index] as number)) / (deviations[index] as number);
        return Math.max(-CLIP, Math.min(CLIP, distance));
      }),
      scale: buckets.length === 0 ? 0 : 1 / Math.sqrt(buckets.length),
      // Weights have mean 1, so that penalties are in units of rows.
      weight: (row.weight / totalWeight) * rows.length,
      label: row.label - centre,
    };
  });
  const solution = solve(equations, options.vocabularyPenalty);
  const { mean, factor } = scaling(equations, solution, options.deviation);
  const scaled = solution.map((value) => value * factor);
  return {
    means,
    deviations,
    structureWeights: Float32Array.from(scaled.subarray(0, STRUCTURE.length)),
    ...quantise(scaled.subarray(STRUCTURE.length)),
    bias: -mean * factor,
  };
}

/** A loop: `filter` of a typed array takes ten times as long. */
function knownBuckets({ buckets, prints }: TrainingRow, known: Uint8Array): Uint16Array {
  const kept = new Uint16Array(buckets.length);
  let count = 0;
  for (let index = 0; index < buckets.length; index += 1) {
    const bucket = buckets[index] as number;
    if (known[bucket] !== prints[index]) continue;
    kept[count] = bucket;
    count += 1;
  }
  return kept.slice(0, count);
}

/** Returns the mean of the predictions, and the factor that gives them the wanted standard deviation. */
function scaling(
  equations: readonly Equation[],
  solution: Float64Array,
  deviation: number,
): { readonly mean: number; readonly factor: number } {
  const predictions = equations.map((equation) => predict(solution, equation));
  const average = (values: readonly number[]): number =>
    values.reduce((sum, value, index) => sum + value * (equations[index] as Equation).weight, 0) /
    equations.length;
  const mean = average(predictions);
  const spread = Math.sqrt(average(predictions.map((value) => (value - mean) ** 2)));
  return { mean, factor: spread === 0 ? 0 : deviation / spread };
}

interface Equation {
  readonly buckets: Uint16Array;
  readonly structure: Float64Array;
  readonly scale: number;
  readonly weight: number;
  readonly label: number;
}

/** Returns the weights of the structural features, then those of the buckets. */
function solve(equations: readonly Equation[], vocabularyPenalty: number): Float64Array {
  const unknowns = STRUCTURE.length + BUCKETS;
  const solution = new Float64Array(unknowns);
  const residual = new Float64Array(unknowns);
  for (const equation of equations) addScaled(residual, equation, equation.label * equation.weight);
  const direction = residual.slice();
  const image = new Float64Array(unknowns);
  let energy = dot(residual, residual);
  for (let step = 0; step < settings.steps && energy > 0; step += 1) {
    applyNormalMatrix(equations, vocabularyPenalty, direction, image);
    const length = energy / dot(direction, image);
    for (let index = 0; index < unknowns; index += 1) {
      solution[index] = (solution[index] as number) + length * (direction[index] as number);
      residual[index] = (residual[index] as number) - length * (image[index] as number);
    }
    const next = dot(residual, residual);
    for (let index = 0; index < unknowns; index += 1) {
      direction[index] = (residual[index] as number) + (next / energy) * (direction[index] as number);
    }
    energy = next;
  }
  return solution;
}

/** Computes `into` = (X' W X + penalties) `vector`. */
function applyNormalMatrix(
  equations: readonly Equation[],
  vocabularyPenalty: number,
  vector: Float64Array,
  into: Float64Array,
): void {
  for (let index = 0; index < into.length; index += 1) {
    const penalty = index < structureLength ? settings.structurePenalty : vocabularyPenalty;
    into[index] = penalty * (vector[index] as number);
  }
  for (const equation of equations) addScaled(into, equation, predict(vector, equation) * equation.weight);
}

function predict(vector: Float64Array, { buckets, structure, scale }: Equation): number {
  let fromStructure = 0;
  for (let index = 0; index < structure.length; index += 1)
    fromStructure += (structure[index] as number) * (vector[index] as number);
  let fromBuckets = 0;
  for (const bucket of buckets) fromBuckets += vector[structureLength + bucket] as number;
  return fromStructure + fromBuckets * scale;
}

/** Adds `factor` x the features of the equation to `into`. */
function addScaled(into: Float64Array, { buckets, structure, scale }: Equation, factor: number): void {
  for (let index = 0; index < structure.length; index += 1)
    into[index] = (into[index] as number) + factor * (structure[index] as number);
  for (const bucket of buckets) {
    const index = structureLength + bucket;
    into[index] = (into[index] as number) + factor * scale;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] as number) * (b[index] as number);
  return sum;
}

function moments(rows: readonly TrainingRow[]): Pick<LinearHead, "means" | "deviations"> {
  const total = rows.reduce((sum, { weight }) => sum + weight, 0);
  // By row, then by feature: a row is fetched once. The order in which a feature is summed up stays.
  const averages = (value: (row: TrainingRow, index: number) => number): Float64Array => {
    const sums = new Float64Array(structureLength);
    for (const row of rows)
      for (let index = 0; index < structureLength; index += 1)
        sums[index] = (sums[index] as number) + row.weight * value(row, index);
    return sums.map((sum) => sum / total);
  };
  const means = Float32Array.from(averages(({ structure }, index) => structure[index] as number));
  const variances = averages(
    ({ structure }, index) => ((structure[index] as number) - (means[index] as number)) ** 2,
  );
  // A feature that no row has gets weight 0 here; with deviation 1 its prior counts per unit.
  const deviations = Float32Array.from(variances, (variance) => (variance === 0 ? 1 : Math.sqrt(variance)));
  return { means, deviations };
}

/** Quantises the weights to 8 bits; the largest becomes ±127. */
function quantise(weights: Float64Array): Pick<LinearHead, "vocabularyWeights" | "vocabularyScale"> {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const vocabularyScale = largest === 0 ? 1 : Math.fround(largest / 127);
  return {
    vocabularyWeights: Int8Array.from(weights, (weight) => Math.round(weight / vocabularyScale)),
    vocabularyScale,
  };
}
