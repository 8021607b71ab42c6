import type { DecisionLine } from "../../data/decisions/decision-line.ts";
import type { OutcomeRecord } from "../../data/outcomes/outcome-record.ts";
import { type UnitField, unitsOf } from "../../data/split/units.ts";

/** Fields of a line of a decision log that are read. */
export type ScoredDecision = Pick<
  DecisionLine,
  "id" | "request" | "classification" | "versions" | "prompt" | "promptHash"
>;

export interface DecisionScoresOptions {
  /** Classifier as `name@version`: decisions of another one are counted and left out. */
  readonly classifier: string;
  /** Fields that make decisions depend on each other. Default: prompt (or its hash), session and tenant. */
  readonly groupBy?: readonly UnitField[] | undefined;
}

/** Complexities of logged decisions, for `scoreDrift`. */
export interface DecisionScores {
  readonly scores: Float64Array;
  /** Number of the independent unit of each score. */
  readonly units: Uint32Array;
  /** Decisions that were not classified: pinned ones, those with only one permitted model, failures. */
  readonly unclassified: number;
  /** Decisions that another classifier, or another version of it, has scored. */
  readonly otherClassifier: number;
}

/** Reads the scores of the decisions of a log. */
export async function decisionScores(
  decisions: Iterable<ScoredDecision> | AsyncIterable<ScoredDecision>,
  { classifier, groupBy }: DecisionScoresOptions,
): Promise<DecisionScores> {
  const scores: number[] = [];
  const asked: OutcomeRecord[] = [];
  let unclassified = 0;
  let otherClassifier = 0;
  for await (const { id, request, classification, versions, prompt, promptHash } of decisions) {
    if (classification === undefined) unclassified += 1;
    else if (versions.classifier !== classifier) otherClassifier += 1;
    else {
      const { session, tenant } = request;
      scores.push(classification.complexity);
      asked.push({ id, prompt: prompt ?? promptHash ?? id, session, tenant, outcomes: {} });
    }
  }
  return { scores: Float64Array.from(scores), units: unitsOf(asked, groupBy), unclassified, otherClassifier };
}
