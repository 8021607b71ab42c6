import type { PoolEvent, RouterEvent } from "../../contracts/index.ts";
import type { Families } from "./families.ts";
import type { Labels } from "./labels.ts";

const promiseStates = ["kept", "at-risk", "broken"];

/** Counts what happens rarely: news of budgets, rollouts, promises, drift, stores and logs. */
export function newsCounter(families: Families, labels: Labels): (event: RouterEvent) => void {
  const lost = new Map<string, number>();
  return (event) => {
    switch (event.type) {
      case "classifier-failed":
        families.classifier_failures_total.add(1);
        return;
      case "attempt-skipped":
        families.attempts_skipped_total.add(1, labels.model(event.model), labels.hop(event.hop));
        return;
      case "budget-degraded":
      case "budget-degrade-withheld":
      case "budget-reached":
      case "budget-limit-failed":
      case "budget-threshold":
        families.budget_news_total.add(1, labels.budget(event.name), event.type.slice("budget-".length));
        return;
      case "pool-changed":
      case "pool-problem":
      case "pool-recovered":
        countPool(families, labels.model(event.model), event);
        return;
      case "rollout-changed":
        families.rollout_stage.set(event.stage, labels.rollout(event.rollout));
        families.rollout_share.set(event.share, labels.rollout(event.rollout));
        return;
      case "promise-changed":
        if (event.category !== undefined) return;
        setPromise(families, labels.promise(event.promise), { ...event, state: event.to });
        return;
      case "drift-found": {
        const of = labels.drift(event.of);
        families.drift_found_total.add(1, of);
        families.drift_value.set(event.value, of);
        families.drift_bound.set(event.bound, of);
        return;
      }
      case "feedback-given":
        families.feedback_quality.observe(event.quality);
        return;
      case "parts-replaced":
        families.replacements_total.add(1, event.reverted === true ? "reverted" : "replaced");
        return;
      case "replacement-refused":
        families.replacements_total.add(1, "refused");
        return;
      case "escalation-abnormal":
        families.escalation_alarms_total.add(1);
        return;
      case "model-life":
        families.model_life_total.add(1, event.kind);
        return;
      case "store-failed":
        families.store_up.set(0);
        return;
      case "store-recovered":
        families.store_up.set(1);
        return;
      case "decisions-lost":
        if (lost.size < 100 || lost.has(event.file)) lost.set(event.file, event.lost);
        families.log_lost_decisions.set([...lost.values()].reduce((sum, one) => sum + one, 0));
        return;
      default:
    }
  };
}

/** Counts news of a pool, which is known by the id of its model. Its problem is a text for people, and no label. */
function countPool(families: Families, model: string, { type, ready, draining, out }: PoolEvent): void {
  families.pool_news_total.add(1, model, type.slice("pool-".length));
  if (type !== "pool-changed") families.pool_problem.set(type === "pool-problem" ? 1 : 0, model);
  if (ready !== undefined) families.pool_endpoints.set(ready, model, "ready");
  if (draining !== undefined) families.pool_endpoints.set(draining, model, "draining");
  if (out !== undefined) families.pool_endpoints.set(out, model, "out");
}

/** Sets the series of a promise. */
export function setPromise(
  families: Families,
  promise: string,
  {
    state,
    maxLoss,
    meanLoss,
    upperBound,
  }: { state: string; maxLoss: number; meanLoss?: number | undefined; upperBound?: number | undefined },
): void {
  for (const one of promiseStates) families.promise_state.set(one === state ? 1 : 0, promise, one);
  families.promise_max_loss.set(maxLoss, promise);
  if (meanLoss !== undefined) families.promise_mean_loss.set(meanLoss, promise);
  if (upperBound !== undefined) families.promise_loss_upper_bound.set(upperBound, promise);
}
