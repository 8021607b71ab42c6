import type { RequestFacts } from "../../contracts/index.ts";
import { rank } from "../rank.ts";
import { createFeatureReader, STRUCTURE } from "../read-features.ts";
import { byStrength, type SpanContribution, type StructureContribution, spansOf } from "../text-spans.ts";
import { FLOOR, type LinearHead, scoreOf, structureTerm } from "./complexity-model.ts";
import { shippedModel } from "./shipped-model.ts";

/** What a complexity was made of. Contributions are in units of the score, strongest first. */
export interface ComplexityExplanation {
  readonly complexity: number;
  readonly score: number;
  /** Share of the words and pairs that the classifier knows, in [0, 1]; 0 means: by structure alone. */
  readonly known: number;
  readonly structure: readonly StructureContribution[];
  readonly spans: readonly SpanContribution[];
}

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
    spans: spansOf(facts, (bucket, print) =>
      model.prints[bucket] === print
        ? ofOutcomes * root * vocabularyWeight(model.outcomes, bucket) +
          ofTiers * root * vocabularyWeight(model.tiers, bucket)
        : 0,
    ),
  };
}

/** What a small change of a head changes in the score, on average from the head's mean to where it is. */
const slope = (head: number, bounded: number): number => (Math.abs(head) < 1e-6 ? 1 : bounded / head);

function vocabularyWeight({ vocabularyWeights, vocabularyScale }: LinearHead, bucket: number): number {
  return (vocabularyWeights[bucket] as number) * vocabularyScale;
}
