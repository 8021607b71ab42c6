import { defined, isMessages, textOf } from "../input/json-values.ts";
import { type Fields, isObject } from "../outcomes/is-object.ts";
import { type Imported, type Place, refuseAt } from "./import-format.ts";

/**
 * Converts a sample: `input` is a text or messages, `ideal` a good answer. Other fields go into `metadata`.
 */
export function openaiSample(place: Place, sample: Fields, stem: string): Imported {
  const { input, ideal, id, category, metadata, ...rest } = sample;
  if (typeof input !== "string" && !isMessages(input))
    refuseAt(place, "input", "must be a string or a non-empty array of { role, content }");
  if (metadata !== undefined && !isObject(metadata)) refuseAt(place, "metadata", "must be an object");
  const others = { ...(metadata as Fields | undefined), ...rest };
  return {
    place,
    record: defined({
      id: textOf(id) ?? `${stem}.${place.line}`,
      ...(typeof input === "string" ? { prompt: input } : { messages: input }),
      category: textOf(category),
      expected: ideal,
      metadata: Object.keys(others).length === 0 ? undefined : others,
    }),
  };
}
