import { askedRanges } from "../asked-ranges.ts";
import { IDEOGRAPH, LINE } from "../characters.ts";
import {
  BUCKETS,
  bucketOf,
  COUNTERS,
  countItems,
  describeContext,
  describeText,
  ITEMS,
  pairHash,
  printOf,
  type ReadFacts,
  type ReadRange,
  readRanges,
  STRUCTURE,
  type Stretch,
  singleHash,
  textOf,
} from "../read-features.ts";
import { readAsked, readIdeographs, readWords } from "../read-words.ts";
import { askedCounts, counts, loadUnits, MAX_WORDS, stems, words } from "../text-units.ts";
import { isPassage } from "./is-passage.ts";

/** Largest number of words of what is asked; more are read as material. */
const maxAsked = 1_300;

/**
 * The features that the default classifier reads of a request. A *code* is a place in a table of 32,768 buckets in its lower
 * 15 bits, and above them eight more bits of the hash, 1 to 255, which distinguish most words of one bucket.
 */
export interface PromptFeatures {
  /** Codes of the distinct words of the whole text, in the first `wordCount` entries. */
  readonly words: Int32Array;
  wordCount: number;
  /** Codes of the distinct words of the part that says what is asked. */
  readonly askedWords: Int32Array;
  askedWordCount: number;
  /** Codes of that part's distinct words, pairs of neighbours and stems. */
  readonly asked: Int32Array;
  askedCount: number;
  /**
   * Structural features in the order of `STRUCTURE`: of the whole text, and of what is asked alone, which counts as one
   * sentence at least.
   */
  readonly structure: Float64Array;
  readonly askedStructure: Float64Array;
  /** Like `askedStructure`, but with features of the whole text (`EXAM_CONTEXT`) in the last places. */
  readonly examStructure: Float64Array;
  /** True if the last line is a long text with a question about it (`isPassage`). */
  passage: boolean;
}

/** Features of the whole text by which the exam head tells options and a long text from the question. */
export const EXAM_CONTEXT: readonly number[] = (["characters", "items", "sentences", "digits"] as const).map(
  (name) => STRUCTURE.indexOf(name),
);

const SENTENCES = STRUCTURE.indexOf("sentences");

/** A piece of a stretch, which belongs to what is asked or does not. */
export interface Piece extends ReadRange {
  readonly asked: boolean;
  /** The stretch of which it is a piece. */
  readonly range: ReadRange;
}

export function codeOf(hash: number): number {
  return bucketOf(hash) | (printOf(hash) << 15);
}

/** The hash of a word's first letters, apart from the word that is written like them. */
export function stemHash(hash: number): number {
  return Math.imul(hash ^ 0x2545f491, 0x27d4eb2f);
}

/** Returns what is read of a request in order, in pieces. */
export function piecesOf(facts: ReadFacts): readonly Piece[] {
  const ranges = readRanges(facts);
  const pieces: Piece[] = [];
  for (let index = 0; index < ranges.length; index += 1) {
    const first = ranges[index] as ReadRange;
    const text = textOf(facts, first);
    const head = text.slice(first.start, first.end);
    const second = ranges[index + 1];
    if (second === undefined || second.text !== first.text) {
      addPieces(pieces, first, askedRanges(head), first.start);
      continue;
    }
    // Two ranges are the beginning and the end of a long ask, as if nothing were between them.
    const asked = askedRanges(head + text.slice(second.start, second.end));
    addPieces(pieces, first, asked, first.start);
    addPieces(pieces, second, asked, second.start - (first.end - first.start));
    index += 1;
  }
  return pieces;
}

/** Cuts a range at the borders of the asked stretches, which count from `offset`. */
function addPieces(pieces: Piece[], range: ReadRange, asked: readonly Stretch[], offset: number): void {
  const { text } = range;
  let from = range.start;
  for (const stretch of asked) {
    const start = Math.max(range.start, stretch.start + offset);
    const end = Math.min(range.end, stretch.end + offset);
    if (end <= start) continue;
    if (start > from) pieces.push({ text, start: from, end: start, asked: false, range });
    pieces.push({ text, start, end, asked: true, range });
    from = end;
  }
  if (range.end > from) pieces.push({ text, start: from, end: range.end, asked: false, range });
}

