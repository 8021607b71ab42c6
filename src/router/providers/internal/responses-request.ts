import {
  type CallOptions,
  type ChatRequest,
  type ModelDefaults,
  ProviderError,
} from "../../../contracts/index.ts";
import { routingFields } from "../../../plugin/routing-fields.ts";
import { refuseUnsupported } from "./refuse-unsupported.ts";
import { type Item, type Refuse, toInput } from "./responses-input.ts";

export interface ResponsesSettings {
  /** The API's name of the model. */
  readonly model: string;
  /** Our name of the model, for errors. */
  readonly name: string;
  /** See `writerOf`. */
  readonly writer: string;
  readonly defaults: ModelDefaults | undefined;
  readonly strictParameters?: boolean | undefined;
}

/** Fields that are translated below, or belong to the router or the adapter. */
const translated: ReadonlySet<string> = new Set([
  ...routingFields,
  "messages",
  "max_tokens",
  "max_completion_tokens",
  "reasoning_effort",
  "verbosity",
  "response_format",
  "tools",
  "tool_choice",
  "stream",
  "stream_options",
  "n",
  "modalities",
]);

/** Parameters of chat completions that the API does not have. */
const unknown: ReadonlySet<string> = new Set([
  "stop",
  "seed",
  "logit_bias",
  "frequency_penalty",
  "presence_penalty",
  "prediction",
  "store",
  "logprobs",
  "top_logprobs",
]);

/** Fields of the API that lean on what the provider keeps, perhaps for another sender: the key is the same. */
const stateful: ReadonlySet<string> = new Set([
  "previous_response_id",
  "conversation",
  "prompt",
  "background",
]);

/** Fields of the API that are further input, which nothing has counted or looked at. */
const uncounted: ReadonlySet<string> = new Set(["input", "instructions"]);

/**
 * Translates a chat request to the body of a Responses request that keeps nothing at the provider: reasoning comes back
 * encrypted and goes with the next request. Other fields are sent unchanged, also unknown ones, but for those that keep
 * something there (`store`), lean on what is kept, or are input that nothing has counted. Throws `ProviderError` of kind
 * `unsupported`.
 */
export function toResponsesBody(
  request: ChatRequest,
  { model, name, writer, defaults = {}, strictParameters = false }: ResponsesSettings,
  { onDropped }: Pick<CallOptions, "onDropped">,
): Item {
  refuseUnsupported(request, name);
  const refuse: Refuse = (field, problem) => {
    throw new ProviderError({ kind: "unsupported", model: name, summary: `${field} ${problem}` });
  };
  const own: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(request)) {
    if (value === undefined || value === null || translated.has(field)) continue;
    if (field === "functions" || field === "function_call") refuse(field, "is not supported: use tools");
    if (stateful.has(field) && value !== false)
      refuse(field, "refers to what one provider keeps: send all messages");
    if (uncounted.has(field)) refuse(field, "is not of chat completions: use messages");
    if (!unknown.has(field)) own[field] = value;
    else if (value !== 0 && value !== false) {
      if (strictParameters)
        refuse(field, "has no counterpart in the Responses API, and strictParameters is set");
      onDropped?.(field);
    }
  }
  const limit = request.max_completion_tokens ?? request.max_tokens ?? defaults.maxOutputTokens;
  if (typeof limit === "number" && limit < leastLimit) onDropped?.("max_completion_tokens");
  const effort = request.reasoning_effort ?? defaults.reasoningEffort;
  const { extraBody = {} } = defaults;
  const include = extraBody["include"];
  const text = {
    ...(request.response_format && { format: formatOf(request.response_format) }),
    ...(request.verbosity && { verbosity: request.verbosity }),
  };
  return {
    store: false,
    ...(defaults.temperature !== undefined && { temperature: defaults.temperature }),
    ...extraBody,
    ...own,
    model,
    input: toInput(request.messages, { writer, refuse, onDropped }),
    include: [...new Set([encrypted, ...(Array.isArray(include) ? include : [])])],
    ...(limit !== undefined && limit !== null && { max_output_tokens: Math.max(limit, leastLimit) }),
    ...(effort !== undefined &&
      effort !== null && { reasoning: { ...Object(extraBody["reasoning"]), effort } }),
    ...(Object.keys(text).length > 0 && { text: { ...Object(extraBody["text"]), ...text } }),
    ...(request.tools?.length && {
      tools: toolsOf(request.tools),
      ...choiceOf(request.tool_choice),
    }),
  };
}

/** Smallest output limit that the API takes. */
const leastLimit = 16;
const encrypted = "reasoning.encrypted_content";

function toolsOf(tools: NonNullable<ChatRequest["tools"]>): Item[] {
  return tools.map((tool): Item => {
    if (tool.type === "custom") {
      const { name, description, format } = tool.custom;
      return {
        type: "custom",
        name,
        ...(description !== undefined && { description }),
        ...(format !== undefined && {
          format: format.type === "grammar" ? { type: "grammar", ...format.grammar } : format,
        }),
      };
    }
    const { name, description, parameters = {}, strict } = tool.function;
    // Not the API's default, which would make tools strict that are not.
    return {
      type: "function",
      name,
      ...(description !== undefined && { description }),
      parameters,
      strict: strict ?? false,
    };
  });
}

function choiceOf(choice: ChatRequest["tool_choice"]): Item {
  if (choice === undefined || choice === null) return {};
  if (typeof choice === "string") return { tool_choice: choice };
  if (choice.type === "function") return { tool_choice: { type: "function", name: choice.function.name } };
  if (choice.type === "custom") return { tool_choice: { type: "custom", name: choice.custom.name } };
  const { mode, tools } = choice.allowed_tools;
  const named = tools.map(({ type = "function", ...tool }) => ({
    type,
    name: (tool[String(type)] as { name?: unknown } | undefined)?.name,
  }));
  return { tool_choice: { type: "allowed_tools", mode, tools: named } };
}

function formatOf(format: NonNullable<ChatRequest["response_format"]>): Item {
  return format.type === "json_schema"
    ? { ...format.json_schema, type: "json_schema" }
    : { type: format.type };
}
