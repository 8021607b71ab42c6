import type { CompletionChunk } from "../../../contracts/index.ts";
import { type NativeAnswer, nativeEvents } from "../../../plugin/native-answer.ts";
import { eventName } from "../event-lines.ts";
import type { StreamEvent } from "../event-stream.ts";
import { type Fields, fieldsOf } from "../fields.ts";
import { rewrittenAnswer, rewrittenData, type Wanted } from "../native-rewrite.ts";

/** Returns a server's message as it came, but for the model's name and signatures. `added` are further fields. */
export function nativeMessage(native: NativeAnswer<string>, model: string, added: Fields = {}): string {
  const { content } = JSON.parse(native.content) as { readonly content?: unknown };
  const blocks = Array.isArray(content) ? content.map(fieldsOf) : [];
  const isOfMessage: Wanted = (path) => {
    const [first, at, third] = path;
    if (path.length === 1) return first === "model";
    if (path.length !== 3 || first !== "content") return false;
    // Other blocks, a compaction for instance, have signatures too, which come back as they went.
    const { type } = blocks[at as number] ?? {};
    return type === "thinking" ? third === "signature" : type === "redacted_thinking" && third === "data";
  };
  return rewrittenAnswer(native, isOfMessage, model, added);
}

const wanted: ReadonlyMap<string, Wanted> = new Map<string, Wanted>([
  ["message_start", (path) => path.length === 2 && path[0] === "message" && path[1] === "model"],
  ["content_block_start", (path) => path.length === 2 && path[0] === "content_block" && path[1] === "data"],
  ["content_block_delta", (path) => path.length === 2 && path[0] === "delta" && path[1] === "signature"],
]);

/** Sends a server's events as they came, but for the same two. */
export async function* nativeMessageEvents(
  chunks: AsyncIterable<CompletionChunk>,
  model: string,
): AsyncGenerator<StreamEvent> {
  let isStopped = false;
  for await (const chunk of chunks) {
    const { content = [], writer = "" } = nativeEvents(chunk, "messages") ?? {};
    for (const event of content) {
      isStopped = event.type === "message_stop";
      yield {
        event: eventName(event.type),
        data: rewrittenData(event, wanted.get(event.type), { model, writer }),
      };
    }
  }
  // A stream counts as whole once it has a stop reason: clients wait for the event.
  if (!isStopped) yield { event: "message_stop", data: '{"type":"message_stop"}' };
}
