/**
 * Main door, for applications that route requests. Authors of policies, constraints, checks, classifiers
 * and providers find all types and helpers at `switchpoint/plugin`.
 */

export type { BudgetOptions } from "./budget/budget-options.ts";
export type { DegradeOptions } from "./budget/degrade-options.ts";
export type { CacheOptions } from "./cache/index.ts";
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
export type { ExecutionOptions } from "./execution/index.ts";
export { explain } from "./plugin/explain.ts";
export { createRouter } from "./presets/create-router.ts";
export { configure, defaultRouter, environmentRouter, route } from "./presets/default-router.ts";
export type { Environment } from "./presets/named-models.ts";
export type { RouterOptions } from "./router/router-options.ts";
export { type DecisionLogOptions, decisionLog } from "./telemetry/decision-log.ts";
export type { DecisionLog } from "./telemetry/log/intake.ts";
export { type SpendMeter, type SpendMeterOptions, spendMeter } from "./telemetry/spend-meter.ts";
export type { NamedSpendRow, SpendGroup, SpendReport, SpendRow } from "./telemetry/spend-sums.ts";
