import type { Candidate, Classification, ModelFacts, RecordedCandidate } from "../../contracts/index.ts";

type Quality = Classification["quality"];

/** The models of a request: the permitted ones, and the records of all in the order of `models`. */
interface Compared<Id extends string> {
  readonly candidates: readonly Candidate<Id>[];
  readonly recorded: readonly RecordedCandidate<Id>[];
}

/** Adds the expected quality of each model; returns the same object where the classification states none. */
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

/** Adds the expected quality of each candidate; returns the same array where the classification states none. */
export function candidatesWithQuality<Id extends string>(
  candidates: readonly Candidate<Id>[],
  quality: Quality,
): readonly Candidate<Id>[] {
  if (quality === undefined || quality === null) return candidates;
  return candidates.map((one) => ({ ...one, estimatedQuality: expectedQuality(quality, one.facts) }));
}

/** Returns the classification with the qualities of these models alone, as decisions and policies hold it. */
export function ofModels(
  classification: Classification,
  models: readonly { readonly facts: ModelFacts }[],
): Classification {
  const { quality } = classification;
  if (quality === undefined) return classification;
  const own: Record<string, number> = {};
  for (const { facts } of models) {
    const value = expectedQuality(quality, facts);
    if (value !== undefined) own[facts.name] = value;
  }
  return { ...classification, quality: own };
}

/** Returns the expected quality of a model; a value that is not in [0, 1] counts as unknown. */
function expectedQuality(quality: NonNullable<Quality>, facts: ModelFacts | undefined): number | undefined {
  const value: unknown = facts && Object.hasOwn(quality, facts.name) ? quality[facts.name] : undefined;
  return typeof value === "number" && value >= 0 && value <= 1 ? value : undefined;
}

/**
 * Returns a copy of a classification: its classifier may keep the object and change it, or return it again for
 * the next request.
 */
export function keptClassification({
  complexity,
  category,
  quality,
  signals,
}: Classification): Classification {
  return {
    complexity,
    category,
    quality: quality && Object.freeze({ ...quality }),
    signals: signals && Object.freeze({ ...signals }),
  };
}
