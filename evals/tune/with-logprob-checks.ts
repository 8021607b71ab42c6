import { logprob } from "../../policies/checks/logprob.ts";
import { type OutcomeRecord, outcomeOf } from "../data/outcomes/outcome-record.ts";

/**
 * Adds the verdicts of `logprob({ min })` for each `min` on a model's recorded `logprobConfidence`, so that
 * cascades by it can be replayed and tuned. Without a confidence, no verdict is added.
 */
export function withLogprobChecks(
  records: readonly OutcomeRecord[],
  model: string,
  mins: readonly number[],
): OutcomeRecord[] {
  const names = mins.map((min) => [logprob({ min }).name, min] as const);
  return records.map((record) => {
    const outcome = outcomeOf(record, model);
    const confidence = outcome?.logprobConfidence;
    if (outcome === undefined || confidence === undefined) return record;
    const checks = Object.fromEntries(names.map(([name, min]) => [name, confidence >= min]));
    const own = { ...outcome, checks: { ...outcome.checks, ...checks } };
    return { ...record, outcomes: { ...record.outcomes, [model]: own } };
  });
}
