/** The public door: named exports, no logic. */
export * from "./contracts/index.ts";
export { createRouter, type RouterOptions } from "./create-router.ts";
export { configure, defaultRouter, environmentRouter, route } from "./default-router.ts";
export type { Environment } from "./environment-models.ts";
export type { ExecutionOptions } from "./execution/index.ts";
export type { BudgetOptions } from "./state/budget-options.ts";
export { type DecisionLog, type DecisionLogOptions, decisionLog } from "./telemetry/decision-log.ts";
