import { isJson } from "../is-json.ts";
import { bodyReader } from "./body-reader.ts";

/** Largest answer that is read: more than any model writes, so a longer one is broken or hostile. */
export const MAX_ANSWER_BYTES: number = 64 * 1024 * 1024;
/** Largest part of an error body that is read: enough for every meaningful error. */
export const MAX_ERROR_BYTES: number = 256 * 1024;
/** Time for the body of an error, in milliseconds: the next call must not wait for an explanation. */
export const ERROR_BODY_MS: number = 1_000;
/** Time for what may follow a complete answer, in milliseconds. */
export const AFTER_END_MS: number = 1_000;

/** The parts of a response that are read. Its `body` may be the Node stream of another `fetch`. */
export interface ReadableResponse {
  readonly body: unknown;
  readonly headers: Pick<Headers, "get">;
  text(): Promise<string>;
}

/** For texts that are there as a whole: it keeps nothing of one. */
const wholeText = new TextDecoder();

/**
 * Reads the text of a body that holds one JSON object, at most `maxBytes` of it; undefined if it is longer.
 * An object that is complete counts, even if the connection then breaks off or stays open.
 */
export function readBounded(
  response: ReadableResponse,
  maxBytes: number,
  afterEndMs: number = AFTER_END_MS,
): Promise<string | undefined> {
  const { body, headers } = response;
  if (body === null || body === undefined) return Promise.resolve("");
  // HTTP guarantees the stated length, unless the body is decompressed.
  const length = headers.get("content-length");
  if (length !== null && Number(length) <= maxBytes && headers.get("content-encoding") === null)
    return response.text();
  return readPieces(body, maxBytes, afterEndMs);
}

async function readPieces(body: unknown, maxBytes: number, afterEndMs: number): Promise<string | undefined> {
  const reader = bodyReader(body);
  const whole = reader.takeWhole?.(maxBytes);
  if (whole !== undefined) return wholeText.decode(whole);
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let text = "";
  let left = maxBytes;
  let mayBeWhole = false;
  for (;;) {
    // Mostly the end comes with the last piece: no timer is then needed to wait for it.
    const waits = mayBeWhole && reader.atEnd?.() !== true;
    const reading = reader.read();
    let piece: Uint8Array;
    try {
      const late = waits && !(await settles(reading, afterEndMs)) && isJson(text);
      const { done, value } = late ? { done: true } : await reading;
      if (late) reader.cancel();
      if (done) return text + (decoder?.decode() ?? "");
      piece = toBytes(value);
    } catch (error) {
      if (mayBeWhole && isJson(text)) return text;
      throw error;
    }
    if (piece.length > left) {
      reader.cancel();
      return undefined;
    }
    left -= piece.length;
    if (decoder === undefined && reader.atEnd?.() === true) return wholeText.decode(piece);
    decoder ??= new TextDecoder();
    text += decoder.decode(piece, { stream: true });
    mayBeWhole = endsObject(piece, mayBeWhole);
  }
}

/**
 * Reads the start of an error's body: at most `maxBytes`, for at most `ms`, and up to where the connection
 * broke off. Never rejects.
 */
export async function readStart(
  response: Pick<ReadableResponse, "body">,
  maxBytes: number = MAX_ERROR_BYTES,
  ms: number = ERROR_BODY_MS,
): Promise<string> {
  const { body } = response;
  if (body === null || body === undefined) return "";
  const reader = bodyReader(body);
  const decoder = new TextDecoder();
  let text = "";
  let left = maxBytes;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<{ done: true; value?: undefined }>((resolve) => {
    timer = setTimeout(resolve, ms, { done: true });
  });
  try {
    while (left > 0) {
      const { done, value } = await Promise.race([reader.read(), late]);
      if (done) break;
      const piece = toBytes(value).subarray(0, left);
      left -= piece.length;
      text += decoder.decode(piece, { stream: true });
    }
    return text + decoder.decode();
  } catch {
    return text;
  } finally {
    clearTimeout(timer);
    reader.cancel();
  }
}

/** Resolves to true once the promise settles, to false if that takes longer than `ms`. */
export function settles(promise: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms, false);
    const settled = () => {
      clearTimeout(timer);
      resolve(true);
    };
    promise.then(settled, settled);
  });
}

/** True if the last byte that is not white space closes an object. `before`: the answer for what preceded. */
function endsObject(bytes: Uint8Array, before: boolean): boolean {
  for (let at = bytes.length - 1; at >= 0; at -= 1) {
    const byte = bytes[at] as number;
    if (byte > 0x20) return byte === 0x7d;
  }
  return before;
}

/** Returns a piece as bytes: another `fetch` may deliver text. */
export function toBytes(piece: Uint8Array | string | undefined): Uint8Array {
  return typeof piece === "string" ? new TextEncoder().encode(piece) : (piece ?? new Uint8Array());
}
