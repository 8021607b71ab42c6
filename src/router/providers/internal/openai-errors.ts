import type * as Sdk from "openai";
import { errorType } from "../../../contracts/errors/index.ts";
import { isRouterError, ProviderError } from "../../../contracts/index.ts";
import { errorText } from "../../../plugin/error-text.ts";
import { fieldsOf } from "../../../plugin/fields-of.ts";
import { refusalIn } from "../../../plugin/http/guarded-fetch.ts";
import { lostConnection } from "../../../plugin/http/lost-connection.ts";
import { requestIdOf, retryAfterMs } from "./http-failure.ts";
import { incomplete } from "./incomplete.ts";
import { type ReadError, readError } from "./openai-fetch.ts";
import { isOwnRefusal, readRefusal, type SaidRefusal, windowOf } from "./refusals/index.ts";

export type OpenAiSdk = typeof Sdk;

/** The error format of OpenAI and compatible servers, in a body or in an event of a stream. */
interface ErrorBody {
  readonly message?: unknown;
  readonly type?: unknown;
  /** OpenAI sends a string; vLLM sends the HTTP status as a number. */
  readonly code?: unknown;
  readonly param?: unknown;
  /** Google: `INVALID_ARGUMENT`. */
  readonly status?: unknown;
  /** Azure: what its filter found. */
  readonly innererror?: unknown;
  /** OpenRouter: the words of the provider behind it in `raw`, and what was flagged. */
  readonly metadata?: unknown;
  /** Groq: what the model wrote, and the server could not read. */
  readonly failed_generation?: unknown;
  /** llama.cpp: the model's window. */
  readonly n_ctx?: unknown;
  /** MiniMax: a code of its own, also with status 200. */
  readonly base_resp?: unknown;
}

/** Meaning of `x-should-retry`; any other value says nothing. */
const advice: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
]);

/** Converts an error that a call threw before its answer was read; errors of this package pass unchanged. */
export function toProviderError(
  error: unknown,
  sdk: OpenAiSdk,
  model: string,
  options: FailureOptions = {},
): unknown {
  if (isRouterError(error)) return error;
  const refusal = refusalIn(error);
  if (refusal !== undefined) return refusal;
  const detail = errorText(error);
  if (error instanceof sdk.APIConnectionTimeoutError) {
    return new ProviderError({ kind: "timeout", model, detail });
  }
  if (error instanceof sdk.APIConnectionError) {
    return new ProviderError({ kind: "connection", model, detail, ...lostConnection(error.cause) });
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
  const body = error.error ?? ({ message: error.message, error_form: "none" } satisfies ReadError);
  return failureOf(body, model, status, headers, options);
}

/** Converts an error that reading an answer threw: unless it was an error event, the answer is incomplete. */
export function toReadError(
  error: unknown,
  sdk: OpenAiSdk,
  model: string,
  options: FailureOptions = {},
): unknown {
  if (isRouterError(error)) return error;
  if (error instanceof sdk.APIError && error.error !== undefined) {
    return failureOf(error.error, model, undefined, error.headers, options);
  }
  return incomplete(model, "the answer broke off or cannot be read", errorText(error));
}

/** More about the server that sent an error body. */
export interface FailureOptions {
  /** True for an own engine: see `readRefusal`. */
  readonly isEngine?: boolean | undefined;
}

/** Creates the typed error for an error body. `status` is absent if the body came with status 200. */
export function failureOf(
  body: unknown,
  model: string,
  status: number | undefined,
  headers: Headers | undefined,
  { isEngine }: FailureOptions = {},
): ProviderError {
  const said = saidIn(body);
  const retry = headers?.get("x-should-retry") ?? "";
  const { error_form: form = "own" } = fieldsOf(body) as ReadError;
  // MiniMax refuses with status 200, in a form that no answer has.
  const isOwn = status === undefined ? isRefusalAlone(body) : isOwnRefusal(status, form);
  const { retryable, ...read } = readRefusal({ ...said, status: status ?? said.status, isEngine });
  return new ProviderError({
    ...read,
    mayBeBilled: !isOwn,
    model,
    status,
    requestId: requestIdOf(headers?.get("x-request-id")) ?? requestIdOf(headers?.get("apim-request-id")),
    retryable: retryable ?? advice.get(retry),
    retryAfterMs: headers === undefined ? undefined : retryAfterMs(headers),
    detail: said.text,
    providerCode: said.code,
    param: said.param,
    ...(read.kind === "incomplete" && { partialText: said.written }),
  });
}

/** True for an answer without choices that is a refusal: of MiniMax by a code of its own, or of older vLLM. */
export function isRefusalAlone(body: unknown): boolean {
  const { base_resp, object } = fieldsOf(body);
  const { status_code: own } = fieldsOf(base_resp);
  return (typeof own === "number" && own !== 0) || object === "error";
}

export interface SaidInBody extends SaidRefusal {
  /** The code for programs. */
  readonly code: string | undefined;
  readonly written: string | undefined;
}

/** Returns what an error body says, and what a body within it says: gateways pass on the words of the server behind them. */
export function saidIn(body: unknown, depth = 0): SaidInBody {
  const fields: ErrorBody = typeof body === "object" && body !== null ? body : { message: body };
  const { message, type, code, param } = fields;
  const metadata = fieldsOf(fields.metadata);
  const inner = fieldsOf(fields.innererror);
  const raw = depth === 0 ? metadata["raw"] : undefined;
  const behind = raw === undefined ? undefined : saidIn(typeof raw === "string" ? readError(raw) : raw, 1);
  const { status_code: ownCode, status_msg: ownText } = fieldsOf(fields.base_resp);
  const own = textOf(message) ?? textOf(ownText) ?? asJson(body);
  const codes = [
    code,
    type,
    fields.status,
    inner["code"],
    metadata["error_type"],
    ...["flagged_input"].filter((field) => metadata[field] !== undefined),
    ...(typeof fields.failed_generation === "string" ? ["failed_generation"] : []),
    ...(typeof ownCode === "number" && ownCode !== 0 ? [`base_resp:${ownCode}`] : []),
    ...(behind?.codes ?? []),
  ].filter((one) => typeof one === "string");
  const names = [code, type, fields.status].filter((one) => textOf(one) !== undefined && one !== general);
  return {
    status: typeof code === "number" && code >= 400 && code <= 599 ? code : undefined,
    codes,
    param: behind?.param ?? textOf(param),
    text: behind === undefined || behind.text === "" ? own : `${own}: ${behind.text}`,
    contextWindow: windowOf(fields.n_ctx) ?? behind?.contextWindow,
    // An error event without any known name is a fault of the server.
    unnamed: codes.includes(general) ? "invalid-request" : "server",
    code: behind?.code ?? textOf(names[0]),
    written: textOf(fields.failed_generation) ?? behind?.written,
  };
}

/** Type of all refused requests: says nothing more than the status. */
const general = "invalid_request_error";

/** Returns a text that is not empty. */
function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Returns a value as JSON; empty for one that nests too deeply. */
function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "";
  }
}
