import type { RequestFacts } from "../contracts/index.ts";
import { characterEntry, STYLED, styledEntry } from "./characters.ts";
import {
  bucketOf,
  isIdeograph,
  pairHash,
  printOf,
  readRanges,
  type STRUCTURE,
  singleHash,
  wordHash,
} from "./read-features.ts";

/** A word or a pair of words, and what it adds to the score. */
export interface SpanContribution {
  /** The text that `start` and `end` count in. */
  readonly text: "ask" | "window";
  /** In UTF-16 code units: the first of the span, and the first after it. */
  readonly start: number;
  readonly end: number;
  readonly contribution: number;
}

export interface StructureContribution {
  readonly name: (typeof STRUCTURE)[number];
  /** Of the feature: a share in [0, 1] or the logarithm of a count. */
  readonly value: number;
  readonly contribution: number;
}

/** The strongest first. */
export const byStrength = (a: { contribution: number }, b: { contribution: number }): number =>
  Math.abs(b.contribution) - Math.abs(a.contribution);

/** Number of spans that are told. */
const mostSpans = 10;

/**
 * The strongest words and pairs of words of a request, each once, where it first occurs. `contributionOf`
 * says what a bucket adds to the score when a word or pair of this print is in it.
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

/** The words of a text as the feature reader sees them, in its order, with their positions. */
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
    const inWord = entry >>> 30 === 1;
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
