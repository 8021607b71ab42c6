import { isRouterError, ProviderError, type ProviderErrorKind } from "../../../contracts/index.ts";
import { lostConnection } from "../../../plugin/http/lost-connection.ts";
import {
  incomplete,
  isOwnRefusal,
  readError,
  readRefusal,
  requestIdOf,
  retryAfterMs,
  saidIn,
} from "../../../router/providers/internal/inner.ts";

/** Fields of the SDK's errors, and of the error objects that some providers put in a stream. */
interface ForeignError {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly statusCode?: unknown;
  readonly responseHeaders?: unknown;
  readonly responseBody?: unknown;
  readonly isRetryable?: unknown;
  /** `overloaded_error` and the like. */
  readonly type?: unknown;
}

/** Maps, because names and types come from outside and could be "constructor". */
const kindsByName: ReadonlyMap<unknown, ProviderErrorKind> = new Map([
  ["AI_LoadAPIKeyError", "authentication"],
  ["AI_LoadSettingError", "invalid-request"],
  ["AI_InvalidArgumentError", "invalid-request"],
  ["AI_InvalidPromptError", "invalid-request"],
  ["AI_NoSuchModelError", "not-found"],
  ["AI_UnsupportedFunctionalityError", "unsupported"],
  ["TimeoutError", "timeout"],
]);
/** Kinds that no second call changes, whatever the SDK says. */
const ofRequest: ReadonlySet<ProviderErrorKind> = new Set(["context-overflow", "content-filter"]);

const longestDetail = 10_000;

/** Converts the error of a model of the AI SDK. Its text, which may quote the prompt, is kept in `detail` alone. */
export function providerFailure(error: unknown, model: string): Error {
  if (isRouterError(error)) return error;
  if (typeof error === "string") return new ProviderError({ kind: "unknown", model, detail: cut(error) });
  const given = fieldsOf(error);
  const { name, message, statusCode, responseHeaders, responseBody, isRetryable, type } = given;
  const detail = cut(
    [message, responseBody].filter((text) => typeof text === "string" && text !== "").join("\n"),
  );
  const byName = kindsByName.get(name);
  if (byName !== undefined) return new ProviderError({ kind: byName, model, detail });
  if (name === "AI_APICallError" && typeof statusCode !== "number") {
    return new ProviderError({ kind: "connection", model, detail, ...lostConnection(error) });
  }
  if (typeof statusCode === "number") {
    // An answer that was given and cannot be read.
    if (statusCode < 400) return incomplete(model, "the answer cannot be read", detail);
    const headers = headersOf(responseHeaders);
    const body = typeof responseBody === "string" ? readError(responseBody) : undefined;
    const said = saidIn(body ?? { type });
    const form = body === undefined ? "none" : (body.error_form ?? "own");
    const read = readRefusal({ ...said, text: detail, status: statusCode });
    const mayRetry = isRetryable === true && !ofRequest.has(read.kind) ? true : undefined;
    return new ProviderError({
      ...read,
      mayBeBilled: !isOwnRefusal(statusCode, form),
      model,
      status: statusCode,
      requestId: requestIdOf(headers.get("x-request-id") ?? headers.get("request-id")),
      retryable: read.retryable ?? mayRetry,
      retryAfterMs: retryAfterMs(headers),
      detail,
      providerCode: said.code,
      param: said.param,
    });
  }
  if (typeof type === "string") {
    const unnamed = type === "invalid_request_error" ? "invalid-request" : "unknown";
    const read = readRefusal({ status: undefined, codes: [type], text: "", unnamed });
    if (read.kind !== "unknown") return new ProviderError({ ...read, mayBeBilled: true, model, detail });
  }
  return incomplete(model, "the answer broke off or cannot be read", detail);
}

/** Getters of foreign errors may throw. */
function fieldsOf(error: unknown): ForeignError {
  if (typeof error !== "object" || error === null) return {};
  try {
    const { name, message, statusCode, responseHeaders, responseBody, isRetryable, type } =
      error as ForeignError;
    return { name, message, statusCode, responseHeaders, responseBody, isRetryable, type };
  } catch {
    return {};
  }
}

function headersOf(given: unknown): { get(name: string): string | null } {
  const headers = new Map<string, string>();
  if (typeof given === "object" && given !== null)
    for (const [name, value] of Object.entries(given))
      if (typeof value === "string") headers.set(name.toLowerCase(), value);
  return { get: (name) => headers.get(name) ?? null };
}

function cut(text: string): string {
  return text.slice(0, longestDetail);
}
