import { STRUCTURE } from "../../src/router/classifiers/inner.ts";
import type { Examples } from "../../src/router/classifiers/trained/inner.ts";

/** Penalties by kind of unknown, in examples. */
export interface Penalties {
  readonly words: number;
  readonly structure: number;
  readonly bias: number;
}

/**
 * Examples as the rows of a matrix. Its columns are the buckets that occur, the structural features and a 1.
 */
export interface Design {
  readonly examples: Examples;
  readonly rows: Uint32Array;
  /** Bucket of each column. */
  readonly used: Uint16Array;
  /** Columns of the examples' buckets, in the layout of `examples.buckets`; those of other rows are 0. */
  readonly columns: Uint16Array;
  readonly unknowns: number;
  /** Penalties by unknown. */
  readonly penalties: Float64Array;
}

/** Creates the matrix. `buckets` is a power of two into which the buckets of the examples are folded. */
export function createDesign(
  examples: Examples,
  rows: Uint32Array,
  buckets: number,
  { words, structure, bias }: Penalties,
): Design {
  const { starts } = examples;
  const columnOf = new Int32Array(buckets).fill(-1);
  const used: number[] = [];
  const columns = new Uint16Array(examples.buckets.length);
  for (const row of rows) {
    const end = starts[row + 1] as number;
    for (let at = starts[row] as number; at < end; at += 1) {
      const bucket = (examples.buckets[at] as number) & (buckets - 1);
      if (columnOf[bucket] === -1) columnOf[bucket] = used.push(bucket) - 1;
      columns[at] = columnOf[bucket] as number;
    }
  }
  const unknowns = used.length + STRUCTURE.length + 1;
  const penalties = new Float64Array(unknowns).fill(structure).fill(words, 0, used.length);
  penalties[unknowns - 1] = bias;
  return { examples, rows, used: Uint16Array.from(used), columns, unknowns, penalties };
}

/** Product of a row and a vector. */
export function rowValue({ examples, used, columns }: Design, vector: Float64Array, row: number): number {
  const { starts, structure } = examples;
  const from = starts[row] as number;
  const to = starts[row + 1] as number;
  let words = 0;
  for (let at = from; at < to; at += 1) words += vector[columns[at] as number] as number;
  let value = vector[used.length + STRUCTURE.length] as number;
  if (to > from) value += words / Math.sqrt(to - from);
  const offset = row * STRUCTURE.length;
  for (let index = 0; index < STRUCTURE.length; index += 1)
    value += (structure[offset + index] as number) * (vector[used.length + index] as number);
  return value;
}

/** Adds `factor` times the row to `into`. */
export function addRow(
  { examples, used, columns }: Design,
  into: Float64Array,
  row: number,
  factor: number,
): void {
  const { starts, structure } = examples;
  const from = starts[row] as number;
  const to = starts[row + 1] as number;
  const scaled = factor / Math.sqrt(Math.max(1, to - from));
  for (let at = from; at < to; at += 1) {
    const column = columns[at] as number;
    into[column] = (into[column] as number) + scaled;
  }
  const offset = row * STRUCTURE.length;
  for (let index = 0; index < STRUCTURE.length; index += 1) {
    const column = used.length + index;
    into[column] = (into[column] as number) + factor * (structure[offset + index] as number);
  }
  const bias = used.length + STRUCTURE.length;
  into[bias] = (into[bias] as number) + factor;
}

/**
 * Solves (X' W X + penalties) x = `right` by conjugate gradients (Hestenes & Stiefel 1952) with a fixed
 * number of steps from 0: the same input gives the same bits. `weights` by position in the design's rows.
 */
export function solve(
  design: Design,
  weights: Float64Array,
  right: Float64Array,
  steps: number,
): Float64Array {
  const { unknowns } = design;
  const solution = new Float64Array(unknowns);
  const residual = right.slice();
  const direction = right.slice();
  const image = new Float64Array(unknowns);
  let energy = squares(residual);
  for (let step = 0; step < steps && energy > 1e-12; step += 1) {
    applyTo(design, weights, direction, image);
    let along = 0;
    for (let index = 0; index < unknowns; index += 1)
      along += (direction[index] as number) * (image[index] as number);
    const length = energy / along;
    for (let index = 0; index < unknowns; index += 1) {
      solution[index] = (solution[index] as number) + length * (direction[index] as number);
      residual[index] = (residual[index] as number) - length * (image[index] as number);
    }
    const next = squares(residual);
    for (let index = 0; index < unknowns; index += 1)
      direction[index] = (residual[index] as number) + (next / energy) * (direction[index] as number);
    energy = next;
  }
  return solution;
}

/** Sets `into` to (X' W X + penalties) `vector`. */
function applyTo(design: Design, weights: Float64Array, vector: Float64Array, into: Float64Array): void {
  const { rows, unknowns, penalties } = design;
  for (let index = 0; index < unknowns; index += 1)
    into[index] = (penalties[index] as number) * (vector[index] as number);
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index] as number;
    addRow(design, into, row, rowValue(design, vector, row) * (weights[index] as number));
  }
}

function squares(vector: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < vector.length; index += 1) sum += (vector[index] as number) ** 2;
  return sum;
}
