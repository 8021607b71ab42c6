import { guardedFetch } from "../../../plugin/http/guarded-fetch.ts";
import { type ErrorForm, errorFormOf } from "./refusals/index.ts";

type Fetch = typeof fetch;

/**
 * Creates the `fetch` of an SDK client. It rewrites error bodies in OpenAI's format, because the SDK discards
 * all others.
 */
export function openaiFetch(own: Fetch | undefined, model: string): Fetch {
  return guardedFetch({ own, model, rewriteError: (text) => JSON.stringify({ error: readError(text) }) });
}

/**
 * Reads an error body. Known formats: `{ error: {…} }` of OpenAI;
 * `{ object: "error", message, type, code }` of older vLLM; `{ error, error_type }` of TGI; `{ error }` of
 * Ollama; `{ message }` and `{ detail }` of gateways; any text. What is not OpenAI's names its form, which an SDK that
 * carries the body on would not keep otherwise.
 */
export function readError(text: string): ReadError {
  const body = parse(text);
  if (body === undefined) return { message: text, error_form: "none" };
  const { error, error_type, detail } = body;
  if (typeof error === "object" && error !== null) return error;
  return {
    ...body,
    message: error ?? body["message"] ?? detail ?? text,
    type: error_type ?? body["type"],
    error_form: errorFormOf(body),
  };
}

export interface ReadError {
  readonly message?: unknown;
  readonly type?: unknown;
  /** Absent: OpenAI's. */
  readonly error_form?: ErrorForm;
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? { ...body } : undefined;
  } catch {
    return undefined;
  }
}
