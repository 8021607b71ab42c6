import { BUCKETS, bucketOf, pairHash, printOf, singleHash } from "../read-features.ts";
import { stems, words } from "../text-units.ts";

/**
 * A place in a table of 32,768 buckets in the lower 15 bits, and above them eight more bits of the hash, 1 to 255, which
 * distinguish most words of one bucket.
 */
export type Code = number;

/** Codes in the order in which they were found, each bucket once; those of words, and those of what is asked. */
export interface Codes {
  /** Codes of the distinct words of the whole text, in the first `wordCount` entries. */
  readonly words: Int32Array;
  wordCount: number;
  /** Codes of the distinct words of the part that says what is asked. */
  readonly askedWords: Int32Array;
  askedWordCount: number;
  /** Codes of that part's distinct words, pairs of neighbours and stems. */
  readonly asked: Int32Array;
  askedCount: number;
}

export function codeOf(hash: number): Code {
  return bucketOf(hash) | (printOf(hash) << 15);
}

/** The hash of a word's first letters, apart from the word that is written like them. */
export function stemHash(hash: number): number {
  return Math.imul(hash ^ 0x2545f491, 0x27d4eb2f);
}

/** Numbers of two sets of buckets: those of the words of the text, and those of all that is asked. */
const TEXT = 0;
const ASKED = 1;

/**
 * The buckets of the reading under way, one bit for each; for 32 of them a place for either set in turn. All 0 between two
 * readings. As bits they stay in the fastest cache.
 */
const seen = new Int32Array(2 * (BUCKETS / 32));
const evenPlaces = seen.length - 2;

/** False if facts that threw when they were read left the last reading half done. */
let isClean = true;

/** True if the bucket of a code was not seen yet; notes it. */
function isNew(set: number, code: number): boolean {
  const place = ((code >>> 4) & evenPlaces) | set;
  const bits = seen[place] as number;
  // Shifts look at the lower five bits alone.
  const bit = 1 << code;
  if ((bits & bit) !== 0) return false;
  seen[place] = bits | bit;
  return true;
}

/** Begins a reading: no codes are found yet. */
export function beginCodes(into: Codes): void {
  if (!isClean) seen.fill(0);
  isClean = false;
  into.wordCount = 0;
  into.askedWordCount = 0;
  into.askedCount = 0;
}

/** Ends a reading. */
export function endCodes({ words: codes, wordCount, askedWordCount, asked, askedCount }: Codes): void {
  forget(asked, askedCount);
  // Else all words are asked.
  if (askedWordCount < wordCount) forget(codes, wordCount);
  isClean = true;
}

function forget(codes: Int32Array, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const place = ((codes[index] as number) >>> 4) & evenPlaces;
    seen[place | TEXT] = 0;
    seen[place | ASKED] = 0;
  }
}

/** Appends the codes of a stretch of words. */
export function hashWords(first: number, end: number, into: Codes): void {
  const codes = into.words;
  let count = into.wordCount;
  for (let index = first; index < end; index += 1) {
    const code = codeOf(singleHash(words[index] as number));
    if (isNew(TEXT, code)) codes[count++] = code;
  }
  into.wordCount = count;
}

/** The same for words that are asked, behind the word `before`, or 0: also appends the codes of what is asked. */
export function hashAsked(first: number, end: number, before: number, into: Codes): void {
  const { words: codes, asked, askedWords } = into;
  let wordCount = into.wordCount;
  let askedWordCount = into.askedWordCount;
  let askedCount = into.askedCount;
  let previous = before;
  for (let index = first; index < end; index += 1) {
    const word = words[index] as number;
    const code = codeOf(singleHash(word));
    if (isNew(TEXT, code)) codes[wordCount++] = code;
    if (isNew(ASKED, code)) {
      askedWords[askedWordCount++] = code;
      asked[askedCount++] = code;
    }
    const pair = codeOf(pairHash(previous, word));
    if (isNew(ASKED, pair)) asked[askedCount++] = pair;
    previous = word;
    const stem = stems[index] as number;
    if (stem === 0) continue;
    const stemCode = codeOf(stemHash(stem));
    if (isNew(ASKED, stemCode)) asked[askedCount++] = stemCode;
  }
  into.wordCount = wordCount;
  into.askedWordCount = askedWordCount;
  into.askedCount = askedCount;
}
