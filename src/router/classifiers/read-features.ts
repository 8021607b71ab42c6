import type { RequestFacts } from "../../contracts/index.ts";
import {
  BRACKET,
  COMMA,
  characterEntry,
  DIGIT,
  FOREIGN,
  IDEOGRAPH,
  IDEOGRAPH_ENTRY,
  KINDS,
  LINE,
  OPERATOR,
  QUESTION,
  QUOTE,
  SENTENCE,
  SPACE,
  SYMBOL,
} from "./characters.ts";
import { countItems } from "./count-items.ts";
import { withoutFraming } from "./framing.ts";
import { readIdeographs, readWords } from "./read-words.ts";
import { counts, HEAD_UNITS, loadAsk, loadUnits, MAX_UNITS, MAX_WORDS, words } from "./text-units.ts";

/** Number of buckets for the hashes of words and word pairs; a power of two, at most 2^16. */
export const BUCKETS = 32_768;

/** Names of the structural features, in the order of `Features.structure`. */
export const STRUCTURE = [
  "characters",
  "words",
  "wordLength",
  "distinctWords",
  "digits",
  "digitCount",
  "items",
  "sentences",
  "questions",
  "commas",
  "quotes",
  "brackets",
  "operators",
  "symbols",
  "foreign",
  "tools",
  "images",
  "jsonSchema",
  "turns",
] as const;

export interface Features {
  /** Distinct buckets of the words and word pairs, in the first `bucketCount` entries. */
  readonly buckets: Uint16Array;
  /** Eight more bits of the hash for each bucket, 1 to 255, which distinguish most words of one bucket. */
  readonly prints: Uint8Array;
  bucketCount: number;
  /** Structural features in the order of `STRUCTURE`: shares in [0, 1] or logarithms of bounded counts. */
  readonly structure: Float64Array;
}

/** The facts from which the features are computed. */
export type ReadFacts = Pick<RequestFacts, "ask" | "window" | "turns" | "tools" | "images" | "jsonSchema">;

const windowCharacters: number = MAX_WORDS - MAX_UNITS;
/** Length below which an ask ("yes, do it") is read together with the turns before it. */
const shortAskCharacters = 60;
const charactersPerIdeograph = 3;
/** Upper bound of the counts of tools, images and turns: more carry no more information. */
const mostOfContext = 32;

/** Index of the counter of list items and options, behind those of the kinds of characters. */
export const ITEMS: number = KINDS;
/** Number of counters that describe a text. */
export const COUNTERS: number = KINDS + 1;

export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** A stretch of one of the texts of a request. */
export interface ReadRange extends Stretch {
  readonly text: "ask" | "window";
  /** Place of the first unit in `units` when the text is loaded. */
  readonly place: number;
}

/**
 * Returns the stretches of a request that are read, in order: the turns before a short ask, then the ask itself
 * without its framing. Loads the ask.
 */
export function readRanges(facts: ReadFacts): readonly ReadRange[] {
  const { ask, window } = facts;
  const { start, end } = withoutFraming(ask);
  const length = end - start;
  // The length with framing, so that trimming does not move what is read of a long ask.
  const asked: readonly ReadRange[] =
    ask.length <= MAX_UNITS
      ? [{ text: "ask", start, end, place: start }]
      : [
          { text: "ask", start, end: HEAD_UNITS, place: start },
          { text: "ask", start: ask.length - MAX_UNITS + HEAD_UNITS, end, place: HEAD_UNITS },
        ];
  // Not a condition on `turns`: an assistant may have opened the conversation.
  if (window === "" || length >= shortAskCharacters) return asked;
  const from = Math.max(0, window.length - windowCharacters);
  return [{ text: "window", start: from, end: window.length, place: 0 }, ...asked];
}

/** Returns the text of which a range is a part. Reading it by its name would be a search among the fields. */
export function textOf(facts: ReadFacts, { text }: ReadRange): string {
  return text === "ask" ? facts.ask : facts.window;
}

/** Loads the text of a range. */
export function loadText(facts: ReadFacts, { text, start, end }: ReadRange): void {
  if (text === "ask") loadAsk(facts.ask);
  else loadUnits(facts.window.slice(start, end), 0);
}

/** Creates a reader with its own scratch memory. Each reading overwrites the features of the last one. */
export function createFeatureReader(): (facts: ReadFacts) => Features {
  const features: Features = {
    buckets: new Uint16Array(2 * MAX_WORDS + 1),
    prints: new Uint8Array(2 * MAX_WORDS + 1),
    bucketCount: 0,
    structure: new Float64Array(STRUCTURE.length),
  };
  // readingOf[bucket] is the last reading with the bucket.
  const readingOf = new Uint16Array(BUCKETS);
  let reading = 0;

  return (facts) => {
    counts.fill(0);
    let wordCount = 0;
    let loaded: ReadRange["text"] = "ask";
    for (const range of readRanges(facts)) {
      const { text, start, end, place } = range;
      if (text !== loaded) loadText(facts, range);
      loaded = text;
      const ideographs = counts[IDEOGRAPH] as number;
      const lines = counts[LINE] as number;
      const to = place + end - start;
      wordCount = readWords(place, to, wordCount, counts);
      if (counts[IDEOGRAPH] !== ideographs) wordCount = readIdeographs(place, to, wordCount);
      const lineEnds = (counts[LINE] as number) - lines;
      counts[ITEMS] = (counts[ITEMS] as number) + countItems(textOf(facts, range), start, end, lineEnds);
    }
    if (reading === 0xffff) {
      readingOf.fill(0);
      reading = 0;
    }
    reading += 1;
    const distinctWords = hashWords(wordCount, readingOf, reading, features);
    describeText(counts, wordCount, distinctWords, features.structure);
    describeContext(facts, features.structure);
    return features;
  };
}

