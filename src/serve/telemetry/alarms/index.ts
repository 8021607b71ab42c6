/** Alarms in process, on the series of `prometheus(router)`. */

export { type Alarms, type AlarmsOptions, alarms } from "./alarms.ts";
export type { AlarmNews, Notify } from "./deliver.ts";
export type { AlarmRule, Judged, Reading, SeriesRead } from "./rule.ts";
export { type BudgetBurnOptions, budgetBurn } from "./rules/budget-burn.ts";
export { type QuantileAboveOptions, quantileAbove } from "./rules/quantile-above.ts";
export { type RateAboveOptions, rateAbove } from "./rules/rate-above.ts";
export { driftActive, promiseAtRisk } from "./rules/state-rules.ts";
export { type WebhookOptions, webhook } from "./webhook.ts";
