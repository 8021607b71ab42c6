import { type JsonPath, jsonPlaces, replacedAt } from "../../plugin/json-places.ts";
import type { NativeAnswer, NativeEvent } from "../../plugin/native-answer.ts";
import { signed } from "../../plugin/signed.ts";
import { dataLines } from "./event-lines.ts";
import type { Fields } from "./fields.ts";

/** Values of a server's text that do not stay as they came: the model's name, and signatures, which get their writer's. */
export type Wanted = (path: JsonPath) => boolean;

/**
 * Returns a server's answer as it came, with the name that the client asked for. Signatures of thinking name its writer, so
 * that it comes back to no other model. `added` are further fields.
 */
export function rewrittenAnswer(
  { content, writer }: NativeAnswer<string>,
  wants: Wanted,
  model: string,
  added: Fields,
): string {
  const text = rewritten(content, wants, { model, writer });
  const more = Object.entries(added).map(
    ([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  return more.length === 0 ? text : `${text.slice(0, text.lastIndexOf("}"))}${more.join("")}}`;
}

/** Returns the data of an event, likewise. */
export function rewrittenData(
  { data }: NativeEvent,
  wants: Wanted | undefined,
  names: { readonly model: string; readonly writer: string },
): string {
  return dataLines(wants === undefined ? data : rewritten(data, wants, names));
}

function rewritten(
  text: string,
  wants: Wanted,
  { model, writer }: { readonly model: string; readonly writer: string },
): string {
  const changes = jsonPlaces(text, wants).found.map(({ path, place }) => {
    const given: unknown = JSON.parse(text.slice(place.from, place.to));
    const isSignature = typeof given === "string" && given !== "";
    const other = path.at(-1) === "model" ? model : isSignature ? signed(given, writer) : given;
    return { place, text: JSON.stringify(other) };
  });
  return replacedAt(text, changes);
}
