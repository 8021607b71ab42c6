import type { ChatRequest, ModelDefaults } from "../../contracts/index.ts";
import { routingFields } from "../../plugin/routing-fields.ts";
import { type MessageTarget, toOpenAiMessages } from "./openai-messages.ts";

/** Name of the output token limit in a target's requests. */
export type OutputLimitField = "max_completion_tokens" | "max_tokens";

/**
 * Fields that are never passed on: the router's own, in case a caller uses the model directly, and those
 * that the adapter sets.
 */
const withheld: ReadonlySet<string> = new Set([...routingFields, "stream", "stream_options"]);

/**
 * Builds the body that is sent: every field of the request, also unknown ones, because servers have their
 * own; the defaults for the rest; and the output limit under the target's name for it.
 */
export function openaiBody(
  request: ChatRequest,
  defaults: ModelDefaults,
  outputLimitField: OutputLimitField,
  target: MessageTarget,
): ChatRequest {
  const { max_completion_tokens, max_tokens, ...rest } = request;
  const asked = Object.entries(rest).filter(([field, value]) => value !== undefined && !withheld.has(field));
  const limit = max_completion_tokens ?? max_tokens ?? undefined;
  // The request's limit is the only one: a server may obey the larger of two.
  const extra = limit === undefined ? defaults.extraBody : withoutLimits(defaults.extraBody);
  return {
    ...(defaults.reasoningEffort !== undefined && { reasoning_effort: defaults.reasoningEffort }),
    ...(defaults.temperature !== undefined && { temperature: defaults.temperature }),
    ...(defaults.maxOutputTokens !== undefined && { [outputLimitField]: defaults.maxOutputTokens }),
    ...extra,
    ...Object.fromEntries(asked),
    ...(limit !== undefined && { [outputLimitField]: limit }),
    messages: toOpenAiMessages(request.messages, target),
  };
}

function withoutLimits(extra: ModelDefaults["extraBody"] = {}): ModelDefaults["extraBody"] {
  const { max_tokens: _, max_completion_tokens: __, ...others } = extra;
  return others;
}
