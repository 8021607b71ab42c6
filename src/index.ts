/**
 * Main door, for applications that route requests. Authors of policies, constraints, checks, classifiers
 * and providers find all types and helpers at `switchpoint/plugin`.
 */

export type {
  Attempt,
  ChatRequest,
  Check,
  Classifier,
  Completion,
  CompletionChunk,
  Constraint,
  DecideOptions,
  Decision,
  EventSink,
  Model,
  Output,
  OutputOf,
  OutputOptions,
  OutputRequest,
  OutputResult,
  OutputStream,
  Policy,
  Price,
  RouteOptions,
  RouteRequest,
  RouteResult,
  Router,
  RouterErrorCode,
  RouterEvent,
  RouterState,
  RouteStream,
  Tuning,
  Usage,
} from "./contracts/index.ts";
export {
  AllModelsFailedError,
  BudgetExceededError,
  DeadlineExceededError,
  InvalidOptionError,
  InvalidOutputError,
  InvalidRequestError,
  isRouterError,
  LimitExceededError,
  MissingConfigurationError,
  MissingDependencyError,
  NoEligibleModelError,
  PolicyError,
  ProviderError,
  RouterError,
} from "./contracts/index.ts";
export { explain } from "./plugin/explain.ts";
export type { BudgetOptions } from "./router/budget/budget-options.ts";
export type { DegradeOptions } from "./router/budget/degrade-options.ts";
export type { CacheOptions } from "./router/cache/index.ts";
export type { ExecutionOptions } from "./router/call/index.ts";
export { efforts } from "./router/create/efforts.ts";
export type { RouterOptions } from "./router/create/router-options.ts";
export { type DecisionLogOptions, decisionLog } from "./router/log/decision-log.ts";
export type { DecisionLog } from "./router/log/intake.ts";
export { type SpendMeter, type SpendMeterOptions, spendMeter } from "./router/log/spend-meter.ts";
export type { NamedSpendRow, SpendGroup, SpendReport, SpendRow } from "./router/log/spend-sums.ts";
export { createRouter } from "./router/presets/create-router.ts";
export { configure, defaultRouter, environmentRouter, route } from "./router/presets/default-router.ts";
export type { Environment } from "./router/presets/named-models.ts";
