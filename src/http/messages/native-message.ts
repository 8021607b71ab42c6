import type { CompletionChunk } from "../../contracts/index.ts";
import { type JsonPath, jsonPlaces, replacedAt } from "../../plugin/json-places.ts";
import { type NativeAnswer, type NativeEvent, nativeEvents } from "../../plugin/native-answer.ts";
import { signed } from "../../plugin/signed.ts";
import type { StreamEvent } from "../event-stream.ts";
import type { Fields } from "../fields.ts";

/**
 * Returns a server's message as it came, with the name that the client asked for. Signatures of thinking name its writer, so
 * that it comes back to no other model. `added` are further fields.
 */
export function nativeMessage(
  { content, writer }: NativeAnswer<string>,
  model: string,
  added: Fields = {},
): string {
  const text = rewritten(content, isOfMessage, { model, writer });
  const more = Object.entries(added).map(
    ([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  return more.length === 0 ? text : `${text.slice(0, text.lastIndexOf("}"))}${more.join("")}}`;
}

function isOfMessage(path: JsonPath): boolean {
  const [first, , third] = path;
  if (path.length === 1) return first === "model";
  return path.length === 3 && first === "content" && (third === "signature" || third === "data");
}

/** Sends a server's events as they came, but for the same two. `first` is the chunk that was read already. */
export async function* nativeMessageEvents(
  chunks: AsyncIterable<CompletionChunk>,
  model: string,
): AsyncGenerator<StreamEvent> {
  let isStopped = false;
  for await (const chunk of chunks) {
    const native = nativeEvents(chunk, "messages");
    for (const event of native?.content ?? []) {
      isStopped = event.type === "message_stop";
      yield { event: event.type, data: dataOf(event, model, native?.writer ?? "") };
    }
  }
  // A stream counts as whole once it has a stop reason: clients wait for the event.
  if (!isStopped) yield { event: "message_stop", data: '{"type":"message_stop"}' };
}

/** Lines of data begin with the field's name, each of them. */
function dataOf({ type, data }: NativeEvent, model: string, writer: string): string {
  const wants = wanted.get(type);
  return (wants === undefined ? data : rewritten(data, wants, { model, writer })).replaceAll(
    "\n",
    "\ndata: ",
  );
}

const wanted: ReadonlyMap<string, (path: JsonPath) => boolean> = new Map([
  ["message_start", (path: JsonPath) => path.length === 2 && path[0] === "message" && path[1] === "model"],
  ["content_block_start", (path) => path.length === 2 && path[0] === "content_block" && path[1] === "data"],
  ["content_block_delta", (path) => path.length === 2 && path[0] === "delta" && path[1] === "signature"],
]);

function rewritten(
  text: string,
  wants: (path: JsonPath) => boolean,
  { model, writer }: { readonly model: string; readonly writer: string },
): string {
  const changes = jsonPlaces(text, wants).found.map(({ path, place }) => {
    const given: unknown = JSON.parse(text.slice(place.from, place.to));
    const isName = path.at(-1) === "model";
    const other = isName ? model : typeof given === "string" && given !== "" ? signed(given, writer) : given;
    return { place, text: JSON.stringify(other) };
  });
  return replacedAt(text, changes);
}
