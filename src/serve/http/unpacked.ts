import { bodyBytes } from "./body-bytes.ts";
import { HttpError } from "./http-error.ts";
import { notPacked, tooLong } from "./json-body.ts";

/** Bytes that may come out for each one that came in. Conversations of agents shrink to a fifth, tables of one value to a fiftieth. */
const mostTimes = 100;
/** Bytes that may come out of any body. */
const freeBytes = 1_048_576;

/**
 * Unpacks a body of gzip, and stops at the first byte too many: a few kilobytes can hold gigabytes. `take` returns false where the
 * server holds too much. Rejects with `HttpError`.
 */
export async function unpacked(
  packed: Uint8Array,
  maxBytes: number,
  take: (bytes: number) => HttpError | undefined = () => undefined,
): Promise<string> {
  const grown = Math.max(freeBytes, packed.byteLength * mostTimes);
  const { readable, writable } = new DecompressionStream("gzip");
  const writer = writable.getWriter();
  // What is wrong with it shows at the other end.
  writer.write(packed as Uint8Array<ArrayBuffer>).catch(() => {});
  writer.close().catch(() => {});
  const reader = readable.getReader();
  const body = bodyBytes();
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw notPacked();
    });
    if (done) return body.text();
    const length = body.length + value.byteLength;
    const problem =
      length > maxBytes ? tooLong(maxBytes) : length > grown ? tooGrown() : take(value.byteLength);
    if (problem !== undefined) {
      reader.cancel().catch(() => {});
      throw problem;
    }
    body.add(value);
  }
}

function tooGrown(): HttpError {
  return new HttpError(413, `the body grows to more than ${mostTimes} times its length when it is unpacked`);
}
