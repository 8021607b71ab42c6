import { type ChatRequest, type ModelDefaults, ProviderError } from "../../../contracts/index.ts";
import { toTurns, type Untranslatable } from "./anthropic-messages.ts";
import { type ReasoningSettings, toReasoning } from "./anthropic-reasoning.ts";
import { toolsOfHistory, toToolChoice, toTools } from "./anthropic-tools.ts";
import type { AnthropicVersion, MessagesBody, Thinking } from "./anthropic-wire.ts";
import { refuseUnsupported } from "./refuse-unsupported.ts";

export interface TranslationSettings extends ReasoningSettings {
  /** The API's name of the model. */
  readonly model: string;
  /** Our name of the model, for errors. */
  readonly name: string;
  /** See `writerOf`. */
  readonly writer: string;
  readonly version: AnthropicVersion;
  readonly maxOutputTokens?: number | undefined;
  readonly strictParameters?: boolean | undefined;
  readonly onDropped?: ((parameter: string) => void) | undefined;
}

/** Default output limit. The API requires a limit in each request; every model it serves accepts this one. */
export const DEFAULT_MAX_TOKENS = 8192;

const translated: ReadonlySet<string> = new Set([
  "messages",
  "max_tokens",
  "max_completion_tokens",
  "temperature",
  "top_p",
  "tools",
  "tool_choice",
  "parallel_tool_calls",
  "stop",
  "user",
  "safety_identifier",
  "service_tier",
  "response_format",
  "reasoning_effort",
  // Used by the adapter itself, or refused below.
  "model",
  "stream",
  "stream_options",
  "n",
  "modalities",
]);

/** Values without effect, which can be left out silently. Maps: a request may hold a field "constructor". */
const neutral: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["logprobs", false],
  ["frequency_penalty", 0],
  ["presence_penalty", 0],
  ["store", false],
]);

/** Parameters that cannot be left out: that would change what is asked, not only how it is answered. */
const refused: ReadonlyMap<string, string> = new Map([
  ["functions", "is not supported: use tools"],
  ["function_call", "is not supported: use tool_choice"],
]);

/**
 * Translates a chat request to the body of a Messages request. Parameters without a counterpart are
 * reported to `onDropped`, or refused with `strictParameters`; `n > 1`, audio, web search, `functions` and
 * content that would be lost are always refused (`ProviderError` of kind `unsupported`).
 */
export function toMessagesBody(request: ChatRequest, settings: TranslationSettings): MessagesBody {
  const { defaults = {} } = settings;
  const issues = reportIssues(settings, "the Messages API");
  refuseUnsupported(request, settings.name);
  checkParameters(request, issues);

  const { system, turns } = toTurns(request.messages, issues, settings.writer);
  const tools = toTools(request, issues) ?? toolsOfHistory(turns);
  const toolChoice = tools && toToolChoice(request, issues);
  const maxTokens =
    request.max_completion_tokens ??
    request.max_tokens ??
    defaults.maxOutputTokens ??
    settings.maxOutputTokens ??
    DEFAULT_MAX_TOKENS;
  const forced = toolChoice?.type === "any" || toolChoice?.type === "tool";
  const { thinking, effort } = toReasoning(request, settings, { maxTokens, forced, turns }, issues);
  const format = toFormat(request.response_format, issues);
  const stops = toStopSequences(request.stop, issues);
  const userId = request.safety_identifier ?? request.user;
  const serviceTier = toServiceTier(request.service_tier, issues);

  return {
    model: settings.model,
    max_tokens: maxTokens,
    messages: turns,
    ...(system !== "" && { system }),
    ...(tools && { tools }),
    ...(toolChoice && { tool_choice: toolChoice }),
    ...(stops.length > 0 && { stop_sequences: stops }),
    ...(userId && { metadata: { user_id: userId } }),
    ...(serviceTier && { service_tier: serviceTier }),
    ...(thinking && { thinking }),
    ...((effort || format) && { output_config: { ...(effort && { effort }), ...(format && { format }) } }),
    ...toSampling(request, settings, thinking, issues),
    ...extraWithin(request, defaults.extraBody, issues),
  };
}

