import { isRouterError, ProviderError, type ProviderErrorKind } from "../../../contracts/index.ts";
import { refusalIn } from "../../../plugin/http/guarded-fetch.ts";
import { kindOfStatus, requestIdOf, retryAfterMs } from "./http-failure.ts";
import { hasGet } from "./readable-headers.ts";

/** Fields of an SDK error. Read by shape, because the error classes exist only once the SDK is loaded. */
interface SdkError {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly status?: unknown;
  /** `error.type` of the response body. */
  readonly type?: unknown;
  /** `error.message` of the response body. */
  readonly apiMessage?: unknown;
  readonly requestID?: unknown;
  readonly headers?: unknown;
}

/** Maps, because the type comes from the provider and could be "constructor". */
const kindsByType: ReadonlyMap<unknown, ProviderErrorKind> = new Map([
  ["authentication_error", "authentication"],
  ["permission_error", "permission"],
  ["billing_error", "permission"],
  ["not_found_error", "not-found"],
  ["request_too_large", "too-large"],
  ["rate_limit_error", "rate-limit"],
  ["overloaded_error", "overloaded"],
  ["timeout_error", "timeout"],
  ["conflict_error", "conflict"],
]);

/** Errors that only their text distinguishes: the type of all of them is invalid_request_error. */
const kindsByText: readonly (readonly [RegExp, ProviderErrorKind])[] = [
  [/prompt is too long|exceed context limit|context window/i, "context-overflow"],
  [/content filtering policy/i, "content-filter"],
  [/credit balance is too low/i, "permission"],
];

const kindsByName: ReadonlyMap<unknown, ProviderErrorKind> = new Map([
  ["APIConnectionTimeoutError", "timeout"],
  ["APIConnectionError", "connection"],
  ["APIUserAbortError", "connection"],
]);

const summaries: ReadonlyMap<ProviderErrorKind, string> = new Map([
  ["timeout", "no answer in time"],
  ["connection", "the endpoint cannot be reached"],
]);

/**
 * Converts the error of a failed call to a `ProviderError`; errors of this package pass unchanged. An error
 * that does not come from the API arose while its answer was read (a dropped connection, a body that cannot
 * be parsed): `incomplete`. The SDK's error is not kept as `cause`, because `util.inspect` would show its
 * text and headers.
 */
export function toProviderError(error: unknown, model: string): Error {
  if (isRouterError(error)) return error;
  const refusal = refusalIn(error);
  if (refusal !== undefined) return refusal;
  const { name, message, status, type, apiMessage, requestID, headers } = (error ?? {}) as SdkError;
  const detail = readText(apiMessage) ?? readText(message);
  const byName = kindsByName.get(name);
  if (byName !== undefined)
    return new ProviderError({ kind: byName, model, summary: summaries.get(byName), detail });
  if (typeof status !== "number" && typeof type !== "string") {
    const summary = "the answer broke off or cannot be read";
    return new ProviderError({ kind: "incomplete", model, summary, detail });
  }
  const shouldRetry = hasGet(headers) ? headers.get("x-should-retry") : null;
  return new ProviderError({
    kind: toKind(status, type, detail ?? ""),
    model,
    status: typeof status === "number" ? status : undefined,
    requestId: requestIdOf(requestID),
    retryable: shouldRetry === "true" ? true : shouldRetry === "false" ? false : undefined,
    retryAfterMs: hasGet(headers) ? retryAfterMs(headers) : undefined,
    detail,
  });
}

function toKind(status: unknown, type: unknown, text: string): ProviderErrorKind {
  const byType = kindsByType.get(type);
  if (byType !== undefined) return byType;
  const kind = typeof status === "number" ? kindOfStatus(status) : kindOfEvent(type);
  if (kind !== "invalid-request") return kind;
  return kindsByText.find(([pattern]) => pattern.test(text))?.[1] ?? kind;
}

/** Returns the kind of an error event within a stream, which has no status. */
function kindOfEvent(type: unknown): ProviderErrorKind {
  if (type === "api_error") return "server";
  return type === "invalid_request_error" ? "invalid-request" : "unknown";
}

function readText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
