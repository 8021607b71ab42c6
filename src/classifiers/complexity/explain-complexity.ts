import type { RequestFacts } from "../../contracts/index.ts";
import { characterEntry, STYLED, styledEntry } from "../characters.ts";
import { rank } from "../rank.ts";
import {
  bucketOf,
  createFeatureReader,
  isIdeograph,
  pairHash,
  printOf,
  readRanges,
  STRUCTURE,
  singleHash,
  wordHash,
} from "../read-features.ts";
import { type ComplexityModel, FLOOR, type LinearHead, scoreOf, structureTerm } from "./complexity-model.ts";
import { shippedModel } from "./shipped-model.ts";

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

/** What a complexity was made of. Contributions are in units of the score, strongest first. */
export interface ComplexityExplanation {
  readonly complexity: number;
  readonly score: number;
  /** Share of the words and pairs that the classifier knows, in [0, 1]; 0 means: by structure alone. */
  readonly known: number;
  readonly structure: readonly StructureContribution[];
  readonly spans: readonly SpanContribution[];
}

/** Number of spans that are told. */
const mostSpans = 10;

/**
 * Why `complexity()` says what it says of a request: features and text spans by position, without any
 * text, so that the caller decides whether to look them up and store them. Spans and features add up
 * to the score only roughly: heads have bounds, and what is lost by them is spread in proportion.
 * Meant for people; costs about ten times a classification.
 */
export function explainComplexity(facts: RequestFacts): ComplexityExplanation {
  const model = shippedModel();
  const features = createFeatureReader()(facts);
  const { score, outcomes, tiers, known } = scoreOf(model, features);
  const ofOutcomes = slope(outcomes, Math.max(FLOOR, outcomes));
  const ofTiers = slope(tiers, Math.tanh(tiers));
  const root = known === 0 ? 0 : 1 / Math.sqrt(known);
  const structure = STRUCTURE.map((name, index) => ({
    name,
    value: features.structure[index] as number,
    contribution:
      ofOutcomes * structureTerm(model.outcomes, features.structure, index) +
      ofTiers * structureTerm(model.tiers, features.structure, index),
  }));
  return {
    complexity: rank(score, model.quantiles),
    score,
    known: features.bucketCount === 0 ? 0 : known / features.bucketCount,
    structure: structure.filter(({ contribution }) => contribution !== 0).sort(byStrength),
    spans: spansOf(facts, model, ofTiers * root, ofOutcomes * root)
      .sort(byStrength)
      .slice(0, mostSpans),
  };
}

/** What a small change of a head changes in the score, on average from the head's mean to where it is. */
const slope = (head: number, bounded: number): number => (Math.abs(head) < 1e-6 ? 1 : bounded / head);

const byStrength = (a: { contribution: number }, b: { contribution: number }): number =>
  Math.abs(b.contribution) - Math.abs(a.contribution);

/** Each known word and pair once, where it first occurs. */
function spansOf(
  facts: RequestFacts,
  model: ComplexityModel,
  perTier: number,
  perOutcome: number,
): SpanContribution[] {
  const spans: SpanContribution[] = [];
  const seen = new Set<number>();
  const add = (hash: number, span: Omit<SpanContribution, "contribution">): void => {
    const bucket = bucketOf(hash);
    if (seen.has(bucket)) return;
    seen.add(bucket);
    if (model.prints[bucket] !== printOf(hash)) return;
    const contribution =
      perOutcome * vocabularyWeight(model.outcomes, bucket) + perTier * vocabularyWeight(model.tiers, bucket);
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
  return spans;
}

function vocabularyWeight({ vocabularyWeights, vocabularyScale }: LinearHead, bucket: number): number {
  return (vocabularyWeights[bucket] as number) * vocabularyScale;
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
