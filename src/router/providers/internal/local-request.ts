import {
  type ChatRequest,
  type ModelDefaults,
  type ModelFacts,
  ProviderError,
} from "../../../contracts/index.ts";
import { copyOf } from "../../../plugin/copy-of.ts";
import { routingFields } from "../../../plugin/routing-fields.ts";
import { refuseUnsupported } from "./refuse-unsupported.ts";

interface LocalRequestSettings {
  readonly facts: ModelFacts;
  readonly defaults: ModelDefaults | undefined;
  /** Request parameters that the model reads, besides messages and the output limit. */
  readonly parameters: ReadonlySet<string>;
  readonly strictParameters: boolean;
}

/** A request as a local model gets it. */
export interface LocalRequest {
  readonly request: ChatRequest;
  readonly maxOutputTokens: number | undefined;
  /** Names of the parameters that were left out. */
  readonly dropped: readonly string[];
}

const notParameters: ReadonlySet<string> = new Set([
  ...routingFields,
  "stream",
  "stream_options",
  "messages",
  "max_tokens",
  "max_completion_tokens",
  // Refused, or meaningless where it is not.
  "n",
  "modalities",
  "audio",
  "web_search_options",
]);

/**
 * Returns a request of its own for a user's function: what it changes is not seen by the next model. Holds only the
 * parameters that the model says it reads. Throws `ProviderError` of kind `unsupported`.
 */
export function toLocalRequest(given: ChatRequest, settings: LocalRequestSettings): LocalRequest {
  const { facts, defaults = {}, parameters, strictParameters } = settings;
  refuseUnsupported(given, facts.name);
  refuseParts(given, facts);
  const extra = defaults.extraBody ?? {};
  const asked: Record<string, unknown> = {
    ...(defaults.temperature !== undefined && { temperature: defaults.temperature }),
    ...(defaults.reasoningEffort !== undefined && { reasoning_effort: defaults.reasoningEffort }),
    ...given,
  };
  const kept = new Map<string, unknown>(Object.entries(extra));
  const dropped: string[] = [];
  for (const [name, value] of Object.entries(asked)) {
    if (value === undefined || value === null || notParameters.has(name)) continue;
    if (parameters.has(name)) kept.set(name, value);
    else dropped.push(name);
  }
  if (strictParameters && dropped.length > 0)
    throw unsupported(facts.name, `it does not read ${dropped.join(", ")}, and strictParameters is set`);
  const limit = given.max_completion_tokens ?? given.max_tokens ?? defaults.maxOutputTokens;
  const maxOutputTokens = limit ?? undefined;
  if (maxOutputTokens !== undefined) kept.set("max_completion_tokens", maxOutputTokens);
  const request = copyOf({ ...Object.fromEntries(kept), messages: given.messages });
  return { request, maxOutputTokens, dropped };
}

/** Refuses what a model that reads text alone would leave out: an answer without the picture would be a wrong one. */
function refuseParts({ messages }: ChatRequest, { name, capabilities = {} }: ModelFacts): void {
  const { images, contentTypes } = capabilities;
  if (images === true || contentTypes !== undefined) return;
  for (const [index, { content }] of messages.entries()) {
    if (!Array.isArray(content)) continue;
    const other = content.find(({ type }) => type !== "text" && type !== "refusal");
    if (other !== undefined)
      throw unsupported(name, `it reads text only, and messages[${index}] has a part of another type`);
  }
}

function unsupported(model: string, summary: string): ProviderError {
  return new ProviderError({ kind: "unsupported", model, summary });
}

/** Returns the text of all messages, for a tokenizer. */
export function promptOf({ messages }: ChatRequest): string {
  const texts = messages.flatMap(({ content }) => {
    if (typeof content === "string") return content;
    return Array.isArray(content) ? content.flatMap((part) => (part.type === "text" ? part.text : [])) : [];
  });
  return texts.join("\n");
}
