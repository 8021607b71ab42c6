import type { RecordedError } from "../decision.ts";
import { errorType } from "./error-type.ts";
import { isRouterError } from "./is-router-error.ts";

/**
 * Converts any error to JSON for attempts, events and logs. Foreign errors lose their text, which may hold
 * anything. `isAborted`: the caller had left, with whatever reason.
 */
export function recordError(error: unknown, isAborted = false): RecordedError {
  if (isAborted) return { code: "aborted", message: "the caller did not wait for the end" };
  if (!isRouterError(error)) return { code: "unknown", message: `an error of type ${errorType(error)}` };
  if (!isRouterError(error, "provider")) return { code: error.code, message: error.message };
  return {
    code: error.code,
    message: error.message,
    kind: error.kind,
    status: error.status,
    requestId: error.requestId,
    retryable: error.retryable,
    retryAfterMs: error.retryAfterMs,
    ...(error.lacks !== undefined && { lacks: error.lacks }),
    ...(error.contextWindow !== undefined && { contextWindow: error.contextWindow }),
  };
}
