import type { ChatMessage } from "../../contracts/index.ts";
import { checkPlainField } from "./check-plain.ts";

/**
 * Counts the characters of `provider_parts` of a message beyond those of its text and calls, which they repeat. Data of images
 * and files are left out: their tokens are not those of their characters.
 */
export function partCharacters(message: ChatMessage, counted: number): number {
  if (message.role !== "assistant" || !Array.isArray(message.provider_parts)) return 0;
  checkPlainField("messages[].provider_parts", message.provider_parts);
  let characters = 0;
  JSON.stringify(message.provider_parts, function (this: { readonly type?: unknown }, key, value: unknown) {
    if (typeof value !== "string") return value;
    const isData = key === "data" || (key === "result" && this.type === "image_generation_call");
    if (!isData) characters += value.length;
    return undefined;
  });
  return Math.max(0, characters - counted);
}
