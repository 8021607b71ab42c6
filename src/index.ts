/** The public door: named exports, no logic. */
export * from "./contracts/index.ts";
export type { ExecutionOptions } from "./execution/index.ts";
export * from "./plugin/index.ts";
export { configure, defaultRouter, environmentRouter, route } from "./presets/default-router.ts";
export type { Environment } from "./presets/environment-models.ts";
export { createRouter, type RouterOptions } from "./router/create-router.ts";
export type { BudgetOptions } from "./state/budget-options.ts";
export { type DecisionLog, type DecisionLogOptions, decisionLog } from "./telemetry/decision-log.ts";
