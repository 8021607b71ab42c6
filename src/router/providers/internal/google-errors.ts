import {
  isRouterError,
  ProviderError,
  type ProviderErrorKind,
  type RouterError,
} from "../../../contracts/index.ts";
import { withNativeFailure } from "../../../plugin/native-failure.ts";
import { type GoogleStatus, isJsonObject } from "./google-wire.ts";
import { decimalOf, largest, saneWait } from "./header-values.ts";
import { kindOfStatus, retryAfterMs } from "./http-failure.ts";

export interface ErrorContext {
  /** `google:model`. */
  readonly name: string;
  /** Key or token of the call, replaced in every text, since the provider may quote it. Empty: not known yet. */
  apiKey: string;
}

/** Returns a text that names the key without it. */
export function hidden(text: string, { apiKey }: ErrorContext): string {
  return apiKey === "" ? text : text.replaceAll(apiKey, "[key]");
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
export function statusError(error: GoogleStatus, context: ErrorContext): ProviderError {
  const status = typeof error.code === "number" ? error.code : undefined;
  const text = typeof error.message === "string" ? error.message : undefined;
  return createError(error, { status, text, askedMs: undefined }, context);
}

/**
 * Converts a response with a status of failure: its body, if that has Google's format, and its headers. The error of a
 * request that went as its sender wrote it keeps the text.
 */
export async function responseError(
  response: Pick<Response, "status" | "headers" | "text">,
  context: ErrorContext & { readonly nativeWriter?: string | undefined },
): Promise<ProviderError> {
  const { status, headers } = response;
  const { nativeWriter: writer } = context;
  const text = await response.text();
  // The whole text: the details name the reason of some errors.
  const failed = createError(errorIn(text), { status, text, askedMs: retryAfterMs(headers) }, context);
  return writer === undefined
    ? failed
    : withNativeFailure(failed, { protocol: "generateContent", writer, status, text: hidden(text, context) });
}

/**
 * Returns the kind of an error of Google's, if it has a code that is known, and the wait that it asks
 * for. Undefined for a body of another format.
 */
export function googleMeaning(
  text: string,
): { readonly kind: ProviderErrorKind; readonly waitMs: number | undefined } | undefined {
  const error = errorIn(text);
  const { status } = error;
  if (typeof status !== "string" || !Object.hasOwn(kindsByCode, status)) return undefined;
  return { kind: toKind(undefined, status, text), waitMs: readRetryDelayMs(error.details) };
}

/** Reads `{ error }`, or the array of one that a stream without `alt=sse` begins with. */
function errorIn(text: string): GoogleStatus {
  try {
    const body: unknown = JSON.parse(text);
    const first: unknown = Array.isArray(body) ? body[0] : body;
    const error = isJsonObject(first) ? first["error"] : undefined;
    return isJsonObject(error) ? error : {};
  } catch {
    return {};
  }
}

function createError(
  error: GoogleStatus,
  said: { status: number | undefined; text: string | undefined; askedMs: number | undefined },
  context: ErrorContext,
): ProviderError {
  const { status, text, askedMs } = said;
  return new ProviderError({
    kind: toKind(status, error.status, text ?? ""),
    model: context.name,
    status,
    retryAfterMs: largest([askedMs, readRetryDelayMs(error.details)]),
    detail: text === undefined ? undefined : hidden(text, context),
  });
}

function toKind(status: number | undefined, code: unknown, text: string): ProviderErrorKind {
  // Own entries only: the code comes from the provider and could be "constructor".
  const known = typeof code === "string" && Object.hasOwn(kindsByCode, code) ? kindsByCode[code] : undefined;
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
 * Reads the delay from a `google.rpc.RetryInfo` among the details, for instance `{ retryDelay: "12.5s" }`; of
 * several the largest that is not absurd.
 */
function readRetryDelayMs(details: unknown): number | undefined {
  if (!Array.isArray(details)) return undefined;
  const delays = details.map((detail) => {
    const delay = isJsonObject(detail) ? detail["retryDelay"] : undefined;
    const seconds =
      typeof delay === "string" && delay.endsWith("s") ? decimalOf(delay.slice(0, -1)) : undefined;
    return seconds === undefined ? undefined : saneWait(Math.round(seconds * 1_000));
  });
  return largest(delays);
}

/** Converts what reading an answer threw; errors of this package pass unchanged. */
export function readError(error: unknown, context: ErrorContext): RouterError {
  if (isRouterError(error)) return error;
  return new ProviderError({
    kind: "incomplete",
    model: context.name,
    summary: "the answer broke off or cannot be read",
    detail: hidden(String(error), context),
  });
}
