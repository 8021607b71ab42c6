import type { ChatMessage } from "../../contracts/index.ts";
import { checkPlainField } from "./check-plain.ts";
import { vocabulary } from "./vocabulary.ts";

/**
 * Counts the characters of `provider_parts` of a message beyond those of its text and calls, which they repeat. Data of images
 * and files are left out: their tokens are not those of their characters.
 */
export function partCharacters(message: ChatMessage, counted: number): number {
  if (message.role !== "assistant" || !Array.isArray(message.provider_parts)) return 0;
  checkPlainField("messages[].provider_parts", message.provider_parts);
  const known = vocabulary();
  let characters = 0;
  JSON.stringify(
    message.provider_parts,
    function (this: Readonly<Record<string, unknown>>, key, value: unknown) {
      if (!Array.isArray(this) && !known.has(key)) characters += key.length;
      if (typeof value !== "string") return value;
      const isData =
        (key === "data" && isBinary(this)) || (key === "result" && this["type"] === "image_generation_call");
      if (!isData) characters += value.length;
      return undefined;
    },
  );
  return Math.max(0, characters - counted);
}

/** True for data of images, sound and files. A text in such a place is a text. */
function isBinary({
  mimeType,
  media_type: type = mimeType,
  type: form,
}: Readonly<Record<string, unknown>>): boolean {
  return typeof type === "string" && form !== "text" && !/^text\//i.test(type);
}
