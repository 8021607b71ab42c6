import type { Candidate, Health, ModelFacts, RequestFacts } from "../contracts/index.ts";

/** What a request will cost on a model, as far as that is known before the call. */
export interface Estimate {
  readonly inputTokens: number;
  readonly costUsd: number | undefined;
}

/** What is known of models beyond their facts. */
export interface CandidateParts {
  readonly estimate: (facts: ModelFacts, request: RequestFacts) => Estimate;
  /** By the model's name; undefined where nothing is known. */
  readonly healthOf: (name: string, now: number) => Health | undefined;
}

/** A model as constraints and policies see it for one request, at one time. */
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
