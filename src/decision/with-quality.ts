import type { Candidate, Classification, ModelFacts, RecordedCandidate } from "../contracts/index.ts";

type Quality = Classification["quality"];

/** Models of a request: those permitted, and all of them, in the order of `models`, as recorded. */
interface Compared<Id extends string> {
  readonly candidates: readonly Candidate<Id>[];
  readonly recorded: readonly RecordedCandidate<Id>[];
}

/** The models with the quality that a classification expects of each; the same object where it says none. */
export function withQuality<Id extends string, Settled extends Compared<Id>>(
  settled: Settled,
  models: readonly { readonly facts: ModelFacts }[],
  quality: Quality,
): Settled {
  if (quality === undefined || quality === null) return settled;
  return {
    ...settled,
    candidates: candidatesWithQuality(settled.candidates, quality),
    recorded: settled.recorded.map((one, at) => ({
      ...one,
      estimatedQuality: expectedQuality(quality, models[at]?.facts),
    })),
  };
}

/** The candidates with the quality that a classification expects of each; the same array where it says none. */
export function candidatesWithQuality<Id extends string>(
  candidates: readonly Candidate<Id>[],
  quality: Quality,
): readonly Candidate<Id>[] {
  if (quality === undefined || quality === null) return candidates;
  return candidates.map((one) => ({ ...one, estimatedQuality: expectedQuality(quality, one.facts) }));
}

/** In [0, 1]. What a classifier gives beyond that is not known. */
function expectedQuality(quality: NonNullable<Quality>, facts: ModelFacts | undefined): number | undefined {
  const value: unknown = facts && Object.hasOwn(quality, facts.name) ? quality[facts.name] : undefined;
  return typeof value === "number" && value >= 0 && value <= 1 ? value : undefined;
}
