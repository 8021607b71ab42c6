import { shuffled } from "../../src/loop/statistics/index.ts";
import { BUCKETS, STRUCTURE } from "../../src/router/classifiers/inner.ts";
import type { Examples } from "../../src/router/classifiers/trained/inner.ts";

/**
 * Draws at most `count` of the rows with `random` for a file and keeps their order, each with its
 * `MAX_BUCKETS` rarest buckets among those that other examples of the sample have too.
 */
export function sampleExamples(
  examples: Examples,
  rows: Uint32Array,
  count: number,
  random: () => number,
): Examples {
  const drawn = shuffled(rows, random).slice(0, count).sort();
  const frequency = new Uint32Array(BUCKETS);
  for (const row of drawn)
    for (const bucket of bucketsOf(examples, row)) frequency[bucket] = (frequency[bucket] as number) + 1;
  const frequencyOf = (bucket: number): number => frequency[bucket] as number;
  return pick(examples, drawn, (row) => {
    const all = bucketsOf(examples, row);
    if (all.length <= MAX_BUCKETS) return all;
    return all
      .slice()
      .sort((a, b) => rarity(frequencyOf(a)) - rarity(frequencyOf(b)) || a - b)
      .subarray(0, MAX_BUCKETS);
  });
}

/** Most buckets of a stored example. */
export const MAX_BUCKETS = 96;

/** Rank of a bucket, rising with frequency; buckets of a single example come last. */
function rarity(frequency: number): number {
  return frequency < 2 ? Number.POSITIVE_INFINITY : frequency;
}

/** Joins two tables of the same models. */
export function joinExamples(a: Examples, b: Examples): Examples {
  const offset = a.buckets.length;
  return {
    count: a.count + b.count,
    starts: joined(
      a.starts,
      b.starts.subarray(1).map((start) => start + offset),
    ),
    buckets: joined(a.buckets, b.buckets),
    structure: joined(a.structure, b.structure),
    quality: joined(a.quality, b.quality),
    models: a.models,
    lengths: joined(a.lengths, b.lengths),
    defaults: joined(a.defaults, b.defaults),
    groups: joined(a.groups, b.groups),
    categories: [...a.categories, ...b.categories],
  };
}

function joined<A extends Uint16Array | Uint32Array | Float32Array>(a: A, b: A): A {
  const both = new (a.constructor as { new (length: number): A })(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function bucketsOf({ starts, buckets }: Examples, row: number): Uint16Array {
  return buckets.subarray(starts[row], starts[row + 1]);
}

function pick(
  examples: Examples,
  rows: ArrayLike<number>,
  bucketsOfRow: (row: number) => Uint16Array,
): Examples {
  const chosen = Array.from(rows);
  const parts = chosen.map(bucketsOfRow);
  const starts = new Uint32Array(chosen.length + 1);
  parts.forEach((part, index) => {
    starts[index + 1] = (starts[index] as number) + part.length;
  });
  const buckets = new Uint16Array(starts[chosen.length] as number);
  parts.forEach((part, index) => {
    buckets.set(part, starts[index]);
  });
  const column = (values: Float32Array, width: number): Float32Array => {
    const selected = new Float32Array(chosen.length * width);
    chosen.forEach((row, index) => {
      selected.set(values.subarray(row * width, (row + 1) * width), index * width);
    });
    return selected;
  };
  return {
    count: chosen.length,
    starts,
    buckets,
    structure: column(examples.structure, STRUCTURE.length),
    quality: column(examples.quality, examples.models),
    models: examples.models,
    lengths: column(examples.lengths, 1),
    defaults: column(examples.defaults, 1),
    groups: Uint32Array.from(chosen, (row) => examples.groups[row] as number),
    categories: chosen.map((row) => examples.categories[row]),
  };
}
