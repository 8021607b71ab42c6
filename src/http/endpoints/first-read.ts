import type { CompletionChunk, Decision, RouteStream } from "../../contracts/index.ts";

/** A stream whose first chunk has come. */
export interface BegunStream {
  /** All chunks, the first one too. A reader that leaves ends the stream. */
  readonly chunks: AsyncIterable<CompletionChunk>;
  readonly decision: Decision;
}

/** Waits for the first chunk, so that a failure before it still has a status of its own. */
export async function firstRead(stream: RouteStream): Promise<BegunStream> {
  const rest = stream[Symbol.asyncIterator]();
  const first = await rest.next();
  return { chunks: after(first, rest), decision: await stream.decision };
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
