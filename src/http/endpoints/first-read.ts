import type { CompletionChunk, Decision, NativeProtocol, RouteStream } from "../../contracts/index.ts";
import { nativeEvents } from "../../plugin/native-answer.ts";

/** A stream whose first chunk has come. */
export interface BegunStream {
  /** All chunks, the first one too. A reader that leaves ends the stream. */
  readonly chunks: AsyncIterable<CompletionChunk>;
  readonly decision: Decision;
  /** True if the model that answers spoke the protocol: the chunks then carry its events. */
  readonly isNative: boolean;
}

/** Waits for the first chunk, so that a failure before it still has a status of its own. */
export async function firstRead(stream: RouteStream, protocol: NativeProtocol): Promise<BegunStream> {
  const rest = stream[Symbol.asyncIterator]();
  const first = await rest.next();
  const isNative = first.done !== true && nativeEvents(first.value, protocol) !== undefined;
  return { chunks: after(first, rest), decision: await stream.decision, isNative };
}

async function* after(
  first: IteratorResult<CompletionChunk>,
  rest: AsyncIterator<CompletionChunk>,
): AsyncGenerator<CompletionChunk> {
  try {
    for (let step = first; !step.done; step = await rest.next()) yield step.value;
  } finally {
    await rest.return?.();
  }
}