/** Creates a reader with its own scratch memory. Each reading overwrites the features of the last one. */
export function createPromptReader(): (facts: ReadFacts) => PromptFeatures {
  const features: PromptFeatures = {
    words: new Int32Array(MAX_WORDS + 1),
    wordCount: 0,
    askedWords: new Int32Array(maxAsked),
    askedWordCount: 0,
    asked: new Int32Array(3 * maxAsked),
    askedCount: 0,
    structure: new Float64Array(STRUCTURE.length),
    askedStructure: new Float64Array(STRUCTURE.length),
    examStructure: new Float64Array(STRUCTURE.length),
    passage: false,
  };
  return (facts) => {
    if (!isClean) {
      seen.fill(0);
      stems.fill(0);
    }
    isClean = false;
    // Faster than `fill`, which is a call out of the compiled code.
    for (let counter = 0; counter < COUNTERS; counter += 1) {
      counts[counter] = 0;
      askedCounts[counter] = 0;
    }
    let wordCount = 0;
    let askedCount = 0;
    let lastAsked = 0;
    features.askedCount = 0;
    features.askedWordCount = 0;
    let allAsked = true;
    let loaded: ReadRange | undefined;
    for (const piece of piecesOf(facts)) {
      const text = textOf(facts, piece);
      if (piece.range !== loaded) {
        loaded = piece.range;
        loadUnits(text, loaded.start, loaded.end);
      }
      const from = piece.start - piece.range.start;
      const to = piece.end - piece.range.start;
      const isAsked = piece.asked && askedCount + (to - from) < maxAsked;
      const own = isAsked ? askedCounts : counts;
      const ideographs = own[IDEOGRAPH] as number;
      const lines = own[LINE] as number;
      const first = wordCount;
      wordCount = isAsked ? readAsked(from, to, wordCount) : readWords(from, to, wordCount);
      if (own[IDEOGRAPH] !== ideographs) {
        wordCount = readIdeographs(from, to, wordCount);
      }
      if (own[LINE] !== lines) own[ITEMS] = (own[ITEMS] as number) + countItems(text, piece);
      allAsked &&= isAsked;
      if (!isAsked || wordCount === first) continue;
      askedCount += wordCount - first;
      hashAsked(first, wordCount, lastAsked, features);
      lastAsked = words[wordCount - 1] as number;
    }
    forget(features.asked, features.askedCount);
    hashWords(wordCount, features);
    for (let counter = 0; counter < COUNTERS; counter += 1)
      counts[counter] = (counts[counter] as number) + (askedCounts[counter] as number);
    const { structure, askedStructure, examStructure } = features;
    features.passage = loaded !== undefined && isPassage(textOf(facts, loaded), loaded.start, loaded.end);
    describeText(counts, wordCount, features.wordCount, structure);
    const own = STRUCTURE.length - EXAM_CONTEXT.length;
    if (allAsked && features.wordCount === features.askedWordCount)
      for (let index = 0; index < own; index += 1) askedStructure[index] = structure[index] as number;
    else describeText(askedCounts, askedCount, features.askedWordCount, askedStructure);
    // A prompt without its last full stop asks the same.
    askedStructure[SENTENCES] = Math.max(Math.LN2, askedStructure[SENTENCES] as number);
    describeContext(facts, structure);
    for (let index = 0; index < own; index += 1) examStructure[index] = askedStructure[index] as number;
    for (let index = 0; index < EXAM_CONTEXT.length; index += 1)
      examStructure[own + index] = structure[EXAM_CONTEXT[index] as number] as number;
    isClean = true;
    return features;
  };
}

/**
 * Buckets that the reading under way has, one bit for each; all 0 between two readings. As bits they stay in the
 * fastest cache.
 */
const seen = new Int32Array(BUCKETS / 32);

/** False if facts that threw when they were read left the last reading half done. */
let isClean = true;

function forget(codes: Int32Array, count: number): void {
  for (let index = 0; index < count; index += 1) seen[((codes[index] as number) & (BUCKETS - 1)) >>> 5] = 0;
}

/** Writes the codes of the distinct words, without branches. */
function hashWords(wordCount: number, features: PromptFeatures): void {
  const codes = features.words;
  let count = 0;
  for (let index = 0; index < wordCount; index += 1) {
    const single = singleHash(words[index] as number);
    const bucket = bucketOf(single);
    const bits = seen[bucket >>> 5] as number;
    seen[bucket >>> 5] = bits | (1 << (bucket & 31));
    codes[count] = bucket | (printOf(single) << 15);
    count += ((bits >>> (bucket & 31)) & 1) ^ 1;
  }
  features.wordCount = count;
  forget(codes, count);
}

/** Appends the codes of a stretch of words that is asked, behind the word `before`; 0 for none. */
function hashAsked(first: number, end: number, before: number, features: PromptFeatures): void {
  const { asked, askedWords } = features;
  let count = features.askedCount;
  let distinct = features.askedWordCount;
  let previous = before;
  for (let index = first; index < end; index += 1) {
    const word = words[index] as number;
    const single = singleHash(word);
    const bucket = bucketOf(single);
    const bits = seen[bucket >>> 5] as number;
    if ((bits & (1 << (bucket & 31))) === 0) {
      seen[bucket >>> 5] = bits | (1 << (bucket & 31));
      const code = bucket | (printOf(single) << 15);
      askedWords[distinct++] = code;
      asked[count++] = code;
    }
    count = addCode(asked, count, pairHash(previous, word));
    const stem = stems[index + 1] as number;
    if (stem !== 0) {
      stems[index + 1] = 0;
      count = addCode(asked, count, stemHash(stem));
    }
    previous = word;
  }
  features.askedCount = count;
  features.askedWordCount = distinct;
}

/** Appends a code unless its bucket was seen; returns the new number of codes. */
function addCode(codes: Int32Array, count: number, hash: number): number {
  const bucket = bucketOf(hash);
  const bits = seen[bucket >>> 5] as number;
  if ((bits & (1 << (bucket & 31))) !== 0) return count;
  seen[bucket >>> 5] = bits | (1 << (bucket & 31));
  codes[count] = bucket | (printOf(hash) << 15);
  return count + 1;
}
