import { BUCKETS, STRUCTURE } from "../../src/classifiers/read-features.ts";
import type { Examples } from "../../src/classifiers/trained/examples.ts";
import { headValue, type LinearHead } from "../../src/classifiers/trained/linear-heads.ts";
import { createNeighbours } from "../../src/classifiers/trained/neighbours.ts";
import { logistic } from "../../src/classifiers/trained/quality-curve.ts";
import type { Part, TrainedClassifier } from "../../src/classifiers/trained/trained-file.ts";
import { fitLogisticHeads, fitRidgeHeads } from "./fit-heads.ts";
import { sampleExamples } from "./select-examples.ts";

/** Positions of the two models that are routed between. */
export interface Pair {
  readonly small: number;
  readonly large: number;
}

/** Everything that is learnt from examples. */
export interface FittedParts {
  readonly ridge: readonly LinearHead[];
  readonly logistic: readonly LinearHead[];
  readonly table: TrainedClassifier["table"];
  /** What neighbours are looked up in. */
  readonly stored: Examples;
}

/** What the parts say of some examples, in columns. */
export interface PartValues {
  readonly parts: Readonly<Record<Part, Float64Array>>;
  /** By model: quality as the heads estimate it, and as the neighbours do. */
  readonly likely: readonly Float64Array[];
  readonly near: readonly Float64Array[];
}

export function fitParts(
  examples: Examples,
  rows: Uint32Array,
  pair: Pair,
  random: () => number,
): FittedParts {
  const buckets = bucketsFor(examples.models);
  return {
    ridge: fitRidgeHeads(examples, rows, buckets),
    logistic: fitLogisticHeads(examples, rows, buckets),
    table: fitTable(examples, rows, pair),
    stored: sampleExamples(examples, rows, storedFor(examples.models), random),
  };
}

/** What all heads of a file may take, in bytes. */
const headBytes = 140_000;
/** What the examples of a file may take, before base64. */
const exampleBytes = 450_000;
const bytesPerExample = 240;
const mostExamples = 2_000;

/** A power of two: the more models, the fewer buckets each head has. */
function bucketsFor(models: number): number {
  let buckets = BUCKETS;
  while (buckets > 256 && buckets * models * 2 > headBytes) buckets /= 2;
  return buckets;
}

export function storedFor(models: number): number {
  return Math.min(mostExamples, Math.floor(exampleBytes / (bytesPerExample + models)));
}

/** Gains of a category are drawn to the mean as if by this many more records. */
const tableShrinkage = 5;

/** Mean gain by category; `undefined` unless there are two of them. */
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

/** What fitted parts say of the examples in `rows`. */
export function valuesOf(fitted: FittedParts, examples: Examples, rows: Uint32Array, pair: Pair): PartValues {
  const { models, starts, buckets } = examples;
  const column = (): Float64Array => new Float64Array(rows.length);
  const likely = Array.from({ length: models }, column);
  const near = Array.from({ length: models }, column);
  const ridge = Array.from({ length: models }, column);
  const neighbours = createNeighbours(fitted.stored);
  const found = new Float64Array(models);
  rows.forEach((row, index) => {
    const own = buckets.subarray(starts[row], starts[row + 1]);
    const words = { buckets: own, bucketCount: own.length };
    const structure = examples.structure.subarray(row * STRUCTURE.length, (row + 1) * STRUCTURE.length);
    neighbours(words, structure, found);
    for (let model = 0; model < models; model += 1) {
      set(likely[model], index, logistic(headValue(fitted.logistic[model] as LinearHead, words, structure)));
      set(ridge[model], index, headValue(fitted.ridge[model] as LinearHead, words, structure));
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
      ridge: gain(ridge),
      logistic: gain(likely),
      neighbours: gain(near),
    },
    likely,
    near,
  };
}

function set(column: Float64Array | undefined, index: number, value: number): void {
  if (column !== undefined) column[index] = value;
}

/** Of the large model's column and the small one's. */
export function difference(columns: readonly Float64Array[], { small, large }: Pair): Float64Array {
  const [from, to] = [columns[small] as Float64Array, columns[large] as Float64Array];
  return to.map((value, index) => value - (from[index] as number));
}
