import type { AllModelsFailedError } from "./all-models-failed-error.ts";
import type { BudgetExceededError } from "./budget-exceeded-error.ts";
import type { ClassifierError } from "./classifier-error.ts";
import type { DeadlineExceededError } from "./deadline-exceeded-error.ts";
import type { InsufficientEvidenceError } from "./insufficient-evidence-error.ts";
import type { InvalidOptionError } from "./invalid-option-error.ts";
import type { InvalidOutputError } from "./invalid-output-error.ts";
import type { InvalidRequestError } from "./invalid-request-error.ts";
import type { LimitExceededError } from "./limit-exceeded-error.ts";
import type { MissingConfigurationError } from "./missing-configuration-error.ts";
import type { MissingDependencyError } from "./missing-dependency-error.ts";
import type { NoEligibleModelError } from "./no-eligible-model-error.ts";
import type { OutcomeFormatError } from "./outcome-format-error.ts";
import type { PolicyError } from "./policy-error.ts";
import type { ProviderError } from "./provider-error.ts";
import { errorMarker, type RouterError, type RouterErrorCode } from "./router-error.ts";
import type { StoreError } from "./store-error.ts";
import type { UnpricedModelsError } from "./unpriced-models-error.ts";

interface ErrorByCode {
  readonly "invalid-option": InvalidOptionError;
  readonly "invalid-request": InvalidRequestError;
  readonly "invalid-output": InvalidOutputError;
  readonly "missing-configuration": MissingConfigurationError;
  readonly "missing-dependency": MissingDependencyError;
  readonly "no-eligible-model": NoEligibleModelError;
  readonly policy: PolicyError;
  readonly provider: ProviderError;
  readonly "all-models-failed": AllModelsFailedError;
  readonly "budget-exceeded": BudgetExceededError;
  readonly "unpriced-models": UnpricedModelsError;
  readonly "deadline-exceeded": DeadlineExceededError;
  readonly "limit-exceeded": LimitExceededError;
  readonly classifier: ClassifierError;
  readonly store: StoreError;
  readonly "outcome-format": OutcomeFormatError;
  readonly "insufficient-evidence": InsufficientEvidenceError;
}

/** True if a value is an error of this package (of any copy of it) and has the code, if one is given. */
export function isRouterError(value: unknown): value is RouterError;
export function isRouterError<C extends RouterErrorCode>(value: unknown, code: C): value is ErrorByCode[C];
export function isRouterError(value: unknown, code?: RouterErrorCode): boolean {
  if (typeof value !== "object" || value === null) return false;
  try {
    return errorMarker in value && (code === undefined || (value as { code?: unknown }).code === code);
  } catch {
    // A proxy or a getter that throws: no error of ours has one.
    return false;
  }
}
