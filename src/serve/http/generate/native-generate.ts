import type { CompletionChunk } from "../../../contracts/index.ts";
import { type JsonPath, jsonPlaces, replacedAt } from "../../../plugin/json-places.ts";
import { type NativeAnswer, nativeEvents } from "../../../plugin/native-answer.ts";
import { signedBytes } from "../../../plugin/signed.ts";
import type { StreamEvent } from "../event-stream.ts";
import type { Fields } from "../fields.ts";

/**
 * Returns a server's answer, or a piece of one, as it came, but for the name that the client asked for and signatures, which
 * name their writer, so that they come back to no other model. `added` are further fields.
 */
export function nativeGenerate(text: string, writer: string, model: string, added: Fields = {}): string {
  const changes = jsonPlaces(text, isChanged).found.map(({ path, place }) => {
    const given: unknown = JSON.parse(text.slice(place.from, place.to));
    const other =
      path.length === 1
        ? model
        : typeof given === "string" && given !== ""
          ? signedBytes(given, writer)
          : given;
    return { place, text: JSON.stringify(other) };
  });
  const written = replacedAt(text, changes);
  const more = Object.entries(added).map(
    ([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  return more.length === 0 ? written : `${written.slice(0, written.lastIndexOf("}"))}${more.join("")}}`;
}

function isChanged(path: JsonPath): boolean {
  if (path.length === 1) return path[0] === "modelVersion";
  return path.length === 6 && path[0] === "candidates" && path[5] === "thoughtSignature";
}

/** Sends a server's pieces as they came, but for the same two. */
export async function* nativePieces(
  chunks: AsyncIterable<CompletionChunk>,
  model: string,
): AsyncGenerator<StreamEvent> {
  for await (const chunk of chunks) {
    const { content = [], writer = "" } = nativeEvents(chunk, "generateContent") ?? {};
    for (const { data } of content) yield { data: oneLine(nativeGenerate(data, writer, model)) };
  }
}

/** Sends a whole answer of a server as the one piece of a stream: it was checked before any of it was shown. */
export function* wholePiece(
  { content, writer }: NativeAnswer<string>,
  model: string,
): Generator<StreamEvent> {
  yield { data: oneLine(nativeGenerate(content, writer, model)) };
}

/** A line break is a space of JSON, but the end of an event's line. */
export function oneLine(json: string): string {
  return json.replaceAll(/[\r\n]/g, " ");
}
