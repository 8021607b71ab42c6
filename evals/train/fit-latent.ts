import { shuffled } from "../../src/loop/statistics/index.ts";
import { BUCKETS } from "../../src/router/classifiers/inner.ts";
import { DIMENSIONS, type Examples, type Latent } from "../../src/router/classifiers/trained/inner.ts";

/** Most examples that are read: more change the directions little and take the time of a training. */
const mostRows = 2_000;
/** Most buckets that get coordinates; a file has room for no more. */
const mostBuckets = 4_000;
/** Rounds of the power iteration. Directions beyond those that dominate need not have converged. */
const rounds = 5;

/**
 * Finds the directions in which the words of the examples vary most: latent semantic analysis by block power
 * iteration (Halko, Martinsson & Tropp 2011, section 4.5) on tf-idf rows of length 1. Words of one example, and
 * of more than half of them, say nothing about others and are left out. Uses no quality. Deterministic for a
 * seed.
 */
export function fitLatent(examples: Examples, rows: Uint32Array, random: () => number): Latent {
  const drawn = rows.length > mostRows ? shuffled(rows, random).subarray(0, mostRows).sort() : rows;
  const { used, columnOf, idf } = vocabulary(examples, drawn);
  const matrix = tfIdfRows(examples, drawn, columnOf, idf);
  const basis = Float64Array.from({ length: used.length * DIMENSIONS }, () => random() - 0.5);
  for (let round = 0; round < rounds && used.length > 0; round += 1) {
    orthonormalise(basis, used.length);
    multiply(matrix, basis);
  }
  orthonormalise(basis, used.length);
  const coordinates = basis.map((value, index) => value * (idf[Math.floor(index / DIMENSIONS)] as number));
  const largest = coordinates.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scale = Math.fround(largest / 127) || 1;
  return {
    buckets: used,
    weights: Int8Array.from(coordinates, (value) => Math.round(value / scale)),
    scale,
  };
}

/** Buckets with coordinates, ascending, the column of each bucket (-1 for none), and idf by column. */
interface Vocabulary {
  readonly used: Uint16Array;
  readonly columnOf: Int32Array;
  readonly idf: Float64Array;
}

function vocabulary({ starts, buckets }: Examples, rows: Uint32Array): Vocabulary {
  const frequency = new Uint32Array(BUCKETS);
  for (const row of rows)
    for (const bucket of buckets.subarray(starts[row], starts[row + 1]))
      frequency[bucket] = (frequency[bucket] as number) + 1;
  const frequencyOf = (bucket: number): number => frequency[bucket] as number;
  const known: number[] = [];
  for (let bucket = 0; bucket < BUCKETS; bucket += 1)
    if (frequencyOf(bucket) >= 2 && frequencyOf(bucket) <= rows.length / 2) known.push(bucket);
  if (known.length > mostBuckets) known.sort((a, b) => frequencyOf(b) - frequencyOf(a) || a - b);
  const used = Uint16Array.from(known.slice(0, mostBuckets)).sort();
  const columnOf = new Int32Array(BUCKETS).fill(-1);
  for (const [column, bucket] of used.entries()) columnOf[bucket] = column;
  const idf = Float64Array.from(used, (bucket) => Math.log((rows.length + 1) / (frequencyOf(bucket) + 0.5)));
  return { used, columnOf, idf };
}

/** A sparse matrix: the entries of row r lie from `starts[r]` to `starts[r + 1]`. */
interface Sparse {
  readonly starts: Uint32Array;
  readonly columns: Uint16Array;
  readonly values: Float64Array;
}

function tfIdfRows(
  { starts, buckets }: Examples,
  rows: Uint32Array,
  columnOf: Int32Array,
  idf: Float64Array,
): Sparse {
  const columns: number[] = [];
  const values: number[] = [];
  const from = new Uint32Array(rows.length + 1);
  rows.forEach((row, index) => {
    const own: number[] = [];
    for (const bucket of buckets.subarray(starts[row], starts[row + 1]))
      if (columnOf[bucket] !== -1) own.push(columnOf[bucket] as number);
    const norm = Math.sqrt(own.reduce((sum, column) => sum + (idf[column] as number) ** 2, 0)) || 1;
    for (const column of own) {
      columns.push(column);
      values.push((idf[column] as number) / norm);
    }
    from[index + 1] = columns.length;
  });
  return { starts: from, columns: Uint16Array.from(columns), values: Float64Array.from(values) };
}

/** Replaces the columns of `basis` by their product with A'A. */
function multiply({ starts, columns, values }: Sparse, basis: Float64Array): void {
  const image = new Float64Array(basis.length);
  const along = new Float64Array(DIMENSIONS);
  for (let row = 0; row + 1 < starts.length; row += 1) {
    along.fill(0);
    for (let at = starts[row] as number; at < (starts[row + 1] as number); at += 1) {
      const from = (columns[at] as number) * DIMENSIONS;
      const value = values[at] as number;
      for (let index = 0; index < DIMENSIONS; index += 1)
        along[index] = (along[index] as number) + value * (basis[from + index] as number);
    }
    for (let at = starts[row] as number; at < (starts[row + 1] as number); at += 1) {
      const from = (columns[at] as number) * DIMENSIONS;
      const value = values[at] as number;
      for (let index = 0; index < DIMENSIONS; index += 1)
        image[from + index] = (image[from + index] as number) + value * (along[index] as number);
    }
  }
  basis.set(image);
}

/** Makes the columns of `basis` orthonormal (modified Gram-Schmidt); one that depends on others becomes 0. */
function orthonormalise(basis: Float64Array, rows: number): void {
  const product = (a: number, b: number): number => {
    let sum = 0;
    for (let row = 0; row < rows; row += 1)
      sum += (basis[row * DIMENSIONS + a] as number) * (basis[row * DIMENSIONS + b] as number);
    return sum;
  };
  for (let column = 0; column < DIMENSIONS; column += 1) {
    const before = product(column, column);
    for (let other = 0; other < column; other += 1) {
      const share = product(other, column);
      for (let at = 0; at < basis.length; at += DIMENSIONS)
        basis[at + column] = (basis[at + column] as number) - share * (basis[at + other] as number);
    }
    const rest = product(column, column);
    const factor = rest > 1e-12 * before && rest > 0 ? 1 / Math.sqrt(rest) : 0;
    for (let at = column; at < basis.length; at += DIMENSIONS) basis[at] = (basis[at] as number) * factor;
  }
}
