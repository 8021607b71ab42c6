import type { CompletionChunk } from "../../../contracts/index.ts";
import { type NativeAnswer, nativeEvents } from "../../../plugin/native-answer.ts";
import type { NativeFailure } from "../../../plugin/native-failure.ts";
import { eventName } from "../event-lines.ts";
import type { StreamEvent } from "../event-stream.ts";
import type { Fields } from "../fields.ts";
import { rewrittenAnswer, rewrittenData, type Wanted } from "../native-rewrite.ts";

/** Returns a server's response as it came, but for the model's name and signatures. `added` are further fields. */
export function nativeResponse(native: NativeAnswer<string>, model: string, added: Fields = {}): string {
  return rewrittenAnswer(native, (path) => isOfResponse(path, 0), model, added);
}

function isOfResponse(path: Parameters<Wanted>[0], from: number): boolean {
  const length = path.length - from;
  if (length === 1) return path[from] === "model";
  return length === 3 && path[from] === "output" && path[from + 2] === "encrypted_content";
}

const ofEvent: Wanted = (path) =>
  path[0] === "response"
    ? isOfResponse(path, 1)
    : path.length === 2 && path[0] === "item" && path[1] === "encrypted_content";

/** Sends a server's events as they came, but for the same two. */
export async function* nativeResponseEvents(
  chunks: AsyncIterable<CompletionChunk>,
  model: string,
): AsyncGenerator<StreamEvent> {
  for await (const chunk of chunks) {
    const { content = [], writer = "" } = nativeEvents(chunk, "responses") ?? {};
    for (const event of content) {
      // Deltas, which are nearly all events, hold neither.
      const wants = event.type.endsWith(".delta") ? undefined : ofEvent;
      yield { event: eventName(event.type), data: rewrittenData(event, wants, { model, writer }) };
    }
  }
}

/** Returns the event of a server that reports its failure as it came, but for the same two: it may hold the response so far. */
export function nativeFailureEvent({ text, writer }: NativeFailure, model: string): StreamEvent {
  const { type } = JSON.parse(text) as { readonly type?: unknown };
  const event = type === "response.failed" ? type : "error";
  return { event, data: rewrittenData({ type: event, data: text }, ofEvent, { model, writer }) };
}
