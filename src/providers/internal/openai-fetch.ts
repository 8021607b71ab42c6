import { decodedHeaders, MAX_ERROR_BYTES, readBounded } from "./read-bounded.ts";

type Fetch = typeof fetch;

/**
 * Creates the `fetch` of an SDK client. It looks up the global one at each call, because the SDK would keep
 * the one it found first, and it rewrites error bodies in OpenAI's format, because the SDK discards all
 * others.
 */
export function openaiFetch(own: Fetch | undefined): Fetch {
  return async (input, init) => {
    const response = await (own ?? globalThis.fetch)(input, init);
    return response.ok || response.body === null ? response : withErrorBody(response);
  };
}

async function withErrorBody(response: Response): Promise<Response> {
  const text = await readBounded(response, MAX_ERROR_BYTES, true);
  const { status, statusText, headers } = response;
  return new Response(JSON.stringify({ error: readError(text) }), {
    status,
    statusText,
    headers: decodedHeaders(headers, { "content-type": "application/json" }),
  });
}

/**
 * Reads an error body. Known formats: `{ error: {…} }` of OpenAI;
 * `{ object: "error", message, type, code }` of older vLLM; `{ error, error_type }` of TGI; `{ error }` of
 * Ollama; `{ message }` and `{ detail }` of gateways; any text.
 */
function readError(text: string): object {
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
