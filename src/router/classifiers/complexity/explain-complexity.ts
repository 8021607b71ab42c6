import type { RequestFacts } from "../../../contracts/index.ts";
import { rank } from "../rank.ts";
import { BUCKETS, pairHash, STRUCTURE, singleHash } from "../read-features.ts";
import { byStrength, type SpanContribution, type StructureContribution } from "../text-spans.ts";
import {
  type ComplexityModel,
  combine,
  type Score,
  scoreOf,
  structureTerm,
  type TableWeights,
  totalShare,
} from "./complexity-model.ts";
import { visitPieces } from "./pieces.ts";
import { placedWords } from "./placed-words.ts";
import { createPromptReader, type PromptFeatures } from "./read-prompt.ts";
import { shippedModel } from "./shipped-model.ts";
import { codeOf, stemHash } from "./word-codes.ts";

/** The contributions to a complexity, in units of the score, strongest first. */
export interface ComplexityExplanation {
  readonly complexity: number;
  readonly score: number;
  /** Share of what is asked that the classifier knows, in [0, 1]; with 0 only structure counts. */
  readonly known: number;
  readonly structure: readonly StructureContribution[];
  readonly spans: readonly SpanContribution[];
}

/** Number of spans that are returned. */
const mostSpans = 10;

/**
 * Explains the complexity of a request by features and text spans. Spans are positions without text, so
 * that the caller decides whether to look them up and store them. Contributions add up to the score only
 * roughly: the bounds of the heads and the way they are combined are applied in proportion. Meant for
 * people; takes about ten times as long as a classification.
 */
export function explainComplexity(facts: RequestFacts): ComplexityExplanation {
  const model = shippedModel();
  const features = createPromptReader()(facts);
  const parts = scoreOf(model, features);
  const slopes = slopesOf(parts);
  const structure = STRUCTURE.map((name, index) => ({
    name,
    value: features.structure[index] as number,
    contribution:
      slopes.outcomes * structureTerm(model.outcomes, features.structure[index] as number, index) +
      slopes.tiers * structureTerm(model.tiers, features.structure[index] as number, index) +
      slopes.instruction * structureTerm(model.instruction, features.askedStructure[index] as number, index) +
      slopes.askedOutcomes * structureTerm(model.outcomes, features.askedStructure[index] as number, index) +
      slopes.askedTiers * structureTerm(model.tiers, features.askedStructure[index] as number, index) +
      slopes.gate * structureTerm(model.exam, features.examStructure[index] as number, index),
  }));
  return {
    complexity: rank(parts.score, model.quantiles),
    score: parts.score,
    known: features.askedCount === 0 ? 0 : parts.known / features.askedCount,
    structure: structure.filter(({ contribution }) => contribution !== 0).sort(byStrength),
    spans: spansOf(facts, model, features, parts, slopes),
  };
}

const heads = ["outcomes", "tiers", "askedOutcomes", "askedTiers", "instruction", "gate"] as const;
type Slopes = Readonly<Record<(typeof heads)[number], number>>;

/** Changes of the score per change of a head, averaged from 0 to its value. */
function slopesOf(parts: Score): Slopes {
  const slope = (head: keyof Slopes): number => {
    const value = parts[head];
    if (Math.abs(value) < 1e-6) return 0;
    return (combine(parts) - combine({ ...parts, [head]: 0 })) / value;
  };
  return Object.fromEntries(heads.map((head) => [head, slope(head)])) as Slopes;
}

/** The strongest words and pairs of words, each once, at its first position. */
function spansOf(
  facts: RequestFacts,
  model: ComplexityModel,
  features: PromptFeatures,
  { known }: Score,
  slopes: Slopes,
): readonly SpanContribution[] {
  const spans: SpanContribution[] = [];
  const seen = new Set<number>();
  const total = sharesOf(model, features.words, features.wordCount);
  const askedTotal = sharesOf(model, features.askedWords, features.askedWordCount);
  const root = known === 0 ? 0 : 1 / Math.sqrt(known);
  const add = (code: number, contribution: number, span: Omit<SpanContribution, "contribution">): void => {
    if (seen.has(code) || contribution === 0) return;
    seen.add(code);
    spans.push({ ...span, contribution });
  };
  const weightOf = ({ weights, scale }: TableWeights, code: number): number =>
    (weights[code & (BUCKETS - 1)] as number) * scale;
  const ofAsked = (code: number): number =>
    model.askedPrints[code & (BUCKETS - 1)] === code >>> 15
      ? root *
        (slopes.instruction * weightOf(model.instruction.asked, code) +
          slopes.gate * weightOf(model.exam.asked, code))
      : 0;
  let previous: { readonly hash: number; readonly start: number } | undefined;
  visitPieces(facts, (_, { text }, from, to, asked) => {
    for (const word of placedWords(facts[text], { start: from, end: to })) {
      const code = codeOf(singleHash(word.hash));
      const bucket = code & (BUCKETS - 1);
      let contribution = 0;
      if (model.wordPrints[bucket] === code >>> 15) {
        const share = model.wordShares[bucket] as number;
        contribution +=
          (share / total) *
          (slopes.outcomes * weightOf(model.outcomes.words, code) +
            slopes.tiers * weightOf(model.tiers.words, code));
        if (asked)
          contribution +=
            (share / askedTotal) *
            (slopes.instruction * weightOf(model.instruction.words, code) +
              slopes.askedOutcomes * weightOf(model.outcomes.words, code) +
              slopes.askedTiers * weightOf(model.tiers.words, code));
      }
      if (asked) {
        contribution += ofAsked(code) + (word.stem === 0 ? 0 : ofAsked(codeOf(stemHash(word.stem))));
        const pair = codeOf(pairHash(previous?.hash ?? 0, word.hash));
        const start = previous !== undefined && previous.start < word.start ? previous.start : word.start;
        add(pair, ofAsked(pair), { text, start, end: word.end });
        previous = word;
      }
      add(code, contribution, { text, start: word.start, end: word.end });
    }
    // A pair across two pieces has no position of its own.
    previous = previous && { ...previous, start: Number.POSITIVE_INFINITY };
  });
  return spans.sort(byStrength).slice(0, mostSpans);
}

function sharesOf({ wordPrints, wordShares }: ComplexityModel, codes: Int32Array, count: number): number {
  const all = codes.subarray(0, count);
  const known = all.filter((code) => wordPrints[code & (BUCKETS - 1)] === code >>> 15);
  const shares = known.reduce((sum, code) => sum + (wordShares[code & (BUCKETS - 1)] as number), 0);
  return totalShare(shares, count - known.length);
}
