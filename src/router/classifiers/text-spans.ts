import type { RequestFacts } from "../../contracts/index.ts";
import { characterEntry, isOfWord, STYLED, styledEntry } from "./characters.ts";
import {
  bucketOf,
  isIdeograph,
  pairHash,
  printOf,
  readRanges,
  type STRUCTURE,
  singleHash,
} from "./read-features.ts";
import { wordHash } from "./read-words.ts";

/** A word or a pair of words with its contribution to the score. */
export interface SpanContribution {
  /** The text to which `start` and `end` refer. */
  readonly text: "ask" | "window";
  /** Index of the span's first UTF-16 code unit; `end` is the index behind its last one. */
  readonly start: number;
  readonly end: number;
  readonly contribution: number;
}

export interface StructureContribution {
  readonly name: (typeof STRUCTURE)[number];
  /** Value of the feature: a share in [0, 1] or the logarithm of a count. */
  readonly value: number;
  readonly contribution: number;
}

/** Compares contributions so that the strongest comes first. */
export const byStrength = (a: { contribution: number }, b: { contribution: number }): number =>
  Math.abs(b.contribution) - Math.abs(a.contribution);

/** Number of spans that are returned. */
const mostSpans = 10;

/**
 * Returns the strongest words and word pairs of a request, each once, at its first position.
 * `contributionOf` gives the contribution of a word or pair with this bucket and print to the score.
 */
export function spansOf(
  facts: RequestFacts,
  contributionOf: (bucket: number, print: number) => number,
): readonly SpanContribution[] {
  const spans: SpanContribution[] = [];
  const seen = new Set<number>();
  const add = (hash: number, span: Omit<SpanContribution, "contribution">): void => {
    const bucket = bucketOf(hash);
    if (seen.has(bucket)) return;
    seen.add(bucket);
    const contribution = contributionOf(bucket, printOf(hash));
    if (contribution !== 0) spans.push({ ...span, contribution });
  };
  let previous: Word | undefined;
  for (const { text, start, end } of readRanges(facts)) {
    for (const word of wordsOf(facts[text], start, end)) {
      add(singleHash(word.hash), { text, start: word.start, end: word.end });
      const near = previous !== undefined && previous.start < word.start ? previous.start : word.start;
      add(pairHash(previous?.hash ?? 0, word.hash), { text, start: near, end: word.end });
      previous = word;
    }
    // A pair across two texts has no position in either.
    previous = previous && { ...previous, start: Number.POSITIVE_INFINITY };
  }
  return spans.sort(byStrength).slice(0, mostSpans);
}

interface Word {
  readonly hash: number;
  readonly start: number;
  readonly end: number;
}

/** Yields the words of a text with their positions, as the feature reader reads them and in its order. */
function* wordsOf(text: string, from: number, to: number): Generator<Word> {
  let hash = 0;
  let start = -1;
  let end = from;
  for (let index = from; index < to; index += 1) {
    let entry = characterEntry(text.charCodeAt(index));
    let after = index + 1;
    if (entry < 0) {
      if (entry !== STYLED || after >= to) continue;
      entry = styledEntry(text.charCodeAt(after));
      after += 1;
    }
    const inWord = isOfWord(entry);
    if (inWord) {
      if (start < 0) start = index;
      hash = wordHash(hash, entry);
      end = after;
    } else if (start >= 0) {
      yield { hash, start, end };
      start = -1;
      hash = 0;
    }
  }
  if (start >= 0) yield { hash, start, end };
  for (let index = from; index < to; index += 1) {
    const code = text.charCodeAt(index);
    if (isIdeograph(code)) yield { hash: wordHash(0, code), start: index, end: index + 1 };
  }
}
