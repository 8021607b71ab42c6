import type { Candidate, RecordedCandidate } from "../contracts/index.ts";

/** True if the policy left the candidate list unchanged. */
export function isUntouched<Id extends string>(
  candidates: readonly Candidate<Id>[],
  recorded: readonly RecordedCandidate<Id>[],
): boolean {
  let at = 0;
  for (const { model, permitted } of recorded) {
    if (permitted !== true) continue;
    if (candidates[at]?.id !== model) return false;
    at += 1;
  }
  return at === candidates.length;
}
