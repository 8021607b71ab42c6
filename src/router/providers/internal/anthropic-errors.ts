import { isRouterError, ProviderError, type ProviderErrorKind } from "../../../contracts/index.ts";
import { refusalIn } from "../../../plugin/http/guarded-fetch.ts";
import { lostConnection } from "../../../plugin/http/lost-connection.ts";
import { requestIdOf, retryAfterMs } from "./http-failure.ts";
import { hasGet } from "./readable-headers.ts";
import { errorFormOf, isOwnRefusal, readRefusal } from "./refusals/index.ts";

/** Fields of an SDK error. Read by shape, because the error classes exist only once the SDK is loaded. */
interface SdkError {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly status?: unknown;
  /** The response body. */
  readonly error?: unknown;
  /** `error.type` of the response body. */
  readonly type?: unknown;
  /** `error.message` of the response body. */
  readonly apiMessage?: unknown;
  readonly requestID?: unknown;
  readonly headers?: unknown;
}

const kindsByName: ReadonlyMap<unknown, ProviderErrorKind> = new Map([
  ["APIConnectionTimeoutError", "timeout"],
  ["APIConnectionError", "connection"],
  ["APIUserAbortError", "connection"],
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
  const {
    name,
    message,
    status,
    type,
    apiMessage,
    requestID,
    headers,
    error: body,
  } = (error ?? {}) as SdkError;
  const detail = readText(apiMessage) ?? readText(message);
  const byName = kindsByName.get(name);
  if (byName !== undefined) {
    const lost = lostConnection((error as Error).cause);
    return new ProviderError({
      kind: byName,
      model,
      detail,
      ...lost,
      ...(byName === "timeout" && { summary: "no answer in time" }),
    });
  }
  if (typeof status !== "number" && typeof type !== "string") {
    const summary = "the answer broke off or cannot be read";
    return new ProviderError({ kind: "incomplete", model, summary, detail });
  }
  const { retryable, ...read } = readRefusal({
    status: typeof status === "number" ? status : undefined,
    codes: typeof type === "string" ? [type] : [],
    text: detail ?? "",
    unnamed: type === "invalid_request_error" ? "invalid-request" : "unknown",
  });
  const shouldRetry = hasGet(headers) ? headers.get("x-should-retry") : null;
  return new ProviderError({
    ...read,
    mayBeBilled: !isOwnRefusal(typeof status === "number" ? status : undefined, errorFormOf(body)),
    model,
    status: typeof status === "number" ? status : undefined,
    requestId: requestIdOf(requestID),
    retryable: retryable ?? (shouldRetry === "true" ? true : shouldRetry === "false" ? false : undefined),
    retryAfterMs: hasGet(headers) ? retryAfterMs(headers) : undefined,
    detail,
    providerCode: type === "invalid_request_error" ? undefined : readText(type),
  });
}

function readText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
