import type { Attempt } from "../../../src/contracts/index.ts";
import { answeringAttempt } from "../../../src/plugin/answering-attempt.ts";
import { joinFeedback, type RatedDecision } from "../decisions/join-feedback.ts";
import type { ImportInput } from "../input/import-input.ts";
import { defined } from "../input/json-values.ts";
import type { Outcome, OutcomeRecord } from "../outcomes/outcome-record.ts";
import { type Imported, type ImportSettings, refuseAt } from "./import-format.ts";

/**
 * Reads our own decision log, joined with feedback: each rated decision is an outcome of the model that
 * answered, by its name. `metadata.forced` marks the choice of a pin; `metadata.propensity` is the
 * probability of the choice.
 */
export async function* decisions(
  inputs: readonly ImportInput[],
  { feedback, rule, source, leaveOut }: ImportSettings,
): AsyncGenerator<Imported, void, void> {
  const log = inputs[0] as ImportInput;
  const joined = joinFeedback({ log, feedback: feedback as ImportInput, rule, source });
  for await (const rated of joined) {
    const place = { file: log.name, line: rated.line };
    const { decision } = rated;
    if (decision.prompt === undefined)
      refuseAt(
        place,
        "prompt",
        "is missing: an outcome needs it. Log with decisionLog({ prompts: true }), or use " +
          "`switchpoint eval off-policy`, which needs no prompts",
      );
    const attempt = decision.error === undefined ? answeringAttempt(decision.attempts) : undefined;
    if (attempt === undefined) leaveOut("decisions that failed");
    // The same answer once more, without what it costs and how long it takes.
    else if (attempt.hop === "cache") leaveOut("answers from the cache");
    else yield { place, record: recordOf(rated, attempt) };
  }
  const { decisions: count, rated, withoutDecision, otherSources } = joined.report;
  leaveOut("decisions without feedback", count - rated);
  leaveOut("feedbacks without their decision", withoutDecision);
  leaveOut("feedbacks of other sources", otherSources);
}

function recordOf({ decision, quality, feedback }: RatedDecision, attempt: Attempt): OutcomeRecord {
  const { session, tenant, category } = decision.request;
  return defined({
    id: decision.id,
    prompt: decision.prompt,
    category,
    session,
    tenant,
    at: decision.at,
    metadata: {
      model: decision.model,
      forced: decision.forced,
      propensity: decision.propensity,
      policy: decision.versions.policy,
      feedback,
    },
    outcomes: Object.fromEntries([[attempt.name, outcomeOf(attempt, quality)]]),
  });
}

function outcomeOf({ usage, costUsd, latencyMs, check }: Attempt, quality: number): Outcome {
  return defined({
    quality,
    checks: check === undefined ? undefined : Object.fromEntries([[check.name, check.accepted]]),
    costUsd,
    inputTokens: usage?.inputTokens,
    outputTokens: usage?.outputTokens,
    cachedTokens: usage?.cachedInputTokens,
    latencyMs,
  });
}
