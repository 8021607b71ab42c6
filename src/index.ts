/** The public door: named exports, no logic. */

export type { BudgetOptions } from "./budget/budget-options.ts";
export * from "./contracts/index.ts";
export type { ExecutionOptions } from "./execution/index.ts";
export * from "./plugin/index.ts";
export { configure, defaultRouter, environmentRouter, route } from "./presets/default-router.ts";
export type { Environment } from "./presets/environment-models.ts";
export { createRouter } from "./router/create-router.ts";
export type { RouterOptions } from "./router/router-options.ts";
export { type DecisionLog, type DecisionLogOptions, decisionLog } from "./telemetry/decision-log.ts";
