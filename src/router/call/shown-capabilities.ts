import type { ChatRequest, Completion, NeededCapability } from "../../contracts/index.ts";

type Message = Completion["choices"][number]["message"];

/** Longest answer that is read for what it shows: a schema's answer is rarely longer, and reading takes time. */
const mostCharacters = 16_384;

/**
 * Returns those of the capabilities that an answer leaves no doubt of: a call of a tool, JSON with all fields that the
 * schema requires. An answer in words shows nothing, since a server may leave out what it does not know; nor does one to an
 * image.
 */
export function shownCapabilities(
  unproven: readonly NeededCapability[],
  message: Message | undefined,
  chat: ChatRequest,
): readonly NeededCapability[] {
  return unproven.filter((capability) => {
    if (capability === "tools") return Array.isArray(message?.tool_calls) && message.tool_calls.length > 0;
    return capability === "jsonSchema" && followsSchema(message?.content, chat);
  });
}

function followsSchema(content: unknown, { response_format: format }: ChatRequest): boolean {
  if (typeof content !== "string" || content.length > mostCharacters) return false;
  try {
    const answer: unknown = JSON.parse(content);
    if (typeof answer !== "object" || answer === null) return false;
    const schema = format?.type === "json_schema" ? format.json_schema.schema : undefined;
    const required: unknown = schema?.["required"];
    // Without required fields any JSON would do, which a prompt alone may bring about.
    return (
      Array.isArray(required) && required.length > 0 && required.every((one) => Object.hasOwn(answer, one))
    );
  } catch {
    return false;
  }
}
