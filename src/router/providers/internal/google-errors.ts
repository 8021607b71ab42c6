import { isRouterError, ProviderError, type RouterError } from "../../../contracts/index.ts";
import { withNativeFailure } from "../../../plugin/native-failure.ts";
import { type GoogleStatus, isJsonObject } from "./google-wire.ts";
import { boundedWait, largest, waitOf } from "./header-values.ts";
import { retryAfterMs } from "./http-failure.ts";
import { type ErrorForm, isOwnRefusal, readRefusal } from "./refusals/index.ts";

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

/** Converts an error in Google's format. Its text may quote the prompt, so it goes into `detail` only. */
export function statusError(error: GoogleStatus, context: ErrorContext): ProviderError {
  const status = typeof error.code === "number" ? error.code : undefined;
  const text = typeof error.message === "string" ? error.message : undefined;
  return createError(error, { status, text, askedMs: undefined, form: "none" }, context);
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
  const error = errorIn(text);
  const form = typeof error.message === "string" || typeof error.status === "string" ? "own" : "none";
  const failed = createError(error, { status, text, askedMs: retryAfterMs(headers), form }, context);
  return writer === undefined
    ? failed
    : withNativeFailure(failed, { protocol: "generateContent", writer, status, text: hidden(text, context) });
}

/** The parts of an error in Google's format besides its words. */
export interface GoogleMeaning {
  readonly codes: readonly string[];
  /** The wait that it asks for. */
  readonly waitMs: number | undefined;
}

/** Reads an error in Google's format; undefined for a text of another one. */
export function googleMeaning(text: string): GoogleMeaning | undefined {
  const error = errorIn(text);
  if (typeof error.status !== "string") return undefined;
  return { codes: codesOf(error), waitMs: readRetryDelayMs(error.details) };
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
  said: {
    readonly status: number | undefined;
    readonly text: string | undefined;
    readonly askedMs: number | undefined;
    /** Form of the body of an answer with a status of failure. */
    readonly form: ErrorForm;
  },
  context: ErrorContext,
): ProviderError {
  const { status, text, askedMs, form } = said;
  // The words alone: the whole text holds names of types and links, too.
  const words = typeof error.message === "string" ? error.message : undefined;
  return new ProviderError({
    ...readRefusal({ status, codes: codesOf(error), text: words ?? text ?? "" }),
    mayBeBilled: !isOwnRefusal(status, form),
    model: context.name,
    status,
    retryAfterMs: largest([askedMs, readRetryDelayMs(error.details)]),
    detail: text === undefined ? undefined : hidden(text, context),
    providerCode: typeof error.status === "string" ? error.status : undefined,
  });
}

/** Returns the code of an error and the reasons among its details. */
function codesOf({ status, details }: GoogleStatus): readonly string[] {
  const reasons = Array.isArray(details)
    ? details.map((detail: unknown) => (isJsonObject(detail) ? detail["reason"] : undefined))
    : [];
  return [status, ...reasons].filter((one) => typeof one === "string");
}

/**
 * Reads the delay from a `google.rpc.RetryInfo` among the details, for instance `{ retryDelay: "12.5s" }`; of
 * several the largest that is not absurd, else the longest that may be asked for.
 */
function readRetryDelayMs(details: unknown): number | undefined {
  if (!Array.isArray(details)) return undefined;
  const delays = details.map((detail) => {
    const delay = isJsonObject(detail) ? detail["retryDelay"] : undefined;
    const seconds = typeof delay === "string" && delay.endsWith("s") ? waitOf(delay.slice(0, -1)) : undefined;
    return seconds === undefined ? undefined : Math.round(seconds * 1_000);
  });
  return boundedWait(delays);
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
