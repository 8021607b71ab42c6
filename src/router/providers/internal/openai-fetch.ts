import { guardedFetch } from "../../../plugin/http/guarded-fetch.ts";

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
 * Ollama; `{ message }` and `{ detail }` of gateways; any text.
 */
export function readError(text: string): object {
  const body = parse(text);
  if (body === undefined) return { message: text };
  const { error, error_type, detail } = body;
  if (typeof error === "object" && error !== null) return error;
  return { ...body, message: error ?? body["message"] ?? detail ?? text, type: error_type ?? body["type"] };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? { ...body } : undefined;
  } catch {
    return undefined;
  }
}
