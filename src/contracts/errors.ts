import type { Attempt, RecordedError } from "./decision.ts";

/** What can go wrong, as a closed union. */
export type RouterErrorCode =
  | "invalid-option"
  | "invalid-request"
  | "missing-configuration"
  | "missing-dependency"
  | "no-eligible-model"
  | "policy"
  | "provider"
  | "all-models-failed"
  | "budget-exceeded"
  | "deadline-exceeded"
  | "limit-exceeded"
  | "classifier"
  | "outcome-format"
  | "insufficient-evidence";

const marker = Symbol.for("switchpoint.error");

/** Base of all errors of this package. Messages hold no secret and no prompt text. */
export class RouterError extends Error {
  readonly code: RouterErrorCode;

  constructor(code: RouterErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static {
    // On the prototype: recognised across two copies of the package, and not an own key.
    Object.defineProperty(RouterError.prototype, marker, { value: true });
    RouterError.prototype.name = "RouterError";
  }
}

interface ErrorByCode {
  readonly "invalid-option": InvalidOptionError;
  readonly "invalid-request": InvalidRequestError;
  readonly "missing-configuration": MissingConfigurationError;
  readonly "missing-dependency": MissingDependencyError;
  readonly "no-eligible-model": NoEligibleModelError;
  readonly policy: PolicyError;
  readonly provider: ProviderError;
  readonly "all-models-failed": AllModelsFailedError;
  readonly "budget-exceeded": BudgetExceededError;
  readonly "deadline-exceeded": DeadlineExceededError;
  readonly "limit-exceeded": LimitExceededError;
  readonly classifier: ClassifierError;
  readonly "outcome-format": OutcomeFormatError;
  readonly "insufficient-evidence": InsufficientEvidenceError;
}

/** Whether a value is an error of this package (of any copy of it), of one code where given. */
export function isRouterError(value: unknown): value is RouterError;
export function isRouterError<C extends RouterErrorCode>(value: unknown, code: C): value is ErrorByCode[C];
export function isRouterError(value: unknown, code?: RouterErrorCode): boolean {
  if (typeof value !== "object" || value === null || !(marker in value)) return false;
  return code === undefined || (value as { code?: unknown }).code === code;
}

/** A value as an error message may show it: short, and never a long or nested text. */
function show(value: unknown): string {
  if (typeof value === "string")
    return value.length <= 60 ? JSON.stringify(value) : `a string of ${value.length} characters`;
  if (typeof value === "function") return "a function";
  if (typeof value === "symbol" || typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}

/** Stands for the value of an `InvalidOptionError` that may be a secret: the message does not show one. */
export const notShown: unique symbol = Symbol("notShown");

/** An option that the caller gave is out of range; thrown at construction. */
export class InvalidOptionError extends RouterError {
  /** Path of the option, for instance `threshold.at`. */
  readonly option: string;
  /** What is allowed. */
  readonly expected: string;

  constructor(option: string, value: unknown, expected: string) {
    const got = value === notShown ? "" : `, got ${show(value)}`;
    super("invalid-option", `${option} must be ${expected}${got}`);
    this.option = option;
    this.expected = expected;
  }

  static {
    InvalidOptionError.prototype.name = "InvalidOptionError";
  }
}

/** A request that cannot be routed. `problem` says what is wrong and what to do, without its text. */
export class InvalidRequestError extends RouterError {
  /** Path of the field, for instance `messages[2].role`. */
  readonly field: string;

  constructor(field: string, problem: string) {
    super("invalid-request", `request.${field} ${problem}`);
    this.field = field;
  }

  static {
    InvalidRequestError.prototype.name = "InvalidRequestError";
  }
}

/** The environment or a config file lacks something; the message lists exactly what. */
export class MissingConfigurationError extends RouterError {
  readonly missing: readonly string[];

  constructor(message: string, missing: readonly string[]) {
    super("missing-configuration", message);
    this.missing = missing;
  }

  static {
    MissingConfigurationError.prototype.name = "MissingConfigurationError";
  }
}

/** An optional package is not installed. */
export class MissingDependencyError extends RouterError {
  readonly dependency: string;

  constructor(dependency: string, neededBy: string, options?: ErrorOptions) {
    super(
      "missing-dependency",
      `${neededBy} needs the package ${dependency}: npm install ${dependency}`,
      options,
    );
    this.dependency = dependency;
  }

  static {
    MissingDependencyError.prototype.name = "MissingDependencyError";
  }
}

/** No model may serve the request. */
export class NoEligibleModelError extends RouterError {
  /** Each model's id and why it may not. */
  readonly reasons: Readonly<Record<string, string>>;

  constructor(reasons: Readonly<Record<string, string>>) {
    const list = Object.entries(reasons).map(([id, reason]) => `${id}: ${reason}`);
    super("no-eligible-model", `no model may serve this request (${list.join("; ")})`);
    this.reasons = reasons;
  }

  static {
    NoEligibleModelError.prototype.name = "NoEligibleModelError";
  }
}

/** A policy threw, had no opinion, or returned what it must not. */
export class PolicyError extends RouterError {
  /** Name of the policy. */
  readonly policy: string;

  constructor(policy: string, problem: string, options?: ErrorOptions) {
    super("policy", `policy ${policy} ${problem}`, options);
    this.policy = policy;
  }

  static {
    PolicyError.prototype.name = "PolicyError";
  }
}

/**
 * Kinds of a provider's failure. Retryable by default: `rate-limit`, `overloaded`, `server`,
 * `conflict`, `timeout`, `connection`, `incomplete`.
 */
export type ProviderErrorKind =
  | "authentication"
  | "permission"
  | "not-found"
  | "invalid-request"
  | "too-large"
  | "context-overflow"
  | "content-filter"
  | "rate-limit"
  | "overloaded"
  | "server"
  | "conflict"
  | "timeout"
  | "connection"
  /** A stream that ended before its end, or an answer that cannot be read. */
  | "incomplete"
  /** The request asks for what the adapter cannot do: it was never sent. */
  | "unsupported"
  | "unknown";

const retryableKinds: ReadonlySet<ProviderErrorKind> = new Set([
  "rate-limit",
  "overloaded",
  "server",
  "conflict",
  "timeout",
  "connection",
  "incomplete",
]);

export interface ProviderErrorOptions {
  readonly kind: ProviderErrorKind;
  /** Name of the model, `provider:model`. */
  readonly model: string;
  /** HTTP status, where there was one. */
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  /** Default: by kind. */
  readonly retryable?: boolean | undefined;
  /** Milliseconds that the provider asks to wait, at least 0; anything else is taken as absent. */
  readonly retryAfterMs?: number | undefined;
  /** What went wrong, in our words: no text of the provider, which may quote the prompt. */
  readonly summary?: string | undefined;
  /** The provider's own text. Kept non-enumerable, so that no logger meets it by chance. */
  readonly detail?: string | undefined;
}

/** A call of a model failed. */
export class ProviderError extends RouterError {
  readonly kind: ProviderErrorKind;
  readonly model: string;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  /** The provider's own text; may quote the prompt. Non-enumerable. */
  declare readonly detail: string | undefined;
  /** Text that a stream had delivered before it failed. Non-enumerable. */
  declare partialText: string | undefined;

  constructor(options: ProviderErrorOptions) {
    const status = options.status === undefined ? "" : `, status ${options.status}`;
    const request = options.requestId === undefined ? "" : `, request ${options.requestId}`;
    const summary = options.summary === undefined ? "" : `: ${options.summary}`;
    super("provider", `${options.model} failed (${options.kind}${status}${request})${summary}`);
    this.kind = options.kind;
    this.model = options.model;
    this.status = options.status;
    this.requestId = options.requestId;
    this.retryable = options.retryable ?? retryableKinds.has(options.kind);
    const { retryAfterMs } = options;
    this.retryAfterMs = retryAfterMs !== undefined && retryAfterMs >= 0 ? retryAfterMs : undefined;
    // Non-enumerable; and no `cause`, which console.log prints all the same: SDK errors carry the
    // provider's text, headers and request.
    Object.defineProperty(this, "detail", { value: options.detail, enumerable: false });
    Object.defineProperty(this, "partialText", { value: undefined, enumerable: false, writable: true });
  }

  static {
    ProviderError.prototype.name = "ProviderError";
  }
}

/** One line for each model: how often it was called, and how its last call failed. */
function describeFailures(attempts: readonly Attempt[]): string[] {
  const byModel = new Map<string, Attempt[]>();
  for (const attempt of attempts) {
    const others = byModel.get(attempt.model);
    if (others === undefined) byModel.set(attempt.model, [attempt]);
    else others.push(attempt);
  }
  return [...byModel].map(([model, calls]) => {
    const times = calls.length === 1 ? "" : `, ${calls.length} attempts`;
    return `${model}${times}: ${calls.at(-1)?.error?.message ?? "ok"}`;
  });
}

/** Every model of the plan and every permitted fallback failed. */
export class AllModelsFailedError extends RouterError {
  readonly attempts: readonly Attempt[];

  /** `passedOver`: models that were not called for want of room, each with the reason. */
  constructor(
    attempts: readonly Attempt[],
    options?: ErrorOptions,
    passedOver: Readonly<Record<string, string>> = {},
  ) {
    const list = describeFailures(attempts);
    for (const [id, reason] of Object.entries(passedOver)) list.push(`${id}: passed over, ${reason}`);
    super("all-models-failed", `all models failed (${list.join("; ")})`, options);
    this.attempts = attempts;
  }

  static {
    AllModelsFailedError.prototype.name = "AllModelsFailedError";
  }
}

/** Going on would cost more than the request may, or than is left of the router's budget. */
export class BudgetExceededError extends RouterError {
  readonly limitUsd: number;
  readonly attempts: readonly Attempt[];

  constructor(
    limitUsd: number,
    problem: string,
    attempts: readonly Attempt[] = [],
    limit = `the request's maxCostUsd of ${limitUsd}`,
  ) {
    super("budget-exceeded", `${limit} does not suffice: ${problem}`);
    this.limitUsd = limitUsd;
    this.attempts = attempts;
  }

  static {
    BudgetExceededError.prototype.name = "BudgetExceededError";
  }
}

/** The router's own limits (`execution.limits`) leave no model room for the request: none was called. */
export class LimitExceededError extends RouterError {
  /** Each model's id and which limit it is. */
  readonly reasons: Readonly<Record<string, string>>;

  constructor(reasons: Readonly<Record<string, string>>) {
    const list = Object.entries(reasons).map(([id, reason]) => `${id}: ${reason}`);
    super("limit-exceeded", `no model has room for this request (${list.join("; ")})`);
    this.reasons = reasons;
  }

  static {
    LimitExceededError.prototype.name = "LimitExceededError";
  }
}

/** The request's deadline passed. */
export class DeadlineExceededError extends RouterError {
  readonly deadlineMs: number;
  /** Those made until then. */
  readonly attempts: readonly Attempt[];
  /** Text that a stream had delivered before. Non-enumerable. */
  declare partialText: string | undefined;

  constructor(deadlineMs: number, attempts: readonly Attempt[]) {
    super("deadline-exceeded", `no answer within the deadline of ${deadlineMs} ms`);
    this.deadlineMs = deadlineMs;
    this.attempts = attempts;
    Object.defineProperty(this, "partialText", { value: undefined, enumerable: false, writable: true });
  }

  static {
    DeadlineExceededError.prototype.name = "DeadlineExceededError";
  }
}

/** A classifier failed. Reaches `onEvent` only: the request goes on without a classification. */
export class ClassifierError extends RouterError {
  readonly classifier: string;

  constructor(classifier: string, problem: string, options?: ErrorOptions) {
    super("classifier", `classifier ${classifier} ${problem}`, options);
    this.classifier = classifier;
  }

  static {
    ClassifierError.prototype.name = "ClassifierError";
  }
}

/** A line of a data file is not what it must be. */
export class OutcomeFormatError extends RouterError {
  readonly file: string;
  /** Counted from 1; 0 where the file as a whole is meant. */
  readonly line: number;
  readonly field: string;

  constructor(file: string, line: number, field: string, problem: string) {
    super("outcome-format", `${file}${line === 0 ? "" : `:${line}`}: ${field} ${problem}`);
    this.file = file;
    this.line = line;
    this.field = field;
  }

  static {
    OutcomeFormatError.prototype.name = "OutcomeFormatError";
  }
}

/** There are too few records for the statement that was asked for. */
export class InsufficientEvidenceError extends RouterError {
  readonly records: number;
  /** About. Infinity: more records like these would not do. */
  readonly recordsNeeded: number;
  /** About, where units of several records (conversations, tenants) are what counts. */
  readonly unitsNeeded?: number | undefined;

  constructor(
    records: number,
    recordsNeeded: number,
    problem: string,
    units?: { readonly units: number; readonly unitsNeeded: number } | undefined,
  ) {
    const have = `${records} records${units === undefined ? "" : ` in ${units.units} independent units`}`;
    const remedy = !Number.isFinite(recordsNeeded)
      ? "and more like these would not do"
      : units === undefined
        ? `about ${recordsNeeded} would do`
        : `about ${units.unitsNeeded} units like these would do, with ${recordsNeeded} records; more records of the same units would not`;
    super("insufficient-evidence", `${problem}: ${have}, ${remedy}`);
    this.records = records;
    this.recordsNeeded = recordsNeeded;
    this.unitsNeeded = units?.unitsNeeded;
  }

  static {
    InsufficientEvidenceError.prototype.name = "InsufficientEvidenceError";
  }
}

/** Any error as JSON for attempts, events and logs. Foreign errors lose their text: it may hold anything. */
export function recordError(error: unknown): RecordedError {
  if (!isRouterError(error)) {
    const name = error instanceof Error ? error.name : typeof error;
    return { code: "unknown", message: `an error of type ${name}` };
  }
  if (!isRouterError(error, "provider")) return { code: error.code, message: error.message };
  return {
    code: error.code,
    message: error.message,
    kind: error.kind,
    status: error.status,
    requestId: error.requestId,
    retryable: error.retryable,
    retryAfterMs: error.retryAfterMs,
  };
}
