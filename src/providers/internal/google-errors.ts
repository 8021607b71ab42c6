import {
  isRouterError,
  ProviderError,
  type ProviderErrorKind,
  type RouterError,
} from "../../contracts/index.ts";
import { type GoogleStatus, isJsonObject } from "./google-wire.ts";
import { kindOfStatus } from "./http-failure.ts";

export interface ErrorContext {
  /** `google:model`. */
  readonly name: string;
  /** Replaced in every text, since the provider may quote it. */
  readonly apiKey: string;
}

/** Kinds by Google's code, which says more than the HTTP status; some errors have none. */
const kindsByCode: Readonly<Record<string, ProviderErrorKind>> = {
  INVALID_ARGUMENT: "invalid-request",
  OUT_OF_RANGE: "invalid-request",
  // A location or a billing account that is not allowed to use the API.
  FAILED_PRECONDITION: "permission",
  UNAUTHENTICATED: "authentication",
  PERMISSION_DENIED: "permission",
  NOT_FOUND: "not-found",
  ABORTED: "conflict",
  ALREADY_EXISTS: "conflict",
  RESOURCE_EXHAUSTED: "rate-limit",
  CANCELLED: "connection",
  UNAVAILABLE: "overloaded",
  DEADLINE_EXCEEDED: "timeout",
  INTERNAL: "server",
  DATA_LOSS: "server",
  UNKNOWN: "server",
};

/** Kinds by text, for errors that all have the code INVALID_ARGUMENT. */
const kindsByText: readonly (readonly [RegExp, ProviderErrorKind])[] = [
  [/API_KEY_INVALID|API key (?:not valid|not found|expired)/i, "authentication"],
  [/exceeds the maximum number of tokens/i, "context-overflow"],
  [/payload size exceeds/i, "too-large"],
  [/location is not supported/i, "permission"],
];

/** Converts an error in Google's format. Its text may quote the prompt, so it goes into `detail` only. */
export function statusError(error: GoogleStatus, { name, apiKey }: ErrorContext): ProviderError {
  const status = typeof error.code === "number" ? error.code : undefined;
  const text = typeof error.message === "string" ? error.message : undefined;
  return new ProviderError({
    kind: toKind(status, error.status, text ?? ""),
    model: name,
    status,
    retryAfterMs: readRetryDelayMs(error.details),
    detail: text?.replaceAll(apiKey, "[key]"),
  });
}

function toKind(status: number | undefined, code: string | undefined, text: string): ProviderErrorKind {
  // Own entries only: the code comes from the provider and could be "constructor".
  const known = code !== undefined && Object.hasOwn(kindsByCode, code) ? kindsByCode[code] : undefined;
  const kind = known ?? kindOfHttpStatus(status);
  if (kind !== "invalid-request") return kind;
  return kindsByText.find(([pattern]) => pattern.test(text))?.[1] ?? kind;
}

function kindOfHttpStatus(status: number | undefined): ProviderErrorKind {
  // 503 is UNAVAILABLE, Google's code for an overloaded model.
  if (status === 503) return "overloaded";
  return status === undefined ? "unknown" : kindOfStatus(status);
}

/**
 * Reads the delay from a `google.rpc.RetryInfo` among the details, for instance `{ retryDelay: "12.5s" }`.
 */
function readRetryDelayMs(details: unknown): number | undefined {
  if (!Array.isArray(details)) return undefined;
  for (const detail of details) {
    const delay = isJsonObject(detail) ? detail["retryDelay"] : undefined;
    const seconds = typeof delay === "string" ? /^(\d{1,9}(?:\.\d{1,9})?)s$/.exec(delay)?.[1] : undefined;
    if (seconds !== undefined) return Math.round(Number(seconds) * 1000);
  }
  return undefined;
}

/**
 * Converts an SDK error; errors of this package pass unchanged. HTTP errors have a `status` but no headers,
 * so there is no request id; other errors differ only in their text. The SDK's error is not kept as
 * `cause`, because its message, with the URL and the provider's text, would be printed with ours.
 */
export function sdkError(error: unknown, context: ErrorContext): RouterError {
  if (isRouterError(error)) return error;
  const { message, status, errorDetails } = asSdkError(error);
  if (typeof status === "number") {
    return statusError({ code: status, message, details: errorDetails }, context);
  }
  const detail = message?.replaceAll(context.apiKey, "[key]");
  const unsent = detail?.includes("Error fetching from");
  return new ProviderError({
    kind: unsent ? "connection" : "incomplete",
    model: context.name,
    summary: unsent ? "the endpoint cannot be reached" : "the answer broke off or cannot be read",
    detail,
  });
}

function asSdkError(error: unknown): { message?: string; status?: unknown; errorDetails?: unknown } {
  return error instanceof Error ? error : { message: String(error) };
}
