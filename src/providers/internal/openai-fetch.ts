import { decodedHeaders, MAX_ERROR_BYTES, readBounded } from "./read-bounded.ts";

type Fetch = typeof fetch;

/**
 * The `fetch` that an SDK client is given. It looks the global one up at each call, where the SDK
 * would keep the one it found first, and it writes error bodies in OpenAI's shape: of any other the
 * SDK keeps nothing.
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
 * Known shapes: `{ error: {…} }` of OpenAI; `{ object: "error", message, type, code }` of older vLLM;
 * `{ error, error_type }` of TGI; `{ error }` of Ollama; `{ message }` and `{ detail }` of gateways; any text.
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
