import { STRUCTURE } from "../read-features.ts";
import { decodeColumn, encodeColumn } from "./columns.ts";
import type { StoredExamples } from "./trained-file.ts";

/** Records as features and labels, in columns: no text. */
export interface Examples {
  readonly count: number;
  /** The buckets of example i are `buckets[starts[i]]` up to, without, `buckets[starts[i + 1]]`. */
  readonly starts: Uint32Array;
  readonly buckets: Uint16Array;
  /** Standardised structural features, `STRUCTURE.length` an example. */
  readonly structure: Float32Array;
  /** In [0, 1], by example and model: `models` an example. */
  readonly quality: Float32Array;
  readonly models: number;
  /** log(1 + characters of the ask). */
  readonly lengths: Float32Array;
  /** Complexity by the default classifier. */
  readonly defaults: Float32Array;
  /** The same for examples that belong together. */
  readonly groups: Uint32Array;
  readonly categories: readonly (string | undefined)[];
}

/** Mean and standard deviation of the structural features, in the order of `STRUCTURE`. */
export interface StructureScale {
  readonly means: readonly number[];
  readonly deviations: readonly number[];
}

/** Structural features count as at most this many standard deviations from their mean. */
const CLIP = 3;
/** Standardised features are multiples of this, so that a stored example equals the one trained on. */
const step = CLIP / 127;
const qualitySteps = 255;

/** In standard deviations from the mean, at most `CLIP`, in whole steps. Writes into `into` from `at` on. */
export function standardise(
  structure: ArrayLike<number>,
  { means, deviations }: StructureScale,
  into: Float32Array,
  at = 0,
): void {
  for (let index = 0; index < STRUCTURE.length; index += 1) {
    const distance =
      ((structure[index] as number) - (means[index] as number)) / (deviations[index] as number);
    into[at + index] = Math.round(Math.max(-CLIP, Math.min(CLIP, distance)) / step) * step;
  }
}

export function encodeExamples(examples: Examples): StoredExamples {
  const { count, starts, buckets, structure, quality, lengths, defaults, groups } = examples;
  const categories = [...new Set(examples.categories.filter((category) => category !== undefined))];
  const numberOf = new Map(categories.map((category, index) => [category, index + 1]));
  return {
    count,
    bucketCounts: encodeColumn(
      Uint8Array.from(
        { length: count },
        (_, index) => (starts[index + 1] as number) - (starts[index] as number),
      ),
    ),
    buckets: encodeColumn(buckets),
    structure: encodeColumn(Int8Array.from(structure, (value) => Math.round(value / step))),
    quality: encodeColumn(Uint8Array.from(quality, (value) => Math.round(value * qualitySteps))),
    lengths: encodeColumn(lengths),
    defaults: encodeColumn(defaults),
    groups: encodeColumn(groups),
    categoryOf: encodeColumn(
      Uint16Array.from(examples.categories, (category) =>
        category === undefined ? 0 : (numberOf.get(category) ?? 0),
      ),
    ),
    categories,
  };
}

/** `undefined` when the columns do not fit together. */
export function decodeExamples(stored: StoredExamples, models: number): Examples | undefined {
  const { count, categories } = stored;
  const bucketCounts = decodeColumn(stored.bucketCounts, Uint8Array, count);
  if (bucketCounts === undefined) return undefined;
  const starts = new Uint32Array(count + 1);
  for (let index = 0; index < count; index += 1)
    starts[index + 1] = (starts[index] as number) + (bucketCounts[index] as number);
  const buckets = decodeColumn(stored.buckets, Uint16Array, starts[count] as number);
  const structure = decodeColumn(stored.structure, Int8Array, count * STRUCTURE.length);
  const quality = decodeColumn(stored.quality, Uint8Array, count * models);
  const lengths = decodeColumn(stored.lengths, Float32Array, count);
  const defaults = decodeColumn(stored.defaults, Float32Array, count);
  const groups = decodeColumn(stored.groups, Uint32Array, count);
  const categoryOf = decodeColumn(stored.categoryOf, Uint16Array, count);
  if (!buckets || !structure || !quality || !lengths || !defaults || !groups || !categoryOf) return undefined;
  return {
    count,
    starts,
    buckets,
    structure: Float32Array.from(structure, (value) => value * step),
    quality: Float32Array.from(quality, (value) => value / qualitySteps),
    models,
    lengths,
    defaults,
    groups,
    categories: Array.from(categoryOf, (number) => categories[number - 1]),
  };
}
