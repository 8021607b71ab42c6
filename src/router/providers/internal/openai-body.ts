import type { ChatRequest, ModelDefaults } from "../../../contracts/index.ts";
import { routingFields } from "../../../plugin/routing-fields.ts";
import { typedTools } from "./function-tool.ts";
import { type MessageTarget, toOpenAiMessages } from "./openai-messages.ts";

/** Name of the output token limit in a target's requests. */
export type OutputLimitField = "max_completion_tokens" | "max_tokens";

/**
 * Fields that are never passed on: the router's own, in case a caller uses the model directly, and those
 * that the adapter sets.
 */
const withheld: ReadonlySet<string> = new Set([
  ...routingFields,
  "stream",
  "stream_options",
  "max_completion_tokens",
  "max_tokens",
]);

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
  const { max_completion_tokens, max_tokens } = request;
  const limit = max_completion_tokens ?? max_tokens ?? undefined;
  // The request's limit is the only one: a server may obey the larger of two.
  const extra = limit === undefined ? defaults.extraBody : withoutLimits(defaults.extraBody);
  // Field by field: lists of entries and spread objects would take as long as all else of a body.
  const body: Record<string, unknown> = {};
  if (defaults.reasoningEffort !== undefined) body["reasoning_effort"] = defaults.reasoningEffort;
  if (defaults.temperature !== undefined) body["temperature"] = defaults.temperature;
  if (defaults.maxOutputTokens !== undefined) body[outputLimitField] = defaults.maxOutputTokens;
  if (extra !== undefined) for (const field of Object.keys(extra)) define(body, field, extra[field]);
  const asked = request as unknown as Readonly<Record<string, unknown>>;
  for (const field of Object.keys(asked)) {
    const value = asked[field];
    if (value !== undefined && !withheld.has(field)) define(body, field, value);
  }
  if (limit !== undefined) body[outputLimitField] = limit;
  if (target.strict && Array.isArray(request.tools)) body["tools"] = typedTools(request.tools);
  body["messages"] = toOpenAiMessages(request.messages, target);
  return body as unknown as ChatRequest;
}

function define(body: Record<string, unknown>, field: string, value: unknown): void {
  if (field === "__proto__")
    Object.defineProperty(body, field, { value, enumerable: true, configurable: true, writable: true });
  else body[field] = value;
}

function withoutLimits(extra: ModelDefaults["extraBody"] = {}): ModelDefaults["extraBody"] {
  const { max_tokens: _, max_completion_tokens: __, ...others } = extra;
  return others;
}
