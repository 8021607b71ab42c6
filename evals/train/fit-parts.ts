import type { TrainedClassifier } from "../../src/router/classifiers/index.ts";
import { BUCKETS, STRUCTURE } from "../../src/router/classifiers/inner.ts";
import {
  type Bumps,
  createNeighbours,
  type Examples,
  headValue,
  type LinearHead,
  logistic,
  type Part,
} from "../../src/router/classifiers/trained/inner.ts";
import { fitLogisticHeads, fitRidgeHead } from "./fit-heads.ts";
import { fitBumps, type Ground, heightOf } from "./fit-landmarks.ts";
import { sampleExamples } from "./select-examples.ts";

/** Positions of the two models that are routed between. */
export interface Pair {
  readonly small: number;
  readonly large: number;
}

/** Parts that are learnt from examples. */
export interface FittedParts {
  readonly ridge: LinearHead;
  readonly logistic: readonly LinearHead[];
  /** Those of the small model and of the large one. */
  readonly bumps: readonly Bumps[];
  readonly table: TrainedClassifier["table"];
  /** Examples in which neighbours are looked up. */
  readonly stored: Examples;
}

/** Values of some examples by the parts, in columns. */
export interface PartValues {
  readonly parts: Readonly<Record<Part, Float64Array>>;
  /** Quality by model: as the heads estimate it, and as the neighbours do. */
  readonly likely: readonly Float64Array[];
  readonly near: readonly Float64Array[];
}

/** Fits all parts to the examples in `rows`. `ground` is that of all examples. */
export function fitParts(
  examples: Examples,
  ground: Ground,
  rows: Uint32Array,
  pair: Pair,
  random: () => number,
): FittedParts {
  const buckets = bucketsFor(examples.models);
  const { quality, models } = examples;
  const qualities = [pair.small, pair.large].map((model) =>
    Float64Array.from(rows, (row) => quality[row * models + model] as number),
  );
  const gains = difference(qualities, { small: 0, large: 1 });
  return {
    ridge: fitRidgeHead(examples, rows, gains, buckets),
    logistic: fitLogisticHeads(examples, rows, buckets),
    bumps: fitBumps(ground, rows, qualities),
    table: fitTable(examples, rows, pair),
    stored: sampleExamples(examples, rows, storedFor(examples.models), random),
  };
}

/** Most bytes for all heads of a file. */
const headBytes = 140_000;
/** Most bytes for the examples of a file, before base64. */
const exampleBytes = 450_000;
const bytesPerExample = 240;
const mostExamples = 2_000;

/** Number of buckets per head, a power of two: more models leave fewer for each. */
function bucketsFor(models: number): number {
  let buckets = BUCKETS;
  while (buckets > 256 && buckets * models * 2 > headBytes) buckets /= 2;
  return buckets;
}

export function storedFor(models: number): number {
  return Math.min(mostExamples, Math.floor(exampleBytes / (bytesPerExample + models)));
}

/** Number of additional records with the mean gain by which the gain of a category is shrunk. */
const tableShrinkage = 5;

/** Fits the mean gain by category; `undefined` unless there are two of them. */
function fitTable(
  { quality, models, categories }: Examples,
  rows: Uint32Array,
  { small, large }: Pair,
): TrainedClassifier["table"] {
  const sums = new Map<string, { sum: number; count: number }>();
  let total = 0;
  for (const row of rows) {
    const gain = (quality[row * models + large] as number) - (quality[row * models + small] as number);
    total += gain;
    const category = categories[row];
    if (category === undefined) continue;
    const known = sums.get(category) ?? { sum: 0, count: 0 };
    sums.set(category, { sum: known.sum + gain, count: known.count + 1 });
  }
  if (sums.size < 2) return undefined;
  const otherwise = total / rows.length;
  const gains = [...sums].map(
    ([category, { sum, count }]) =>
      [category, (sum + tableShrinkage * otherwise) / (count + tableShrinkage)] as const,
  );
  return { gains, otherwise };
}

/** Computes the values of the examples in `rows`, which have the heights of `ground`, by fitted parts. */
export function valuesOf(
  fitted: FittedParts,
  examples: Examples,
  { heights }: Ground,
  rows: Uint32Array,
  pair: Pair,
): PartValues {
  const { models, starts, buckets } = examples;
  const column = (): Float64Array => new Float64Array(rows.length);
  const likely = Array.from({ length: models }, column);
  const near = Array.from({ length: models }, column);
  const ridge = column();
  const neighbours = createNeighbours(fitted.stored);
  const found = new Float64Array(models);
  rows.forEach((row, index) => {
    const own = buckets.subarray(starts[row], starts[row + 1]);
    const words = { buckets: own, bucketCount: own.length };
    const structure = examples.structure.subarray(row * STRUCTURE.length, (row + 1) * STRUCTURE.length);
    neighbours(words, structure, found);
    ridge[index] = headValue(fitted.ridge, words, structure);
    for (let model = 0; model < models; model += 1) {
      set(likely[model], index, logistic(headValue(fitted.logistic[model] as LinearHead, words, structure)));
      set(near[model], index, found[model] as number);
    }
  });
  const gain = (quality: readonly Float64Array[]): Float64Array => difference(quality, pair);
  const table = new Map(fitted.table?.gains);
  const gainOf = (row: number): number =>
    table.get(examples.categories[row] ?? "") ?? fitted.table?.otherwise ?? 0;
  return {
    parts: {
      length: Float64Array.from(rows, (row) => examples.lengths[row] as number),
      default: Float64Array.from(rows, (row) => examples.defaults[row] as number),
      table: Float64Array.from(rows, gainOf),
      ridge,
      logistic: gain(likely),
      neighbours: gain(near),
      landmarks: difference(
        fitted.bumps.map((bumps) => qualityBy(bumps, heights, rows)),
        { small: 0, large: 1 },
      ),
    },
    likely,
    near,
  };
}

function qualityBy({ weights, bias }: Bumps, heights: Float64Array, rows: Uint32Array): Float64Array {
  return Float64Array.from(rows, (row) => logistic(bias + heightOf(weights, heights, row * weights.length)));
}

function set(column: Float64Array | undefined, index: number, value: number): void {
  if (column !== undefined) column[index] = value;
}

/** Subtracts the small model's column from the large one's. */
export function difference(columns: readonly Float64Array[], { small, large }: Pair): Float64Array {
  const [from, to] = [columns[small] as Float64Array, columns[large] as Float64Array];
  return to.map((value, index) => value - (from[index] as number));
}
