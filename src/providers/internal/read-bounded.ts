/** More than any model writes in one answer; what goes on beyond it is broken or hostile. */
export const MAX_ANSWER_BYTES: number = 64 * 1024 * 1024;
/** What is read of the body of a failed call: enough for every error that says something. */
export const MAX_ERROR_BYTES: number = 256 * 1024;

/**
 * The text of a response's body, of which at most `maxBytes` are held in memory. The rest is not read:
 * undefined where the body is longer, or what came before that where it may be `cut`.
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
  // HTTP holds an endpoint to its length, as long as nothing is unpacked.
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

/** Headers for a body that was read and is given on as text: it is unpacked by now and has another length. */
export function decodedHeaders(headers: Headers, set: Readonly<Record<string, string>> = {}): Headers {
  const copy = new Headers(headers);
  for (const name of ["content-encoding", "content-length", "transfer-encoding"]) copy.delete(name);
  for (const [name, value] of Object.entries(set)) copy.set(name, value);
  return copy;
}
