/** The errors of this package, one class per file. */

export { AllModelsFailedError } from "./all-models-failed-error.ts";
export { BudgetExceededError } from "./budget-exceeded-error.ts";
export { ClassifierError } from "./classifier-error.ts";
export { DeadlineExceededError } from "./deadline-exceeded-error.ts";
export { errorType } from "./error-type.ts";
export { InsufficientEvidenceError } from "./insufficient-evidence-error.ts";
export { InvalidOptionError, notShown } from "./invalid-option-error.ts";
export { InvalidOutputError, type OutputIssue, type OutputProblem } from "./invalid-output-error.ts";
export { InvalidRequestError } from "./invalid-request-error.ts";
export { isRouterError } from "./is-router-error.ts";
export { LimitExceededError } from "./limit-exceeded-error.ts";
export { MissingConfigurationError } from "./missing-configuration-error.ts";
export { MissingDependencyError } from "./missing-dependency-error.ts";
export { NoEligibleModelError } from "./no-eligible-model-error.ts";
export { OutcomeFormatError } from "./outcome-format-error.ts";
export { PolicyError } from "./policy-error.ts";
export {
  hideName,
  ProviderError,
  type ProviderErrorKind,
  type ProviderErrorOptions,
  showDetail,
  showsDetail,
} from "./provider-error.ts";
export { recordError } from "./record-error.ts";
export { RouterError, type RouterErrorCode } from "./router-error.ts";
export { StoreError } from "./store-error.ts";
export { UnpricedModelsError } from "./unpriced-models-error.ts";