export function isIdeograph(code: number): boolean {
  return characterEntry(code) === IDEOGRAPH_ENTRY;
}

/** Writes the distinct buckets of words and of neighbouring pairs; returns the number of distinct words. */
function hashWords(wordCount: number, readingOf: Uint16Array, reading: number, features: Features): number {
  const { buckets, prints } = features;
  let count = 0;
  let distinct = 0;
  let previous = 0;
  for (let index = 0; index < wordCount; index += 1) {
    const word = words[index] as number;
    const single = singleHash(word);
    const wordBucket = bucketOf(single);
    const newWord = differs(readingOf[wordBucket] as number, reading);
    readingOf[wordBucket] = reading;
    buckets[count] = wordBucket;
    prints[count] = printOf(single);
    count += newWord;
    distinct += newWord;

    const pair = pairHash(previous, word);
    const pairBucket = bucketOf(pair);
    const newPair = differs(readingOf[pairBucket] as number, reading);
    readingOf[pairBucket] = reading;
    buckets[count] = pairBucket;
    prints[count] = printOf(pair);
    count += newPair;
    previous = word;
  }
  features.bucketCount = count;
  return distinct;
}

export function singleHash(word: number): number {
  return Math.imul(word, 0x9e3779b1);
}

/** The hash of two neighbouring words; the first word of a text is paired with 0. */
export function pairHash(previous: number, word: number): number {
  return Math.imul(word ^ Math.imul(previous, 0xc2b2ae35), 0x85ebca6b);
}

export function bucketOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & (BUCKETS - 1);
}

export function printOf(hash: number): number {
  return (((hash >>> 24) * 255) >>> 8) + 1;
}

/** Returns 1 if two numbers below 2^31 differ, else 0, without a branch. */
export function differs(a: number, b: number): number {
  const difference = a ^ b;
  return (difference | -difference) >>> 31;
}

const logs = Float64Array.from({ length: 256 }, (_, count) => Math.log(1 + count));

/** Returns the logarithm of one more than a count. Looking up that of a small one is several times faster. */
function logOf(count: number): number {
  return logs[count] ?? Math.log(1 + count);
}

export function describeText(
  counts: Int32Array,
  wordCount: number,
  distinctWords: number,
  structure: Float64Array,
): void {
  let all = 0;
  for (let kind = 0; kind < KINDS; kind += 1) all += counts[kind] as number;
  // White space carries no information and differs most between writers.
  all -= (counts[SPACE] as number) + (counts[LINE] as number);
  const characters = all === 0 ? 1 : all;
  const digits = counts[DIGIT] as number;
  const foreign = counts[FOREIGN] as number;
  const ideographs = counts[IDEOGRAPH] as number;
  const inWords = (counts[0] as number) + digits + foreign + ideographs;
  const distinct = wordCount === 0 ? 1 : distinctWords / wordCount;
  const letters = all + ideographs * (charactersPerIdeograph - 1);
  // Repetition does not make a text longer.
  structure[0] = Math.log(1 + letters * distinct);
  structure[1] = logOf(distinctWords);
  structure[2] = wordCount === 0 ? 0 : Math.min(1, inWords / wordCount / 16);
  structure[3] = distinct;
  structure[4] = digits / characters;
  structure[5] = logOf(digits);
  structure[6] = logOf(counts[ITEMS] as number);
  structure[7] = logOf(counts[SENTENCE] as number);
  structure[8] = logOf(counts[QUESTION] as number);
  structure[9] = (counts[COMMA] as number) / characters;
  structure[10] = (counts[QUOTE] as number) / characters;
  structure[11] = (counts[BRACKET] as number) / characters;
  structure[12] = (counts[OPERATOR] as number) / characters;
  structure[13] = (counts[SYMBOL] as number) / characters;
  structure[14] = foreign / characters + ideographs / characters;
}

export function describeContext(
  { tools, images, jsonSchema, turns }: ReadFacts,
  structure: Float64Array,
): void {
  structure[15] = logOf(bounded(tools));
  structure[16] = logOf(bounded(images));
  structure[17] = jsonSchema ? 1 : 0;
  structure[18] = logOf(Math.max(1, bounded(turns)) - 1);
}

function bounded(count: number): number {
  return Math.min(mostOfContext, count);
}
