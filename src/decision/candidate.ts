import type { Candidate, Health, ModelFacts, RequestFacts } from "../contracts/index.ts";

/** Estimate of a request's input and cost on a model before the call. */
export interface Estimate {
  readonly inputTokens: number;
  readonly costUsd: number | undefined;
}

/** Sources of what is known about models beyond their facts. */
export interface CandidateParts {
  readonly estimate: (facts: ModelFacts, request: RequestFacts) => Estimate;
  /** Returns the health of a model by name; undefined where it is not known. */
  readonly healthOf: (name: string, now: number) => Health | undefined;
}

/** Returns a model as constraints and policies see it for one request at one time. */
export function candidateFor<Id extends string>(
  { estimate, healthOf }: CandidateParts,
  id: Id,
  facts: ModelFacts,
  request: RequestFacts,
  now: number,
): Candidate<Id> {
  const { inputTokens, costUsd } = estimate(facts, request);
  const health = healthOf(facts.name, now);
  return { id, facts, estimatedInputTokens: inputTokens, estimatedCostUsd: costUsd, health };
}
