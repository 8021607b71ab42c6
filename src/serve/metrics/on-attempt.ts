import type { Attempt } from "../../contracts/index.ts";
import { hasFailed } from "../../plugin/has-failed.ts";
import type { Families } from "./families.ts";
import type { Labels } from "./labels.ts";

/** Counts calls that ended: their failures, times, tokens and cost. */
export function attemptCounter(
  families: Families,
  labels: Labels,
  hasTenants: boolean,
): (attempt: Attempt, tenant: string | undefined) => void {
  return (attempt, tenant) => {
    const model = labels.model(attempt.model);
    const { error, usage, costUsd, firstTokenMs, cached } = attempt;
    const outcome = error === undefined ? "ok" : hasFailed(error) ? "error" : "aborted";
    families.attempts_total.add(1, model, labels.hop(attempt.hop), outcome);
    if (cached !== undefined) {
      families.cache_saved_usd_total.add(cached.savedCostUsd ?? 0);
      return;
    }
    families.attempt_duration_seconds.observe(attempt.latencyMs / 1_000, model);
    if (firstTokenMs !== undefined) families.first_token_seconds.observe(firstTokenMs / 1_000, model);
    if (error !== undefined && hasFailed(error))
      families.attempt_errors_total.add(1, model, labels.kind(error.kind ?? error.code));
    if (costUsd === undefined) families.unpriced_attempts_total.add(1, model);
    else families.cost_usd_total.add(costUsd, model);
    if (hasTenants) families.tenant_cost_usd_total.add(costUsd ?? 0, labels.tenant(tenant));
    if (usage === undefined) return;
    const { tokens_total: tokens } = families;
    tokens.add(usage.inputTokens, model, "input");
    tokens.add(usage.outputTokens, model, "output");
    if (usage.cachedInputTokens !== undefined) tokens.add(usage.cachedInputTokens, model, "cached_input");
    if (usage.cacheWriteTokens !== undefined) tokens.add(usage.cacheWriteTokens, model, "cache_write");
    if (usage.reasoningTokens !== undefined) tokens.add(usage.reasoningTokens, model, "reasoning");
  };
}
