import type { AssistantMessage } from "../../../contracts/chat/messages.ts";
import { isMedia } from "./google-parts.ts";
import { isJsonObject, type JsonObject } from "./google-wire.ts";

/**
 * Returns the parts of an answer that this model wrote, to be sent back as they came. Undefined if the message has none, or
 * if its text or calls were changed since: it then says what the parts do not.
 */
export function ownParts(message: AssistantMessage): readonly JsonObject[] | undefined {
  const { provider_parts: given, content, refusal, tool_calls: calls = [] } = message;
  if (!Array.isArray(given) || !given.every(isJsonObject) || refusal || message.function_call)
    return undefined;
  const parts = given as readonly JsonObject[];
  if (textOf(parts) !== textOfContent(content)) return undefined;
  const called = parts.flatMap(({ functionCall: call }) => (isJsonObject(call) ? [call] : []));
  if (called.length !== calls.length) return undefined;
  const areSame = called.every((call, at) => {
    const said = calls[at];
    return (
      said?.type === "function" &&
      said.id === call["id"] &&
      said.function.name === call["name"] &&
      isSameJson(said.function.arguments, call["args"])
    );
  });
  return areSame ? withMedia(parts, message) : undefined;
}

/** Puts images back, which the message has in a place of its own. Undefined if one is missing. */
function withMedia(
  parts: readonly JsonObject[],
  { images = [] }: AssistantMessage,
): JsonObject[] | undefined {
  let next = 0;
  const whole: JsonObject[] = [];
  for (const part of parts) {
    const { inlineData: media } = part;
    if (!isJsonObject(media) || isMedia(media)) {
      whole.push(part);
      continue;
    }
    // Sound has gone another way and cannot be sent back.
    if (!String(media["mimeType"]).startsWith("image/")) continue;
    const url: unknown = images[next]?.image_url?.url;
    next += 1;
    if (typeof url !== "string" || !url.startsWith("data:")) return undefined;
    whole.push({ ...part, inlineData: { ...media, data: url.slice(url.indexOf(",") + 1) } });
  }
  return whole;
}

function textOf(parts: readonly JsonObject[]): string {
  return parts
    .map(({ text, thought }) => (typeof text === "string" && thought !== true ? text : ""))
    .join("");
}

function textOfContent(content: AssistantMessage["content"]): string | undefined {
  if (content === undefined || content === null) return "";
  if (typeof content === "string") return content;
  return content.every(({ type }) => type === "text")
    ? content.map((part) => (part.type === "text" ? part.text : "")).join("")
    : undefined;
}

function isSameJson(json: string, args: unknown): boolean {
  const written = JSON.stringify(args ?? {});
  if (json === written) return true;
  try {
    return JSON.stringify(JSON.parse(json)) === written;
  } catch {
    return false;
  }
}
