import type { Candidate, RecordedCandidate } from "../contracts/index.ts";

/** Whether the candidates are still those that were permitted: a policy has had them in its hands. */
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
