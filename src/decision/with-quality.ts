import type { Candidate, Classification, ModelFacts, RecordedCandidate } from "../contracts/index.ts";

/** Models of a request: those permitted, and all of them, in the order of `models`, as recorded. */
interface Compared<Id extends string> {
  readonly candidates: readonly Candidate<Id>[];
  readonly recorded: readonly RecordedCandidate<Id>[];
}

/** The models with the quality that a classification expects of each; the same object where it says none. */
export function withQuality<Id extends string, Settled extends Compared<Id>>(
  settled: Settled,
  models: readonly { readonly facts: ModelFacts }[],
  quality: Classification["quality"],
): Settled {
  if (quality === undefined || quality === null) return settled;
  const qualityOf = (facts: ModelFacts | undefined) => {
    const value: unknown = facts && Object.hasOwn(quality, facts.name) ? quality[facts.name] : undefined;
    return typeof value === "number" && value >= 0 && value <= 1 ? value : undefined;
  };
  return {
    ...settled,
    candidates: settled.candidates.map((one) => ({ ...one, estimatedQuality: qualityOf(one.facts) })),
    recorded: settled.recorded.map((one, at) => ({ ...one, estimatedQuality: qualityOf(models[at]?.facts) })),
  };
}
