import { createFamily, type Family, type FamilyType } from "./family.ts";

/** Upper bounds in seconds: from an answer of the cache to a long reasoning. */
const seconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60, 120, 300];
const tenths = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** Meaning, kind, labels, and buckets of each series. The name gets `switchpoint_` before it. */
const shapes: Readonly<Record<SeriesName, Shape>> = {
  build_info: ["Version of switchpoint. Always 1.", "gauge", ["version"]],
  requests_total: [
    "Requests that ended, by how and by the model that was chosen.",
    "counter",
    ["outcome", "model"],
  ],
  request_errors_total: ["Requests that failed, by the code of the error.", "counter", ["code"]],
  request_duration_seconds: ["Time from request to whole answer.", "histogram", ["outcome"], seconds],
  decisions_total: ["Decisions, by chosen model and by what chose it.", "counter", ["model", "cause"]],
  uncertified_decisions_total: ["Decisions that no valid certificate covers.", "counter", []],
  large_decisions_total: ["Decisions for a large model.", "counter", []],
  complexity: ["Complexity of classified requests, in [0, 1].", "histogram", [], tenths],
  classifier_failures_total: [
    "Requests that went on without a classification, since the classifier failed.",
    "counter",
    [],
  ],
  attempts_total: ["Calls of models that ended.", "counter", ["model", "hop", "outcome"]],
  attempt_errors_total: ["Calls of models that failed, by kind of failure.", "counter", ["model", "kind"]],
  attempts_skipped_total: [
    "Models that were passed over: breaker, limit, budget, constraint.",
    "counter",
    ["model", "hop"],
  ],
  attempt_duration_seconds: ["Time of a call of a model.", "histogram", ["model"], seconds],
  first_token_seconds: ["Time to the first content of a stream.", "histogram", ["model"], seconds],
  tokens_total: [
    "Tokens; cached_input and cache_write are part of input, reasoning of output.",
    "counter",
    ["model", "kind"],
  ],
  cost_usd_total: ["Cost of all calls, failed and abandoned ones too, in US dollars.", "counter", ["model"]],
  unpriced_attempts_total: ["Calls whose cost is not known and is in no sum.", "counter", ["model"]],
  cache_saved_usd_total: ["Cost that answers from the response cache did not have.", "counter", []],
  compared_cost_usd_total: [
    "Cost of the answered requests that reference_cost_usd_total covers.",
    "counter",
    [],
  ],
  reference_cost_usd_total: [
    "Estimate: the tokens of their answers at the price of the reference model.",
    "counter",
    [],
  ],
  saving_usd: [
    "Estimate: reference_cost_usd_total minus compared_cost_usd_total; negative if routing cost more.",
    "gauge",
    [],
  ],
  breaker_state: ["1 for the state that the breaker of a model is in.", "gauge", ["name", "state"]],
  paused: ["1 while a model gets no calls since its provider asked for a pause.", "gauge", ["name"]],
  learned_requests_per_minute: ["Rate that was learnt from rate limits of a provider.", "gauge", ["name"]],
  pool_endpoints: [
    "Endpoints of pools that take calls, that load or do not answer, and that only end the calls that they have.",
    "gauge",
    ["model", "state"],
  ],
  pool_wanted_members: [
    "Members that a pool wants by its load: the largest of several processes counts.",
    "gauge",
    ["model"],
  ],
  pool_problem: ["1 while something is wrong with the endpoints of a pool.", "gauge", ["model"]],
  pool_news_total: [
    "Changes of the endpoints of pools, problems, and recoveries.",
    "counter",
    ["model", "kind"],
  ],
  budget_left_ratio: [
    "Part that is left of a budget: of the account that is nearest its limit.",
    "gauge",
    ["budget", "unit"],
  ],
  budget_left: ["US dollars or tokens that are left in that account.", "gauge", ["budget", "unit"]],
  budget_accounts: ["Accounts of a budget that this process knows.", "gauge", ["budget", "unit"]],
  budget_news_total: ["Limits of budgets that were reached.", "counter", ["budget", "kind"]],
  arm_decisions_total: ["Decisions by arm of a comparison.", "counter", ["comparison", "arm"]],
  rollout_stage: ["Stage of a rollout, from 0.", "gauge", ["rollout"]],
  rollout_share: ["Share of the candidate of a rollout.", "gauge", ["rollout"]],
  promise_state: ["1 for the state that a promise is in.", "gauge", ["promise", "state"]],
  promise_mean_loss: ["Mean loss of quality that audits found.", "gauge", ["promise"]],
  promise_loss_upper_bound: [
    "Upper bound of the loss at the confidence of the promise.",
    "gauge",
    ["promise"],
  ],
  promise_max_loss: ["Loss that was promised at most.", "gauge", ["promise"]],
  drift_found_total: ["Times that live traffic was found to differ from what it was.", "counter", ["of"]],
  drift_active: ["1 while a drift monitor has an alarm.", "gauge", ["of"]],
  drift_value: ["Statistic at the last finding.", "gauge", ["of"]],
  drift_bound: ["Value of that statistic that chance alone would hardly exceed.", "gauge", ["of"]],
  feedback_quality: ["Quality of answers according to feedback, in [0, 1].", "histogram", [], tenths],
  replacements_total: ["Changes of what decides.", "counter", ["kind"]],
  escalation_alarms_total: [
    "Tenants, sessions or labels with an abnormal share of the large model.",
    "counter",
    [],
  ],
  model_life_total: [
    "News about models: deprecated, retired, substituted, withheld, lacking a capability.",
    "counter",
    ["kind"],
  ],
  store_up: ["0 while the store of shared state does not answer.", "gauge", []],
  log_lost_decisions: ["Decisions that decision logs have lost so far.", "gauge", []],
  tenant_requests_total: [
    "Requests of the tenants that were named in the options.",
    "counter",
    ["tenant", "outcome"],
  ],
  tenant_cost_usd_total: ["Cost of the tenants that were named in the options.", "counter", ["tenant"]],
  labels_overflowed_total: [
    "Values that became the label other, since they are in no bounded set.",
    "counter",
    ["label"],
  ],
  unreadable_total: ["Parts that could not be read when the series were.", "counter", ["part"]],
};

