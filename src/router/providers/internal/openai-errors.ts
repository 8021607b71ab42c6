import type * as Sdk from "openai";
import { errorType } from "../../../contracts/errors/index.ts";
import { isRouterError, ProviderError, type ProviderErrorKind } from "../../../contracts/index.ts";
import { errorText } from "../../../plugin/error-text.ts";
import { refusalIn } from "../../../plugin/http/guarded-fetch.ts";
import { kindOfStatus, requestIdOf, retryAfterMs } from "./http-failure.ts";
import { incomplete } from "./incomplete.ts";

export type OpenAiSdk = typeof Sdk;

/** The error format of OpenAI and compatible servers, in a body or in an event of a stream. */
interface ErrorBody {
  readonly message?: unknown;
  readonly type?: unknown;
  /** OpenAI sends a string; vLLM sends the HTTP status as a number. */
  readonly code?: unknown;
}

const kindsByName: Readonly<Record<string, ProviderErrorKind>> = {
  context_length_exceeded: "context-overflow",
  exceed_context_size_error: "context-overflow",
  content_filter: "content-filter",
  content_policy_violation: "content-filter",
  invalid_api_key: "authentication",
  authentication_error: "authentication",
  permission_error: "permission",
  model_not_found: "not-found",
  DeploymentNotFound: "not-found",
  rate_limit_exceeded: "rate-limit",
  rate_limit_error: "rate-limit",
  insufficient_quota: "rate-limit",
  overloaded: "overloaded",
  overloaded_error: "overloaded",
  server_is_overloaded: "overloaded",
  engine_overloaded: "overloaded",
  slow_down: "overloaded",
  server_error: "server",
  timeout: "timeout",
};

/** Codes of an exhausted account: waiting does not help. */
const spent: ReadonlySet<string> = new Set(["insufficient_quota", "billing_hard_limit_reached"]);

// Phrases, in lower case, of servers that have no code for it: vLLM (two generations), TGI and llama.cpp.
const overflowPhrases = [
  "maximum context length",
  "maximum model length",
  "max_tokens must be at least 1, got -",
  "`inputs` tokens + `max_new_tokens` must be",
  "`inputs` must have less than",
  "exceeds the available context size",
];

/** Meaning of `x-should-retry`; any other value says nothing. */
const advice: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
]);

/**
 * Phrases, in lower case, of own servers and their routers that have no room: Ollama, vLLM's admission control, and routers of
 * which no endpoint is ready. "no healthy upstream" is left out: proxies say it in outages, and a breaker must open.
 */
const busyPhrases = [
  "maximum pending requests exceeded",
  "too many queued",
  "max_num_queued",
  "max-num-queued",
  "queue is full",
  "queue full",
  "no endpoint",
  "no available endpoint",
];

/** Length of the start of an error text that is searched for a phrase. */
const phraseWindow = 2_000;

/** Converts an error that a call threw before its answer was read; errors of this package pass unchanged. */
export function toProviderError(error: unknown, sdk: OpenAiSdk, model: string): unknown {
  if (isRouterError(error)) return error;
  const refusal = refusalIn(error);
  if (refusal !== undefined) return refusal;
  const detail = errorText(error);
  if (error instanceof sdk.APIConnectionTimeoutError) {
    return new ProviderError({ kind: "timeout", model, detail });
  }
  if (error instanceof sdk.APIConnectionError) {
    return new ProviderError({ kind: "connection", model, detail, summary: systemCode(error.cause) });
  }
  if (!(error instanceof sdk.APIError)) {
    return new ProviderError({
      kind: "unknown",
      model,
      detail,
      summary: `an error of type ${errorType(error)}`,
    });
  }
  const { status, headers } = error;
  return failureOf(error.error ?? { message: error.message }, model, status, headers);
}

/** Converts an error that reading an answer threw: unless it was an error event, the answer is incomplete. */
export function toReadError(error: unknown, sdk: OpenAiSdk, model: string): unknown {
  if (isRouterError(error)) return error;
  if (error instanceof sdk.APIError && error.error !== undefined) {
    return failureOf(error.error, model, undefined, error.headers);
  }
  return incomplete(model, "the answer broke off or cannot be read", errorText(error));
}

/** Creates the typed error for an error body. `status` is absent if the body came with status 200. */
export function failureOf(
  body: unknown,
  model: string,
  status: number | undefined,
  headers: Headers | undefined,
): ProviderError {
  const { message, type, code } = (
    typeof body === "object" && body !== null ? body : { message: body }
  ) as ErrorBody;
  const names = [code, type].filter((name) => typeof name === "string");
  const detail = typeof message === "string" ? message : asJson(body);
  const retry = headers?.get("x-should-retry") ?? "";
  return new ProviderError({
    kind: kindOf(names, detail, status ?? (typeof code === "number" ? code : undefined)),
    model,
    status,
    requestId: requestIdOf(headers?.get("x-request-id")) ?? requestIdOf(headers?.get("apim-request-id")),
    retryable: names.some((name) => spent.has(name)) ? false : advice.get(retry),
    retryAfterMs: headers === undefined ? undefined : retryAfterMs(headers),
    detail,
  });
}

/** Returns a value as JSON; empty for one that nests too deeply. */
function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "";
  }
}

function kindOf(names: readonly string[], message: string, status: number | undefined): ProviderErrorKind {
  for (const name of names) {
    if (Object.hasOwn(kindsByName, name)) return kindsByName[name] ?? "unknown";
  }
  // An error event without any known name is a fault of the server.
  const kind =
    status === undefined
      ? names.includes("invalid_request_error")
        ? "invalid-request"
        : "server"
      : kindOfStatus(status);
  const text = message.slice(0, phraseWindow).toLowerCase();
  if (kind === "overloaded") return busyPhrases.some((phrase) => text.includes(phrase)) ? "saturated" : kind;
  if (kind !== "invalid-request" && kind !== "too-large") return kind;
  return overflowPhrases.some((phrase) => text.includes(phrase)) ? "context-overflow" : kind;
}

/** Returns a system code such as `ECONNREFUSED` from anywhere in a chain of causes. */
export function systemCode(cause: unknown): string | undefined {
  for (let depth = 0, at = cause; depth < 5 && at instanceof Error; depth += 1, at = at.cause) {
    if ("code" in at && typeof at.code === "string") return at.code;
  }
  return undefined;
}
