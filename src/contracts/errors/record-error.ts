import type { RecordedError } from "../decision.ts";
import { isRouterError } from "./is-router-error.ts";
import { typeOfError } from "./type-of-error.ts";

/**
 * Converts any error to JSON for attempts, events and logs. Foreign errors lose their text, which may hold
 * anything.
 */
export function recordError(error: unknown): RecordedError {
  if (!isRouterError(error)) return { code: "unknown", message: `an error of type ${typeOfError(error)}` };
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
