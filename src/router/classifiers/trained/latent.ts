import { BUCKETS, type Features } from "../read-features.ts";
import { decodeColumn, encodeColumn } from "./columns.ts";
import type { StoredLatent } from "./trained-file.ts";

/** Number of dimensions into which words and word pairs are projected. */
export const DIMENSIONS = 24;

/** A latent space of words that occur in the same asks (latent semantic analysis, Deerwester et al. 1990). */
export interface Latent {
  /** Buckets that have coordinates, ascending. */
  readonly buckets: Uint16Array;
  /** Coordinates by bucket and dimension, times the bucket's inverse document frequency, in units of `scale`. */
  readonly weights: Int8Array;
  readonly scale: number;
}

type Words = Pick<Features, "buckets" | "bucketCount">;

/** Writes the direction of an ask into `into`, with length 1; zeros if none of its words is known. */
export type Project = (words: Words, into: Float32Array) => void;

/** Coordinates are added two at a time, as the high and the low half of one number, which stays exact. */
const high = 2 ** 26;
const PAIRS = DIMENSIONS / 2;

export function createProjection({ buckets, weights }: Latent): Project {
  // Start of a bucket's pairs; those of the rest are the zeros behind the last ones.
  const starts = new Uint32Array(BUCKETS).fill(buckets.length * PAIRS);
  for (const [index, bucket] of buckets.entries()) starts[bucket] = index * PAIRS;
  const pairs = new Float64Array((buckets.length + 1) * PAIRS);
  for (let at = 0; at < buckets.length * PAIRS; at += 1)
    pairs[at] = (weights[2 * at] as number) * high + (weights[2 * at + 1] as number);
  const sums = new Float64Array(PAIRS);

  return (words, into) => {
    addPairs(pairs, starts, words, sums);
    let squares = 0;
    for (let at = 0; at < PAIRS; at += 1) {
      const first = Math.round((sums[at] as number) / high);
      const second = (sums[at] as number) - first * high;
      into[2 * at] = first;
      into[2 * at + 1] = second;
      squares += first * first + second * second;
    }
    const norm = squares === 0 ? 0 : 1 / Math.sqrt(squares);
    for (let at = 0; at < DIMENSIONS; at += 1) into[at] = (into[at] as number) * norm;
  };
}

/** Adds the pairs of all buckets. Written out, so that the sums stay in registers: three times as fast. */
function addPairs(
  pairs: Float64Array,
  starts: Uint32Array,
  { buckets, bucketCount }: Words,
  sums: Float64Array,
): void {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let e = 0;
  let f = 0;
  let g = 0;
  let h = 0;
  let i = 0;
  let j = 0;
  let k = 0;
  let l = 0;
  for (let index = 0; index < bucketCount; index += 1) {
    const at = starts[buckets[index] as number] as number;
    a += pairs[at] as number;
    b += pairs[at + 1] as number;
    c += pairs[at + 2] as number;
    d += pairs[at + 3] as number;
    e += pairs[at + 4] as number;
    f += pairs[at + 5] as number;
    g += pairs[at + 6] as number;
    h += pairs[at + 7] as number;
    i += pairs[at + 8] as number;
    j += pairs[at + 9] as number;
    k += pairs[at + 10] as number;
    l += pairs[at + 11] as number;
  }
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
  sums[3] = d;
  sums[4] = e;
  sums[5] = f;
  sums[6] = g;
  sums[7] = h;
  sums[8] = i;
  sums[9] = j;
  sums[10] = k;
  sums[11] = l;
}

export function encodeLatent({ buckets, weights, scale }: Latent): StoredLatent {
  return { count: buckets.length, buckets: encodeColumn(buckets), weights: encodeColumn(weights), scale };
}

/** Decodes a latent space; `undefined` if the columns do not have the stated sizes. */
export function decodeLatent(stored: StoredLatent): Latent | undefined {
  const { count, scale } = stored;
  const buckets = decodeColumn(stored.buckets, Uint16Array, count);
  const weights = decodeColumn(stored.weights, Int8Array, count * DIMENSIONS);
  if (buckets === undefined || weights === undefined) return undefined;
  return buckets.every((bucket) => bucket < BUCKETS) ? { buckets, weights, scale } : undefined;
}
