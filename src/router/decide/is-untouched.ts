import type { Candidate, Classification, PolicyContext, RecordedCandidate } from "../../contracts/index.ts";

/** The values that a policy's context was made of. */
interface Given<Id extends string> extends Omit<PolicyContext<Id>, "request" | "classification" | "inputs"> {
  readonly recorded: readonly RecordedCandidate<Id>[];
}

/**
 * True if a policy left its context as it was. Comparing takes less time than freezing. What lies deeper is frozen,
 * or a copy that is not used again.
 */
export function isUntouched<Id extends string>(
  context: PolicyContext<Id>,
  given: Given<Id>,
  request: PolicyContext["request"],
  classification: Classification | undefined,
): boolean {
  const seen = context.classification;
  return (
    context.request === request &&
    context.candidates === given.candidates &&
    context.session === given.session &&
    context.spend === given.spend &&
    context.budgets === given.budgets &&
    context.now === given.now &&
    seen?.complexity === classification?.complexity &&
    seen?.category === classification?.category &&
    areUntouched(given.candidates, given.recorded)
  );
}

function areUntouched<Id extends string>(
  candidates: readonly Candidate<Id>[],
  recorded: readonly RecordedCandidate<Id>[],
): boolean {
  let at = 0;
  for (const { model, permitted, withheld, estimatedCostUsd, estimatedQuality } of recorded) {
    if (permitted !== true || withheld !== undefined) continue;
    const candidate = candidates[at];
    if (
      candidate?.id !== model ||
      !Object.is(candidate.estimatedCostUsd, estimatedCostUsd) ||
      candidate.estimatedQuality !== estimatedQuality
    )
      return false;
    at += 1;
  }
  return at === candidates.length;
}