/**
 * Returns the extra body without what contradicts the request's own output limit: another limit, and thinking
 * that would not fit into it, which the API refuses.
 */
export function extraWithin(
  { max_completion_tokens, max_tokens }: ChatRequest,
  extra: ModelDefaults["extraBody"] = {},
  issues: Pick<Untranslatable, "drop">,
): ModelDefaults["extraBody"] {
  const limit = max_completion_tokens ?? max_tokens ?? undefined;
  if (limit === undefined) return extra;
  const { max_tokens: _, ...others } = extra;
  const { thinking, ...rest } = others;
  const budget = (thinking as { readonly budget_tokens?: unknown } | undefined)?.budget_tokens;
  if (!(typeof budget === "number" && budget >= limit)) return others;
  issues.drop("thinking");
  return rest;
}

/** Returns handlers for what cannot be translated for an API. */
export function reportIssues(
  {
    name,
    strictParameters = false,
    onDropped,
  }: Pick<TranslationSettings, "name" | "strictParameters" | "onDropped">,
  api: string,
): Untranslatable {
  const refuse = (field: string, problem: string): never => {
    throw new ProviderError({ kind: "unsupported", model: name, summary: `${field} ${problem}` });
  };
  const reported = new Set<string>();
  const leaveOut = (name: string): void => {
    if (!reported.has(name)) onDropped?.(name);
    reported.add(name);
  };
  return {
    refuse,
    drop: (parameter) => {
      if (strictParameters) refuse(parameter, `has no counterpart in ${api}, and strictParameters is set`);
      leaveOut(parameter);
    },
    leaveOut,
  };
}

/** Reports the parameters of a request that are not translated. `lacks` says which the API lacks besides. */
export function checkParameters(
  request: ChatRequest,
  issues: Untranslatable,
  lacks: (parameter: string, value: unknown) => boolean = () => false,
): void {
  for (const [key, value] of Object.entries(request)) {
    if (value === undefined || value === null || value === neutral.get(key)) continue;
    if (translated.has(key) && !lacks(key, value)) continue;
    const problem = refused.get(key);
    if (problem !== undefined) issues.refuse(key, problem);
    issues.drop(key);
  }
}

function toFormat(
  format: ChatRequest["response_format"],
  issues: Untranslatable,
): NonNullable<MessagesBody["output_config"]>["format"] {
  if (!format || format.type === "text") return undefined;
  if (format.type === "json_schema") return { type: "json_schema", schema: format.json_schema.schema ?? {} };
  issues.drop("response_format");
  return undefined;
}

export function toStopSequences(stop: ChatRequest["stop"], issues: Untranslatable): string[] {
  const all = typeof stop === "string" ? [stop] : (stop ?? []);
  // The API refuses stop sequences without a visible character.
  const sequences = all.filter((sequence) => sequence.trim() !== "");
  if (sequences.length < all.length) issues.drop("stop");
  return sequences;
}

function toServiceTier(
  tier: ChatRequest["service_tier"],
  issues: Untranslatable,
): MessagesBody["service_tier"] {
  if (tier === "auto") return "auto";
  if (tier === "default") return "standard_only";
  if (tier) issues.drop("service_tier");
  return undefined;
}

function toSampling(
  request: ChatRequest,
  { version, defaults }: TranslationSettings,
  thinking: Thinking | undefined,
  issues: Untranslatable,
): Pick<MessagesBody, "temperature" | "top_p"> {
  const temperature = request.temperature ?? defaults?.temperature;
  const topP = request.top_p ?? undefined;
  // Version 2026-10-21 refuses them even at their default values; thinking excludes them in any version.
  const excluded = version !== "2023-06-01" || (thinking !== undefined && thinking.type !== "disabled");
  if (excluded) {
    if (temperature !== undefined) issues.drop("temperature");
    if (topP !== undefined) issues.drop("top_p");
    return {};
  }
  return {
    // The range is [0, 2] in the request and [0, 1] here.
    ...(temperature !== undefined && { temperature: Math.min(temperature, 1) }),
    ...(topP !== undefined && { top_p: topP }),
  };
}
