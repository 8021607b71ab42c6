import type { ChatRequest, ModelDefaults, Routing } from "../../contracts/index.ts";
import { type MessageTarget, toOpenAiMessages } from "./openai-messages.ts";

/** The name by which a target knows the limit on output tokens. */
export type OutputLimitField = "max_completion_tokens" | "max_tokens";

const routingFields = [
  "session",
  "tenant",
  "labels",
  "category",
  "language",
  "constraints",
  "maxCostUsd",
  "deadlineMs",
  "model",
  "fallback",
] as const satisfies readonly (keyof Routing)[];

/** The router's own, should a caller ask a model directly with them, and what the adapter decides. */
const withheld: ReadonlySet<string> = new Set([...routingFields, "stream", "stream_options"]);

/**
 * The request as it is sent: every field that it sets, known here or not, since servers have fields
 * of their own; else the defaults; and the output limit under the name that the target knows.
 */
export function openaiBody(
  request: ChatRequest,
  defaults: ModelDefaults,
  outputLimitField: OutputLimitField,
  target: MessageTarget,
): ChatRequest {
  const { max_completion_tokens, max_tokens, ...rest } = request;
  const asked = Object.entries(rest).filter(([field, value]) => value !== undefined && !withheld.has(field));
  const limit = max_completion_tokens ?? max_tokens;
  return {
    ...(defaults.reasoningEffort !== undefined && { reasoning_effort: defaults.reasoningEffort }),
    ...(defaults.temperature !== undefined && { temperature: defaults.temperature }),
    ...(defaults.maxOutputTokens !== undefined && { [outputLimitField]: defaults.maxOutputTokens }),
    ...defaults.extraBody,
    ...Object.fromEntries(asked),
    ...(limit !== undefined && limit !== null && { [outputLimitField]: limit }),
    messages: toOpenAiMessages(request.messages, target),
  };
}
