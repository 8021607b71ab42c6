import type { RequestFacts } from "../../contracts/index.ts";
import { rank } from "../rank.ts";
import { createFeatureReader, STRUCTURE } from "../read-features.ts";
import { byStrength, type SpanContribution, type StructureContribution, spansOf } from "../text-spans.ts";
import { FLOOR, type LinearHead, scoreOf, structureTerm } from "./complexity-model.ts";
import { shippedModel } from "./shipped-model.ts";

/** The contributions to a complexity, in units of the score, strongest first. */
export interface ComplexityExplanation {
  readonly complexity: number;
  readonly score: number;
  /** Share of the words and pairs that the classifier knows, in [0, 1]; with 0 only structure counts. */
  readonly known: number;
  readonly structure: readonly StructureContribution[];
  readonly spans: readonly SpanContribution[];
}

/**
 * Explains the complexity of a request by features and text spans. Spans are positions without text, so
 * that the caller decides whether to look them up and store them. Contributions add up to the score only
 * roughly: the bounds of the heads are applied in proportion. Meant for people; takes about ten times as
 * long as a classification.
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
    spans: spansOf(facts, (bucket, print) =>
      model.prints[bucket] === print
        ? ofOutcomes * root * vocabularyWeight(model.outcomes, bucket) +
          ofTiers * root * vocabularyWeight(model.tiers, bucket)
        : 0,
    ),
  };
}

/** Change of the score per change of a head, averaged from the head's mean to its value. */
const slope = (head: number, bounded: number): number => (Math.abs(head) < 1e-6 ? 1 : bounded / head);

function vocabularyWeight({ vocabularyWeights, vocabularyScale }: LinearHead, bucket: number): number {
  return (vocabularyWeights[bucket] as number) * vocabularyScale;
}
