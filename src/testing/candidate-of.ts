import type { Candidate, ModelFacts } from "../contracts/index.ts";

export interface CandidateParts extends Partial<Omit<Candidate, "id" | "facts">> {
  readonly facts?: Partial<ModelFacts> | undefined;
}

/** Creates a candidate for tests: `fake:<id>` without price, labels or limits, changed by `parts`. */
export function candidateOf<const Id extends string>(id: Id, parts: CandidateParts = {}): Candidate<Id> {
  const facts = { name: `fake:${id}`, provider: "fake", model: id, labels: {}, ...parts.facts };
  return { ...parts, id, facts };
}
