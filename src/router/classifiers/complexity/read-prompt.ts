import { IDEOGRAPH, LINE } from "../characters.ts";
import { countItems } from "../count-items.ts";
import {
  COUNTERS,
  describeContext,
  describeText,
  ITEMS,
  loadText,
  type ReadFacts,
  type ReadRange,
  STRUCTURE,
  textOf,
} from "../read-features.ts";
import { readAsked, readIdeographs, readWords } from "../read-words.ts";
import { askedCounts, counts, MAX_WORDS, words } from "../text-units.ts";
import { isPassage } from "./is-passage.ts";
import { visitPieces } from "./pieces.ts";
import { beginCodes, type Codes, endCodes, hashAsked, hashWords } from "./word-codes.ts";

/** Largest number of words of what is asked; more are read as material. */
const maxAsked = 1_300;

/** The features that the default classifier reads of a request. */
export interface PromptFeatures extends Codes {
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

/** Number of features of `examStructure` that are those of what is asked. */
const own = STRUCTURE.length - EXAM_CONTEXT.length;
const SENTENCES = STRUCTURE.indexOf("sentences");

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
  /** Numbers of all words so far and of those that are asked, and the hash of the last one of these. */
  let wordCount = 0;
  let askedCount = 0;
  let lastAsked = 0;
  let allAsked = true;
  /** The range that was read last, and the text that is loaded. */
  let last: ReadRange | undefined;
  let loaded: ReadRange["text"] = "ask";

  const begin = (): void => {
    // Faster than `fill`, which is a call out of the compiled code.
    for (let counter = 0; counter < COUNTERS; counter += 1) {
      counts[counter] = 0;
      askedCounts[counter] = 0;
    }
    beginCodes(features);
    wordCount = 0;
    askedCount = 0;
    lastAsked = 0;
    allAsked = true;
    last = undefined;
    loaded = "ask";
  };

  const readPiece = (
    facts: ReadFacts,
    range: ReadRange,
    start: number,
    end: number,
    asked: boolean,
  ): void => {
    if (range.text !== loaded) loadText(facts, range);
    loaded = range.text;
    last = range;
    const from = range.place + start - range.start;
    const to = from + end - start;
    const isAsked = asked && askedCount + (to - from) < maxAsked;
    const found = isAsked ? askedCounts : counts;
    const ideographs = found[IDEOGRAPH] as number;
    const lines = found[LINE] as number;
    const first = wordCount;
    let count = isAsked ? readAsked(from, to, first, found) : readWords(from, to, first, found);
    if (found[IDEOGRAPH] !== ideographs) count = readIdeographs(from, to, count);
    const lineEnds = (found[LINE] as number) - lines;
    if (lineEnds > 0)
      found[ITEMS] = (found[ITEMS] as number) + countItems(textOf(facts, range), start, end, lineEnds);
    wordCount = count;
    allAsked &&= isAsked;
    if (count === first) return;
    if (!isAsked) {
      hashWords(first, count, features);
      return;
    }
    hashAsked(first, count, lastAsked, features);
    askedCount += count - first;
    lastAsked = words[count - 1] as number;
  };

  return (facts) => {
    begin();
    visitPieces(facts, readPiece);
    endCodes(features);
    features.passage = last !== undefined && isPassage(textOf(facts, last), last.start, last.end);
    for (let counter = 0; counter < COUNTERS; counter += 1)
      counts[counter] = (counts[counter] as number) + (askedCounts[counter] as number);
    const { structure, askedStructure, examStructure } = features;
    describeText(counts, wordCount, features.wordCount, structure);
    if (allAsked && features.wordCount === features.askedWordCount)
      for (let index = 0; index < own; index += 1) askedStructure[index] = structure[index] as number;
    else describeText(askedCounts, askedCount, features.askedWordCount, askedStructure);
    // A prompt without its last full stop asks the same.
    askedStructure[SENTENCES] = Math.max(Math.LN2, askedStructure[SENTENCES] as number);
    describeContext(facts, structure);
    for (let index = 0; index < own; index += 1) examStructure[index] = askedStructure[index] as number;
    for (let index = 0; index < EXAM_CONTEXT.length; index += 1)
      examStructure[own + index] = structure[EXAM_CONTEXT[index] as number] as number;
    return features;
  };
}
