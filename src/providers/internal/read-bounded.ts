/** Largest answer that is read: more than any model writes, so a longer one is broken or hostile. */
export const MAX_ANSWER_BYTES: number = 64 * 1024 * 1024;
/** Largest part of an error body that is read: enough for every meaningful error. */
export const MAX_ERROR_BYTES: number = 256 * 1024;

/**
 * Reads the text of a response's body, at most `maxBytes` of it. If the body is longer, returns undefined,
 * or with `cut` the text up to there.
 */
export async function readBounded(response: Response, maxBytes: number): Promise<string | undefined>;
export async function readBounded(response: Response, maxBytes: number, cut: true): Promise<string>;
export async function readBounded(
  response: Response,
  maxBytes: number,
  cut = false,
): Promise<string | undefined> {
  const { body, headers } = response;
  if (body === null) return "";
  // HTTP guarantees the stated length, unless the body is decompressed.
  const length = headers.get("content-length");
  if (length !== null && Number(length) <= maxBytes && headers.get("content-encoding") === null)
    return response.text();
  const decoder = new TextDecoder();
  let text = "";
  let left = maxBytes;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    if (chunk.length > left) return cut ? text + decoder.decode(chunk.subarray(0, left)) : undefined;
    left -= chunk.length;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Returns the headers for a body that is passed on as text: it is decompressed and has another length. */
export function decodedHeaders(headers: Headers, set: Readonly<Record<string, string>> = {}): Headers {
  const copy = new Headers(headers);
  for (const name of ["content-encoding", "content-length", "transfer-encoding"]) copy.delete(name);
  for (const [name, value] of Object.entries(set)) copy.set(name, value);
  return copy;
}
