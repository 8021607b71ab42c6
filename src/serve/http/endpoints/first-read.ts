import type { CompletionChunk, Decision, NativeProtocol, RouteStream } from "../../../contracts/index.ts";
import { type NativeAnswer, nativeEvents, wholeNative } from "../../../plugin/native-answer.ts";
import type { StreamEvent } from "../event-stream.ts";

/** A stream whose first chunk has come. */
export interface BegunStream {
  /** All chunks, the first one too. A reader that leaves ends the stream. */
  readonly chunks: AsyncIterable<CompletionChunk>;
  readonly decision: Decision;
  /** True if the model that answers spoke the protocol: the chunks then carry its events. */
  readonly isNative: boolean;
  /** The model's answer as it came, if it spoke the protocol and a check has seen the whole answer. */
  readonly whole: NativeAnswer<string> | undefined;
}

/** Waits for the first chunk, so that a failure before it still has a status of its own. */
export async function firstRead(stream: RouteStream, protocol: NativeProtocol): Promise<BegunStream> {
  const rest = stream[Symbol.asyncIterator]();
  const first = await rest.next();
  const isNative = first.done !== true && nativeEvents(first.value, protocol) !== undefined;
  const whole = first.done === true ? undefined : wholeNative(first.value, protocol);
  return { chunks: after(first, rest), decision: await stream.decision, isNative, whole };
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

/** Sends the events of a whole answer, once the request has ended well. */
export async function* onceRead(
  chunks: AsyncIterable<CompletionChunk>,
  events: Iterable<StreamEvent>,
): AsyncGenerator<StreamEvent> {
  // They are there: to read them takes no time, and ends the request.
  for await (const _ of chunks);
  yield* events;
}