/** Name of a series, without `switchpoint_`. */
export type SeriesName =
  | "build_info"
  | "requests_total"
  | "request_errors_total"
  | "request_duration_seconds"
  | "decisions_total"
  | "uncertified_decisions_total"
  | "large_decisions_total"
  | "complexity"
  | "classifier_failures_total"
  | "attempts_total"
  | "attempt_errors_total"
  | "attempts_skipped_total"
  | "attempt_duration_seconds"
  | "first_token_seconds"
  | "tokens_total"
  | "cost_usd_total"
  | "unpriced_attempts_total"
  | "cache_saved_usd_total"
  | "compared_cost_usd_total"
  | "reference_cost_usd_total"
  | "saving_usd"
  | "breaker_state"
  | "paused"
  | "learned_requests_per_minute"
  | "pool_endpoints"
  | "pool_wanted_members"
  | "pool_problem"
  | "pool_news_total"
  | "budget_left_ratio"
  | "budget_left"
  | "budget_accounts"
  | "budget_news_total"
  | "arm_decisions_total"
  | "rollout_stage"
  | "rollout_share"
  | "promise_state"
  | "promise_mean_loss"
  | "promise_loss_upper_bound"
  | "promise_max_loss"
  | "drift_found_total"
  | "drift_active"
  | "drift_value"
  | "drift_bound"
  | "feedback_quality"
  | "replacements_total"
  | "escalation_alarms_total"
  | "model_life_total"
  | "store_up"
  | "log_lost_decisions"
  | "tenant_requests_total"
  | "tenant_cost_usd_total"
  | "labels_overflowed_total"
  | "unreadable_total";

/** All series of a router, by name. */
export type Families = Readonly<Record<SeriesName, Family>>;

/** Names of all series, in the order of the text. */
export const seriesNames: readonly SeriesName[] = Object.keys(shapes) as SeriesName[];

export function createFamilies(): Families {
  const entries = Object.entries(shapes).map(([name, [help, type, labels, buckets]]) => [
    name,
    createFamily({ name: `switchpoint_${name}`, help, type, labels, buckets }),
  ]);
  return Object.fromEntries(entries) as Families;
}

type Shape = readonly [string, FamilyType, readonly string[], (readonly number[])?];
