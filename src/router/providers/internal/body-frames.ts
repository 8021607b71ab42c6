import type { BodyReader } from "../../../plugin/http/body-reader.ts";
import { toBytes } from "../../../plugin/http/read-bounded.ts";
import { MAX_STREAM_BYTES } from "../../../plugin/http/sse-reader.ts";
import { type EventFrame, EventFrameError, EventFrames } from "./event-frames.ts";
import { incomplete } from "./incomplete.ts";

/**
 * Reads the messages of a body that is an event stream of AWS, and closes it. Throws `ProviderError` (`incomplete`) for another
 * kind of body, for one that ends within a message, and for one that is too large.
 */
export async function* bodyFrames(reader: BodyReader, model: string): AsyncGenerator<EventFrame, void> {
  const frames = new EventFrames();
  let left = MAX_STREAM_BYTES;
  let isRead = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      isRead = done;
      if (done) break;
      const piece = toBytes(value);
      left -= piece.length;
      if (left < 0) throw new EventFrameError(`the stream has more than ${MAX_STREAM_BYTES} bytes`);
      yield* frames.push(piece);
    }
    frames.end();
  } catch (error) {
    throw error instanceof EventFrameError ? incomplete(model, error.message) : error;
  } finally {
    if (!isRead) reader.cancel();
  }
}
