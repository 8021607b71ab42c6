import type { CompletionMessage } from "../../../contracts/index.ts";
import type { JsonFields, ProviderData } from "./wire.ts";

/**
 * Data of a message that its writer alone can read: signatures, thinking blocks, fields of its provider. It travels in
 * the place that the AI SDK keeps for data of providers, with each part, under our name, and comes back with the next
 * prompt. Data of other providers there is not for our models and is never read.
 */
export interface WriterData {
  readonly writtenBy?: string;
  /** A block of thinking, whole. */
  readonly thinking?: JsonFields;
  /** Name of the message's field that the reasoning's text is in. */
  readonly field?: string;
  /** Fields of the message beyond those of OpenAI. */
  readonly message?: JsonFields;
  /** Fields of the tool call beyond those of OpenAI. */
  readonly call?: JsonFields;
}

/** Returns the data that a part came with; undefined for parts of others. */
export function writerDataOf(
  data: ProviderData | undefined,
): (WriterData & { writtenBy: string }) | undefined {
  const own = data !== undefined && Object.hasOwn(data, "switchpoint") ? data["switchpoint"] : undefined;
  return typeof own?.["writtenBy"] === "string"
    ? (own as unknown as WriterData & { writtenBy: string })
    : undefined;
}

/** Returns data for a part, as `providerMetadata`; nothing if the writer is not known. */
export function withData(
  writer: string | undefined,
  data: WriterData,
): { readonly providerMetadata?: ProviderData } {
  if (writer === undefined) return {};
  return { providerMetadata: { switchpoint: { writtenBy: writer, ...data } as JsonFields } };
}

const messageFields: ReadonlySet<string> = new Set([
  "role",
  "content",
  "refusal",
  "name",
  "audio",
  "annotations",
  "tool_calls",
  "function_call",
  "written_by",
  "thinking_blocks",
  "reasoning_content",
  "reasoning",
]);
const callFields: ReadonlySet<string> = new Set(["id", "type", "function", "custom", "index"]);

/** Fields that carry the text of reasoning, the most usual first. */
export const reasoningFields = ["reasoning_content", "reasoning"] as const;

/** Returns the fields of a message that only its writer reads and no part shows; undefined if there is none. */
export function messageExtras(message: object): JsonFields | undefined {
  return others(message, messageFields);
}

/** Returns the same of a tool call. */
export function callExtras(call: object): JsonFields | undefined {
  return others(call, callFields);
}

function others(value: object, known: ReadonlySet<string>): JsonFields | undefined {
  const found = Object.entries(value).filter(
    ([key, one]) => !known.has(key) && key !== "__proto__" && one !== null && one !== undefined,
  );
  return found.length === 0 ? undefined : (Object.fromEntries(found) as JsonFields);
}

/** Returns the text of reasoning in a message or delta, and the field that it is in. */
export function reasoningIn(
  message: Partial<CompletionMessage> | object,
): { readonly field: string; readonly text: string } | undefined {
  for (const field of reasoningFields) {
    const text = (message as Readonly<Record<string, unknown>>)[field];
    if (typeof text === "string" && text !== "") return { field, text };
  }
  return undefined;
}
