import type { RequestFacts } from "../contracts/index.ts";
import {
  BRACKET,
  COMMA,
  characterEntry,
  DIGIT,
  FOREIGN,
  IDEOGRAPH,
  KINDS,
  LETTER,
  LINE,
  OPERATOR,
  QUESTION,
  QUOTE,
  SENTENCE,
  SKIPPED,
  SYMBOL,
  UPPER,
} from "./characters.ts";

/** Buckets that words and pairs of words are hashed into; a power of two, at most 2^16. */
export const BUCKETS = 32_768;

/** Names of the structural features, in the order of `Features.structure`. */
export const STRUCTURE = [
  "characters",
  "words",
  "wordLength",
  "distinctWords",
  "digits",
  "upperCase",
  "lines",
  "sentences",
  "questions",
  "commas",
  "quotes",
  "brackets",
  "operators",
  "symbols",
  "foreign",
] as const;

export interface Features {
  /** Distinct buckets of the words and word pairs that were read: the first `bucketCount` entries. */
  readonly buckets: Uint16Array;
  bucketCount: number;
  /** In the order of `STRUCTURE`: each a share in [0, 1] or the logarithm of a bounded count. */
  readonly structure: Float64Array;
}

/** The facts that the features are made of. */
export type ReadFacts = Pick<RequestFacts, "ask" | "askCharacters" | "window" | "turns">;

const headCharacters = 3_000;
const tailCharacters = 1_000;
const windowCharacters = 2_000;
/** A follow-up shorter than this ("yes, do it") is read together with the turns before it. */
const followUpCharacters = 60;
/** An ask counts as at most this long: padding must not move the score without bound. */
const countedCharacters = 16_384;
const lettersPerIdeograph = 3;
const maxWords = headCharacters + tailCharacters + windowCharacters;

/** Makes a reader. It has its own scratch memory and overwrites the features it returned before. */
export function createFeatureReader(): (facts: ReadFacts) => Features {
  const features: Features = {
    buckets: new Uint16Array(2 * maxWords + 1),
    bucketCount: 0,
    structure: new Float64Array(STRUCTURE.length),
  };
  const words = new Int32Array(maxWords + 1);
  const counts = new Int32Array(KINDS);
  // readingOf[bucket] is the last reading that met the bucket.
  const readingOf = new Uint16Array(BUCKETS);
  let reading = 0;

  return (facts) => {
    const { ask, window } = facts;
    counts.fill(0);
    let wordCount = 0;
    if (facts.turns > 1 && ask.length < followUpCharacters) {
      const start = Math.max(0, window.length - windowCharacters);
      wordCount = readWords(window, start, window.length, words, wordCount, counts);
    }
    if (ask.length <= headCharacters + tailCharacters) {
      wordCount = readWords(ask, 0, ask.length, words, wordCount, counts);
    } else {
      wordCount = readWords(ask, 0, headCharacters, words, wordCount, counts);
      wordCount = readWords(ask, ask.length - tailCharacters, ask.length, words, wordCount, counts);
    }
    if (reading === 0xffff) {
      readingOf.fill(0);
      reading = 0;
    }
    reading += 1;
    const distinctWords = hashWords(words, wordCount, readingOf, reading, features);
    const unread = Math.max(0, facts.askCharacters - ask.length);
    describe(counts, wordCount, distinctWords, unread, features.structure);
    return features;
  };
}

/**
 * Appends the hash of each word to `words`, counts the characters by kind, and returns the new number
 * of words. Without a branch per word: words end at unpredictable places, and mispredicted branches
 * would cost half of the time.
 */
function readWords(
  text: string,
  start: number,
  end: number,
  words: Int32Array,
  wordCount: number,
  counts: Int32Array,
): number {
  let count = wordCount;
  let hash = 0;
  let inWord = 0;
  for (let index = start; index < end; index += 1) {
    const entry = characterEntry(text.charCodeAt(index));
    if (entry === SKIPPED) continue;
    const kind = (entry >>> 16) & 0xf;
    counts[kind] = (counts[kind] as number) + 1;
    const wordCharacter = entry >>> 30;
    words[count] = hash;
    count += inWord & ~wordCharacter;
    inWord = wordCharacter;
    hash = Math.imul(hash ^ (entry & 0xffff), 0x01000193) & -wordCharacter;
  }
  words[count] = hash;
  return count + inWord;
}

/** Fills the distinct buckets of words and of pairs of neighbours; returns the number of distinct words. */
function hashWords(
  words: Int32Array,
  wordCount: number,
  readingOf: Uint16Array,
  reading: number,
  features: Features,
): number {
  const { buckets } = features;
  let count = 0;
  let distinct = 0;
  let previous = 0;
  for (let index = 0; index < wordCount; index += 1) {
    const word = words[index] as number;
    const wordBucket = bucketOf(Math.imul(word, 0x9e3779b1));
    const newWord = differs(readingOf[wordBucket] as number, reading);
    readingOf[wordBucket] = reading;
    buckets[count] = wordBucket;
    count += newWord;
    distinct += newWord;

    const pairBucket = bucketOf(Math.imul(word ^ previous, 0x85ebca6b));
    const newPair = differs(readingOf[pairBucket] as number, reading);
    readingOf[pairBucket] = reading;
    buckets[count] = pairBucket;
    count += newPair;
    previous = Math.imul(word, 0xc2b2ae35);
  }
  features.bucketCount = count;
  return distinct;
}

function bucketOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & (BUCKETS - 1);
}

/** 1 when two numbers below 2^31 differ, else 0, without a branch. */
function differs(a: number, b: number): number {
  const difference = a ^ b;
  return (difference | -difference) >>> 31;
}

function describe(
  counts: Int32Array,
  wordCount: number,
  distinctWords: number,
  unread: number,
  structure: Float64Array,
): void {
  let characters = 0;
  for (let kind = 0; kind < KINDS; kind += 1) characters += counts[kind] as number;
  const count = (kind: number): number => counts[kind] as number;
  const share = (kind: number): number => (characters === 0 ? 0 : count(kind) / characters);
  const inWords = count(LETTER) + count(UPPER) + count(DIGIT);
  const letters = characters + count(IDEOGRAPH) * (lettersPerIdeograph - 1) + unread;
  structure[0] = Math.log(1 + Math.min(countedCharacters, letters));
  structure[1] = Math.log(1 + wordCount);
  structure[2] = wordCount === 0 ? 0 : Math.min(1, inWords / wordCount / 16);
  structure[3] = wordCount === 0 ? 0 : distinctWords / wordCount;
  structure[4] = share(DIGIT);
  structure[5] = share(UPPER);
  structure[6] = Math.log(1 + count(LINE));
  structure[7] = Math.log(1 + count(SENTENCE));
  structure[8] = Math.log(1 + count(QUESTION));
  structure[9] = share(COMMA);
  structure[10] = share(QUOTE);
  structure[11] = share(BRACKET);
  structure[12] = share(OPERATOR);
  structure[13] = share(SYMBOL);
  structure[14] = share(FOREIGN) + share(IDEOGRAPH);
}
