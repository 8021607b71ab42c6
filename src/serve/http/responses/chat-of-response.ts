import type { ChatMessage, ChatRequest, ChatTool } from "../../../contracts/index.ts";
import { type Fields, fieldsOf, wrong } from "../fields.ts";
import { leftOut, translatedFields } from "../left-out.ts";
import { type NativeParts, nativeParts, shownType } from "../native-only.ts";
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
}

/**
 * Translates the body of a Responses request to a chat request. What no chat request can say is noted. Throws `HttpError` for
 * what cannot be read, and for what refers to the state of a provider, naming the field: it would be input that no
 * constraint has seen and no budget has counted, perhaps of another sender, since the key is the same.
 */
export function chatOfResponse(body: Fields): TranslatedResponse {
  for (const field of stateful)
    if (body[field] !== undefined && body[field] !== null)
      throw wrong(field, "refers to what one provider keeps: send the whole input, as with store: false");
  if ((body["background"] ?? false) !== false)
    throw wrong("background", "is not supported: an answer is not kept");
  const {
    instructions,
    input,
    max_output_tokens: limit,
    tools,
    tool_choice: choice,
    top_logprobs: top,
  } = body;
  const texts = fieldsOf(body["text"]);
  const { effort } = fieldsOf(body["reasoning"]);
  const native = nativeParts();
  const offered = toolsOf(tools, native);
  const chat: Record<string, unknown> = {
    messages: [...instructionsOf(instructions), ...messagesOf(input, native)],
  };
  for (const field of sameFields)
    if (body[field] !== undefined && body[field] !== null) chat[field] = body[field];
  if (top !== undefined && top !== null) chat["logprobs"] = true;
  if (limit !== undefined && limit !== null) chat["max_completion_tokens"] = limit;
  if (effort !== undefined && effort !== null) chat["reasoning_effort"] = effort;
  if (texts["verbosity"] !== undefined && texts["verbosity"] !== null) chat["verbosity"] = texts["verbosity"];
  if (offered.length > 0) {
    chat["tools"] = offered;
    if (choice !== undefined && choice !== null) Object.assign(chat, toolChoiceOf(choice, native));
  }
  native.leftOut = leftOut(body, translated);
  return { chat: { ...chat, ...formatOf(texts["format"]) } as ChatRequest, native };
}

function instructionsOf(instructions: unknown): ChatMessage[] {
  if (instructions === undefined || instructions === null) return [];
  if (typeof instructions !== "string") throw wrong("instructions", "must be a text");
  return [{ role: "system", content: instructions }];
}

/** Tools of other types than these have calls and results of their own, which other models do not know. */
function toolsOf(tools: unknown, native: NativeParts): ChatTool[] {
  if (tools === undefined || tools === null) return [];
  if (!Array.isArray(tools)) throw wrong("tools", "must be an array");
  return tools.map((given, at): ChatTool => {
    const { type, name, description, parameters, strict, format } = fieldsOf(given);
    if (typeof type !== "string") throw wrong(`tools[${at}].type`, "must be a text");
    if (type !== "function" && type !== "custom") {
      const where = ranByClient.has(type) ? "other models do not know" : "runs at the provider";
      native.add(`tools[${at}]`, `is of the type ${shownType(type)}, which ${where}`);
      // It counts among the tools of the request, and goes to no model in this form.
      return { type: "function", function: { name: shownType(type), description: JSON.stringify(given) } };
    }
    if (typeof name !== "string") throw wrong(`tools[${at}].name`, "must be a text");
    const said = typeof description === "string" ? { description } : {};
    if (type === "custom") return { type, custom: { name, ...said, ...customFormat(format) } };
    const schema =
      typeof parameters === "object" && parameters !== null
        ? { parameters: parameters as Record<string, unknown> }
        : {};
    return { type, function: { name, ...said, ...schema, ...(typeof strict === "boolean" && { strict }) } };
  });
}

/** Tools that the client runs, by a protocol of their own. */
const ranByClient: ReadonlySet<string> = new Set([
  "local_shell",
  "shell",
  "apply_patch",
  "computer",
  "computer_use_preview",
  "namespace",
  "tool_search",
]);

/** The grammar of a custom tool is flat here, and nested in a chat request. */
function customFormat(format: unknown): object {
  const { type, syntax, definition } = fieldsOf(format);
  if (type === "grammar") return { format: { type, grammar: { syntax, definition } } };
  return type === "text" ? { format: { type } } : {};
}

function toolChoiceOf(choice: unknown, native: NativeParts): Pick<ChatRequest, "tool_choice"> {
  if (typeof choice === "string") return { tool_choice: choice as "auto" };
  const { type, name, mode, tools } = fieldsOf(choice);
  const named = (one: Fields) => ({ type: one["type"], [String(one["type"])]: { name: one["name"] } });
  if (type === "function" || type === "custom")
    return { tool_choice: named({ type, name }) as unknown as "auto" };
  if (type === "allowed_tools" && Array.isArray(tools)) {
    const allowed = { mode, tools: tools.map(fieldsOf).map(named) };
    return { tool_choice: { type, allowed_tools: allowed } as unknown as "auto" };
  }
  if (typeof type !== "string")
    throw wrong("tool_choice", "must be auto, none, required, or an object with a type");
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
