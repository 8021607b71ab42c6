import { type Attempt, isRouterError } from "../../contracts/index.ts";
import { HttpError } from "./http-error.ts";
import { refusedRequest } from "./refused-request.ts";

/** A failure in the terms of HTTP, before it has the shape of one API. */
export interface Failure {
  readonly status: number;
  readonly message: string;
  /** Short name for programs: the code of the error in this package, or that of `HttpError`. */
  readonly code: string;
  readonly param?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** See `HttpErrorOptions`. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** Status by the kind of a provider's failure; others are 502: the fault is not the sender's. */
const statusByKind: Readonly<Record<string, number>> = {
  "invalid-request": 400,
  unsupported: 400,
  "context-overflow": 400,
  "content-filter": 400,
  "too-large": 413,
  "rate-limit": 429,
  overloaded: 503,
  saturated: 503,
  timeout: 504,
};

/** Retries have been made already: official clients would double them. */
const noRetry = { "x-should-retry": "false" };

const retry = { "x-should-retry": "true" };

/** Returns any error as a failure. Errors that are not ours say nothing: their text may hold anything. */
export function failureOf(error: unknown): Failure {
  if (error instanceof HttpError) {
    const { status, message, code = "invalid_request", param, headers, details } = error;
    return { status, message, code, param, headers, details };
  }
  if (!isRouterError(error))
    return { status: 500, message: "the request failed", code: "internal", headers: noRetry };
  const { message } = error;
  const code = error.code.replaceAll("-", "_");
  if (isRouterError(error, "invalid-request"))
    return { status: 400, message, code, param: error.field, headers: noRetry };
  const refused = refusedRequest(error);
  if (isRouterError(error, "no-eligible-model"))
    return { status: 400, message, code, ...refused, headers: noRetry };
  // The fault is in what the request needs, and not in the policy.
  if (isRouterError(error, "policy") && error.reasons !== undefined)
    return { status: 400, message, code: "no_eligible_model", headers: noRetry };
  if (isRouterError(error, "budget-exceeded"))
    return { status: 429, message, code, headers: { ...noRetry, ...waiting(error.retryAfterMs) } };
  if (isRouterError(error, "limit-exceeded"))
    return { status: 429, message, code, headers: waiting(error.retryAfterMs) };
  // It is neither the sender's fault nor a budget's, and the store may answer in a moment.
  if (isRouterError(error, "store"))
    return { status: 503, message, code, headers: { ...retry, ...waiting(error.retryAfterMs ?? 1_000) } };
  if (isRouterError(error, "invalid-output")) return { status: 502, message, code, headers: noRetry };
  if (isRouterError(error, "deadline-exceeded")) return { status: 504, message, code, headers: noRetry };
  if (isRouterError(error, "all-models-failed")) {
    const status = statusOf(error.attempts);
    const headers = { ...(status === 429 ? {} : noRetry), ...waiting(error.retryAfterMs) };
    const byKind = kindOf(error.attempts)?.replaceAll("-", "_") ?? code;
    return { status, message, code: byKind, ...refused, headers };
  }
  if (isRouterError(error, "provider")) {
    const status = statusByKind[error.kind] ?? 502;
    const headers = { ...noRetry, ...waiting(error.retryAfterMs) };
    return { status, message, code: error.kind.replaceAll("-", "_"), ...refused, headers };
  }
  return { status: 500, message, code, headers: noRetry };
}

function kindOf(attempts: readonly Attempt[]): string | undefined {
  return attempts.findLast(({ error }) => error?.kind !== undefined)?.error?.kind;
}

function statusOf(attempts: readonly Attempt[]): number {
  return statusByKind[kindOf(attempts) ?? ""] ?? 502;
}

function waiting(ms: number | undefined): Readonly<Record<string, string>> {
  if (ms === undefined || !Number.isFinite(ms)) return {};
  return { "retry-after": String(Math.ceil(ms / 1_000)), "retry-after-ms": String(Math.ceil(ms)) };
}
