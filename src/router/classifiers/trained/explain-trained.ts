import type { Classification, RequestFacts } from "../../../contracts/index.ts";
import { noHop } from "../no-hop.ts";
import { createFeatureReader, type Features, STRUCTURE } from "../read-features.ts";
import { byStrength, type SpanContribution, type StructureContribution, spansOf } from "../text-spans.ts";
import { type TrainedOptions, trained } from "../trained.ts";
import { standardise } from "./examples.ts";
import { decodeHeads, headValue, type LinearHead } from "./linear-heads.ts";
import { logistic } from "./quality-curve.ts";
import type { Part, TrainedClassifier } from "./trained-file.ts";

/** The contributions to a complexity, in units of the score, strongest first. */
export interface TrainedExplanation {
  readonly complexity: number;
  readonly score: number;
  /** Contributions of the parts, which add up to the score. */
  readonly parts: readonly { readonly part: Part; readonly contribution: number }[];
  /** Structural features of the ridge and logistic parts only; so are `spans`. */
  readonly structure: readonly StructureContribution[];
  readonly spans: readonly SpanContribution[];
}

/**
 * Explains a trained classifier's complexity of a request: its parts, and for the linear ones the features
 * and text spans. Spans are positions without text, so that the caller decides whether to look them up
 * and store them. A logistic part is linearised at its value. Meant for people: decodes the file at each
 * call. Throws the errors of `trained`.
 */
export function explainTrained(
  file: unknown,
  facts: RequestFacts,
  options: Pick<TrainedOptions, "base"> = {},
): TrainedExplanation {
  const { classify } = trained(file, { ...options, signals: true });
  const { complexity, signals = {} } = classify(facts, noHop) as Classification;
  const { score = 0, ...parts } = signals;
  const checked = file as TrainedClassifier;
  const features = createFeatureReader()(facts);
  const structure = new Float32Array(STRUCTURE.length);
  standardise(features.structure, checked.structure, structure);
  const terms = linearTerms(checked, features, structure);
  const sum = (of: (head: LinearHead) => number): number =>
    terms.reduce((total, { head, factor }) => total + factor * of(head), 0);
  const root = features.bucketCount === 0 ? 0 : 1 / Math.sqrt(features.bucketCount);
  return {
    complexity,
    score,
    parts: Object.entries(parts)
      .map(([part, contribution]) => ({ part: part as Part, contribution }))
      .sort(byStrength),
    structure: STRUCTURE.map((name, index) => ({
      name,
      value: features.structure[index] as number,
      contribution: sum((head) => (head.structure[index] as number) * (structure[index] as number)),
    }))
      .filter(({ contribution }) => contribution !== 0)
      .sort(byStrength),
    spans: spansOf(facts, (bucket) => root * sum((head) => weightOf(head, bucket))),
  };
}

/** A head, and the change of the score per change of its value. */
interface LinearTerm {
  readonly head: LinearHead;
  readonly factor: number;
}

function linearTerms(file: TrainedClassifier, features: Features, structure: Float32Array): LinearTerm[] {
  const sides = [
    { model: file.models.indexOf(file.large), sign: 1 },
    { model: file.models.indexOf(file.small), sign: -1 },
  ];
  return file.score.flatMap(({ part, weight, deviation }) => {
    if (part !== "ridge" && part !== "logistic") return [];
    const stored = file[part];
    const heads = stored === undefined ? undefined : decodeHeads(stored);
    if (part === "ridge")
      return heads?.[0] === undefined ? [] : [{ head: heads[0], factor: weight / deviation }];
    return sides.flatMap(({ model, sign }) => {
      const head = heads?.[model];
      if (head === undefined) return [];
      const likely = logistic(headValue(head, features, structure));
      return [{ head, factor: (sign * weight * likely * (1 - likely)) / deviation }];
    });
  });
}

function weightOf({ weights, scale }: LinearHead, bucket: number): number {
  return (weights[bucket & (weights.length - 1)] as number) * scale;
}
