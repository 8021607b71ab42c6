import type { Features } from "../read-features.ts";
import { BUCKETS, STRUCTURE } from "../read-features.ts";
import type { Examples } from "./examples.ts";

/** Number of neighbours that vote: the square root of the number of examples, within bounds. */
const votersFor = (examples: number): number => Math.max(10, Math.min(40, Math.round(Math.sqrt(examples))));
/** Weight of the cosine of structure, added to the cosine of words, which is in [0, 1]. */
const structureShare = 0.2;
/** Share of the examples above which a bucket is ignored: common ones distinguish nothing and take the most time. */
const commonShare = 0.1;

type Words = Pick<Features, "buckets" | "bucketCount">;

/** Writes the expected quality of each model into `into`. */
export type Neighbours = (words: Words, structure: Float32Array, into: Float64Array) => void;

/**
 * Estimates the quality of each model from the most similar examples, weighted by their similarity: the
 * tf-idf cosine of the words (document frequencies among the examples; each bucket counts once), plus a
 * share of the cosine of the structural features. Words are looked up in an inverted index.
 */
export function createNeighbours(examples: Examples): Neighbours {
  const { count, models, quality } = examples;
  const index = invertedIndex(examples);
  const structures = unitRows(examples.structure);
  const similarity = new Float32Array(count);
  const nearest = new Int32Array(Math.min(votersFor(count), count));

  return ({ buckets, bucketCount }, structure, into) => {
    compareStructure(structures, structure, similarity);
    addWords(index, buckets, bucketCount, similarity);
    selectLargest(similarity, nearest);
    into.fill(0);
    let total = 0;
    for (const example of nearest) {
      const weight = Math.max(0, similarity[example] as number) + 1e-3;
      total += weight;
      for (let model = 0; model < models; model += 1)
        into[model] = (into[model] as number) + weight * (quality[example * models + model] as number);
    }
    for (let model = 0; model < models; model += 1) into[model] = (into[model] as number) / total;
  };
}

/** Length of a padded row of structural features: a multiple of four, so that four are read at a time. */
const rowLength = 4 * Math.ceil(STRUCTURE.length / 4);

/** Sets the similarity of each example to its share of the cosine of the structural features. */
function compareStructure(rows: Float32Array, structure: Float32Array, similarity: Float32Array): void {
  const own = unitRows(structure);
  for (let example = 0, at = 0; example < similarity.length; example += 1) {
    let product = 0;
    for (let index = 0; index < rowLength; index += 4, at += 4)
      product +=
        (rows[at] as number) * (own[index] as number) +
        (rows[at + 1] as number) * (own[index + 1] as number) +
        (rows[at + 2] as number) * (own[index + 2] as number) +
        (rows[at + 3] as number) * (own[index + 3] as number);
    similarity[example] = structureShare * product;
  }
}

interface InvertedIndex {
  /** Start of each bucket's postings: those of bucket b are `examples.slice(starts[b], starts[b + 1])`. */
  readonly starts: Uint32Array;
  readonly examples: Uint16Array;
  /** Weight of the bucket in the example; examples have norm 1. */
  readonly weights: Float32Array;
  /** Inverse document frequencies by bucket. */
  readonly idf: Float32Array;
}

function invertedIndex({ count, starts: rows, buckets }: Examples): InvertedIndex {
  const frequency = new Uint32Array(BUCKETS);
  for (const bucket of buckets) frequency[bucket] = (frequency[bucket] as number) + 1;
  // Most buckets are in no example: a logarithm for each would take most of the time.
  const idf = new Float32Array(BUCKETS).fill(Math.log((count + 1) / 0.5));
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const documents = frequency[bucket] as number;
    if (documents > 0) idf[bucket] = Math.log((count + 1) / (documents + 0.5));
  }
  const listed = (bucket: number): boolean => (frequency[bucket] as number) <= commonShare * count;

  const starts = new Uint32Array(BUCKETS + 1);
  for (let bucket = 0; bucket < BUCKETS; bucket += 1)
    starts[bucket + 1] = (starts[bucket] as number) + (listed(bucket) ? (frequency[bucket] as number) : 0);
  const examples = new Uint16Array(starts[BUCKETS] as number);
  const weights = new Float32Array(examples.length);
  const next = starts.slice();
  for (let example = 0; example < count; example += 1) {
    const own = buckets.subarray(rows[example], rows[example + 1]);
    const norm = Math.sqrt(own.reduce((sum, bucket) => sum + (idf[bucket] as number) ** 2, 0)) || 1;
    for (const bucket of own) {
      if (!listed(bucket)) continue;
      const at = next[bucket] as number;
      examples[at] = example;
      weights[at] = (idf[bucket] as number) / norm;
      next[bucket] = at + 1;
    }
  }
  return { starts, examples, weights, idf };
}

/** Adds the cosine of the words to the similarity of each example. */
function addWords(
  { starts, examples, weights, idf }: InvertedIndex,
  buckets: Uint16Array,
  bucketCount: number,
  similarity: Float32Array,
): void {
  let squares = 0;
  for (let index = 0; index < bucketCount; index += 1)
    squares += (idf[buckets[index] as number] as number) ** 2;
  const norm = Math.sqrt(squares) || 1;
  for (let index = 0; index < bucketCount; index += 1) {
    const bucket = buckets[index] as number;
    const weight = (idf[bucket] as number) / norm;
    const end = starts[bucket + 1] as number;
    for (let at = starts[bucket] as number; at < end; at += 1) {
      const example = examples[at] as number;
      similarity[example] = (similarity[example] as number) + weight * (weights[at] as number);
    }
  }
}

/** Writes the positions of the largest values into `into`, largest first; of equal values the first wins. */
function selectLargest(values: Float32Array, into: Int32Array): void {
  let filled = 0;
  let least = Number.NEGATIVE_INFINITY;
  for (let position = 0; position < values.length; position += 1) {
    const value = values[position] as number;
    if (filled === into.length && value <= least) continue;
    let slot = filled < into.length ? filled : filled - 1;
    while (slot > 0 && (values[into[slot - 1] as number] as number) < value) {
      into[slot] = into[slot - 1] as number;
      slot -= 1;
    }
    into[slot] = position;
    if (filled < into.length) filled += 1;
    least = values[into[filled - 1] as number] as number;
  }
}

/** Returns rows of structural features, scaled to norm 1 and padded. */
function unitRows(structure: Float32Array): Float32Array {
  const count = structure.length / STRUCTURE.length;
  const rows = new Float32Array(count * rowLength);
  for (let row = 0; row < count; row += 1) {
    const from = structure.subarray(row * STRUCTURE.length, (row + 1) * STRUCTURE.length);
    let squares = 0;
    for (const value of from) squares += value * value;
    const norm = Math.sqrt(squares) || 1;
    for (let index = 0; index < from.length; index += 1)
      rows[row * rowLength + index] = (from[index] as number) / norm;
  }
  return rows;
}
