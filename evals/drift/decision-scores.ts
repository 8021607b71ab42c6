import type { Decision } from "../../src/contracts/index.ts";
import { type UnitField, unitsOf } from "../split/units.ts";

/** What is read of a line of a decision log. */
export type LoggedDecision = Pick<Decision, "id" | "request" | "classification" | "versions"> & {
  readonly prompt?: string | undefined;
  readonly promptHash?: string | undefined;
};

export interface DecisionScoresOptions {
  /** `name@version`: decisions of another classifier are counted and left out. */
  readonly classifier: string;
  /** What makes decisions depend on each other. Default: prompt (or its hash), session and tenant. */
  readonly units?: readonly UnitField[] | undefined;
}

/** The complexities of logged decisions, for `scoreDrift`. */
export interface DecisionScores {
  readonly scores: Float64Array;
  readonly units: Uint32Array;
  /** Decisions that were not classified: pinned ones, those with one model left, failures. */
  readonly unclassified: number;
  /** Decisions that another classifier, or another version of it, has scored. */
  readonly otherClassifier: number;
}

/** Reads the scores of a decision log, line by line. */
export async function decisionScores(
  decisions: Iterable<LoggedDecision> | AsyncIterable<LoggedDecision>,
  options: DecisionScoresOptions,
): Promise<DecisionScores> {
  const scores: number[] = [];
  const records: Parameters<typeof unitsOf>[0][number][] = [];
  let unclassified = 0;
  let otherClassifier = 0;
  for await (const { id, request, classification, versions, prompt, promptHash } of decisions) {
    if (classification === undefined) unclassified += 1;
    else if (versions.classifier !== options.classifier) otherClassifier += 1;
    else {
      const { session, tenant } = request;
      scores.push(classification.complexity);
      records.push({ id, prompt: prompt ?? promptHash ?? id, session, tenant, outcomes: {} });
    }
  }
  const units = unitsOf(records, options.units);
  return { scores: Float64Array.from(scores), units, unclassified, otherClassifier };
}
