import type { ChatMessage, ChatRequest } from "../../../contracts/index.ts";
import { type Fields, fieldsOf, wrong } from "../fields.ts";
import { leftOut, translatedFields } from "../left-out.ts";
import { type NativeParts, nativeParts, shownType } from "../native-only.ts";
import { clientCalls } from "./client-calls.ts";
import { type ClientTools, clientTools } from "./client-tools.ts";
import { messagesOf } from "./messages-of-input.ts";

/** Fields that lean on what the provider keeps. Only the provider that keeps it could answer. */
const stateful = ["previous_response_id", "conversation", "prompt"] as const;

/** Fields that a chat request has as they are. */
const sameFields = [
  "temperature",
  "top_p",
  "top_logprobs",
  "parallel_tool_calls",
  "metadata",
  "prompt_cache_key",
  "prompt_cache_retention",
  "service_tier",
  "safety_identifier",
  "user",
] as const;

/** Fields that are translated, and those that say what is kept of an answer, which is nothing. */
const translated = translatedFields(
  ...sameFields,
  "instructions",
  "input",
  "max_output_tokens",
  "tools",
  "tool_choice",
  "reasoning",
  "text",
  "store",
  "background",
  "include",
);

/** A Responses request as a chat request. */
export interface TranslatedResponse {
  readonly chat: ChatRequest;
  /** Parts that a chat request cannot say, so that only models that speak Responses may have it. */
  readonly native: NativeParts;
  /** The way back for calls of its tools. */
  readonly tools: ClientTools;
}

/**
 * Translates the body of a Responses request to a chat request. What no chat request can say is noted. Throws `HttpError` for
 * what cannot be read, and for what refers to the state of a provider, naming the field: it would be input that no
 * constraint has seen and no budget has counted, perhaps of another sender, since the key is the same. `agent`: the coding agent
 * that sends it, whose optional tools are left out.
 */
export function chatOfResponse(body: Fields, agent?: string | undefined): TranslatedResponse {
  for (const field of stateful)
    if (body[field] !== undefined && body[field] !== null)
      throw wrong(field, "refers to what one provider keeps: send the whole input, as with store: false");
  if ((body["background"] ?? false) !== false)
    throw wrong("background", "is not supported: an answer is not kept");
  const { instructions, input, max_output_tokens: limit, tool_choice: choice, top_logprobs: top } = body;
  const texts = fieldsOf(body["text"]);
  const { effort } = fieldsOf(body["reasoning"]);
  const native = nativeParts();
  const tools = clientTools(body, native, agent);
  const chat: Record<string, unknown> = {
    messages: [...instructionsOf(instructions), ...messagesOf(input, native, tools)],
  };
  for (const field of sameFields)
    if (body[field] !== undefined && body[field] !== null) chat[field] = body[field];
  if (top !== undefined && top !== null) chat["logprobs"] = true;
  if (limit !== undefined && limit !== null) chat["max_completion_tokens"] = limit;
  if (effort !== undefined && effort !== null) chat["reasoning_effort"] = effort;
  if (texts["verbosity"] !== undefined && texts["verbosity"] !== null) chat["verbosity"] = texts["verbosity"];
  if (tools.offered.length > 0) {
    chat["tools"] = tools.offered;
    if (choice !== undefined && choice !== null) Object.assign(chat, toolChoiceOf(choice, native, tools));
  }
  native.leaveOut(leftOut(body, translated));
  return { chat: { ...chat, ...formatOf(texts["format"]) } as ChatRequest, native, tools };
}

function instructionsOf(instructions: unknown): ChatMessage[] {
  if (instructions === undefined || instructions === null) return [];
  if (typeof instructions !== "string") throw wrong("instructions", "must be a text");
  return [{ role: "system", content: instructions }];
}

function toolChoiceOf(
  choice: unknown,
  native: NativeParts,
  tools: ClientTools,
): Pick<ChatRequest, "tool_choice"> {
  if (typeof choice === "string") return { tool_choice: choice as "auto" };
  const { type, mode, tools: given } = fieldsOf(choice);
  const named = (one: Fields) => {
    const isOwn = Object.hasOwn(clientCalls, String(one["type"]));
    const kind = isOwn ? "function" : String(one["type"]);
    return { type: kind, [kind]: { name: tools.nameOf(one) } };
  };
  if (type === "allowed_tools" && Array.isArray(given)) {
    const allowed = { mode, tools: given.map(fieldsOf).map(named) };
    return { tool_choice: { type, allowed_tools: allowed } as unknown as "auto" };
  }
  if (typeof type !== "string")
    throw wrong("tool_choice", "must be auto, none, required, or an object with a type");
  if (type === "function" || type === "custom" || tools.nameOf({ type }) !== undefined)
    return { tool_choice: named(fieldsOf(choice)) as unknown as "auto" };
  native.add("tool_choice", `is of the type ${shownType(type)}, which other models do not know`);
  return {};
}

function formatOf(format: unknown): Pick<ChatRequest, "response_format"> {
  const { type, name = "answer", schema, strict, description } = fieldsOf(format);
  if (type === "json_object") return { response_format: { type } };
  if (type !== "json_schema") return {};
  const json_schema = {
    name,
    schema,
    ...(strict !== undefined && { strict }),
    ...(description !== undefined && { description }),
  };
  return { response_format: { type, json_schema } } as Pick<ChatRequest, "response_format">;
}
