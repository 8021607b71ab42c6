import { STRUCTURE } from "../read-features.ts";
import { decodeColumn, encodeColumn } from "./columns.ts";
import type { StoredExamples } from "./trained-file.ts";

/** Records as columns of features and labels, without text. */
export interface Examples {
  readonly count: number;
  /** Start of each example's buckets: those of example i are `buckets.slice(starts[i], starts[i + 1])`. */
  readonly starts: Uint32Array;
  readonly buckets: Uint16Array;
  /** Standardised structural features, `STRUCTURE.length` per example. */
  readonly structure: Float32Array;
  /** Quality in [0, 1] by example and model, `models` per example. */
  readonly quality: Float32Array;
  readonly models: number;
  /** Values of log(1 + characters of the ask). */
  readonly lengths: Float32Array;
  /** Complexities by the default classifier. */
  readonly defaults: Float32Array;
  /** Group numbers, equal for examples that belong together. */
  readonly groups: Uint32Array;
  readonly categories: readonly (string | undefined)[];
}

/** Mean and standard deviation of the structural features, in the order of `STRUCTURE`. */
export interface StructureScale {
  readonly means: readonly number[];
  readonly deviations: readonly number[];
}

/** Largest distance of a structural feature from its mean, in standard deviations; larger ones are clipped. */
const CLIP = 3;
/** Step of standardised features. They are multiples of it, so that a stored example equals the trained one. */
const step = CLIP / 127;
const qualitySteps = 255;

/** Writes the features into `into` from `at` on, in standard deviations from the mean, clipped and in whole steps. */
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

/** Decodes stored examples; `undefined` if the columns do not fit together. */
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
