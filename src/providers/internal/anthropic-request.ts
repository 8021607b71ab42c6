import { type ChatRequest, type ModelDefaults, ProviderError } from "../../contracts/index.ts";
import { toTurns, type Untranslatable } from "./anthropic-messages.ts";
import type {
  AnthropicVersion,
  Effort,
  MessagesBody,
  Thinking,
  ToolChoice,
  ToolDefinition,
  Turn,
} from "./anthropic-wire.ts";
import { refuseUnsupported } from "./refuse-unsupported.ts";

/**
 * Form in which reasoning is requested. `effort`: adaptive thinking with `output_config.effort`. `budget`:
 * a number of thinking tokens, the only form before the 4.6 generation.
 */
export type AnthropicReasoning = "effort" | "budget";

export interface TranslationSettings {
  /** The API's name of the model. */
  readonly model: string;
  /** Our name of the model, for errors. */
  readonly name: string;
  /** See `writerOf`. */
  readonly writer: string;
  readonly version: AnthropicVersion;
  readonly reasoning: AnthropicReasoning;
  readonly defaults?: ModelDefaults | undefined;
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
  const issues = reportIssues(settings);
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

function reportIssues({ name, strictParameters = false, onDropped }: TranslationSettings): Untranslatable {
  const refuse = (field: string, problem: string): never => {
    throw new ProviderError({ kind: "unsupported", model: name, summary: `${field} ${problem}` });
  };
  const reported = new Set<string>();
  return {
    refuse,
    drop: (parameter) => {
      if (strictParameters)
        refuse(parameter, "has no counterpart in the Messages API, and strictParameters is set");
      if (!reported.has(parameter)) onDropped?.(parameter);
      reported.add(parameter);
    },
  };
}

function checkParameters(request: ChatRequest, issues: Untranslatable): void {
  for (const [key, value] of Object.entries(request)) {
    if (value === undefined || value === null || value === neutral.get(key) || translated.has(key)) continue;
    const problem = refused.get(key);
    if (problem !== undefined) issues.refuse(key, problem);
    issues.drop(key);
  }
}

function toTools(request: ChatRequest, issues: Untranslatable): ToolDefinition[] | undefined {
  if (!request.tools?.length) return undefined;
  const tools = request.tools.map((tool, index): ToolDefinition => {
    if (tool.type !== "function") return issues.refuse(`tools[${index}].type`, "must be function");
    const { name, description, parameters, strict } = tool.function;
    return {
      name,
      ...(description !== undefined && { description }),
      input_schema: { properties: {}, ...parameters, type: "object" },
      ...(strict && { strict }),
    };
  });
  const choice = request.tool_choice;
  if (!choice || typeof choice !== "object" || choice.type !== "allowed_tools") return tools;
  const allowed = new Set(
    choice.allowed_tools.tools.map((tool) => (tool["function"] as { name?: unknown })?.name),
  );
  return tools.filter((tool) => allowed.has(tool.name));
}

/** Defines the tools of earlier calls: the API requires that, even if no tool may be called now. */
function toolsOfHistory(turns: readonly Turn[]): ToolDefinition[] | undefined {
  const names = new Set<string>();
  for (const { content } of turns)
    for (const block of content) if (block.type === "tool_use") names.add(block.name);
  if (names.size === 0) return undefined;
  return [...names].map((name) => ({ name, input_schema: { properties: {}, type: "object" } }));
}

function toToolChoice(request: ChatRequest, issues: Untranslatable): ToolChoice | undefined {
  const { tools, tool_choice: choice, parallel_tool_calls: parallel } = request;
  if (!tools?.length || choice === "none") return { type: "none" };
  const single = parallel === false && { disable_parallel_tool_use: true };
  if (!choice || choice === "auto") return single ? { type: "auto", ...single } : undefined;
  if (choice === "required") return { type: "any", ...single };
  if (choice.type === "function") return { type: "tool", name: choice.function.name, ...single };
  if (choice.type === "allowed_tools")
    return { type: choice.allowed_tools.mode === "required" ? "any" : "auto", ...single };
  return issues.refuse("tool_choice.type", "must be function or allowed_tools");
}

const efforts: ReadonlyMap<string, Effort> = new Map<string, Effort>([
  ["minimal", "low"],
  ["low", "low"],
  ["medium", "medium"],
  ["high", "high"],
  ["xhigh", "xhigh"],
  ["max", "max"],
]);

/** The part of the output limit that may go into thinking, by effort. */
const budgetShares: Readonly<Record<Effort, number>> = {
  low: 0.2,
  medium: 0.5,
  high: 0.8,
  xhigh: 0.9,
  max: 0.95,
};
export const MIN_BUDGET_TOKENS = 1024;

/** The part of a turn that says whether thinking precedes. */
export interface HistoryTurn {
  readonly content: readonly { readonly type?: unknown }[];
}

/** Returns thinking and effort of a request, or of the defaults, in the form that the model knows. */
export function toReasoning(
  request: Pick<ChatRequest, "reasoning_effort">,
  { defaults, reasoning }: Pick<TranslationSettings, "defaults" | "reasoning">,
  body: { readonly maxTokens: number; readonly forced: boolean; readonly turns: readonly HistoryTurn[] },
  issues: Pick<Untranslatable, "drop">,
): { readonly thinking?: Thinking; readonly effort?: Effort } {
  const asked = request.reasoning_effort ?? defaults?.reasoningEffort ?? undefined;
  if (asked === undefined) return {};
  if (asked === "none") return { thinking: { type: "disabled" } };
  const effort = efforts.get(asked);
  // The API refuses thinking if a tool call is forced.
  if (effort !== undefined && reasoning === "effort")
    return body.forced ? { effort } : { effort, thinking: { type: "adaptive" } };
  if (
    effort === undefined ||
    body.forced ||
    body.maxTokens <= MIN_BUDGET_TOKENS ||
    continuesUnthought(body.turns)
  ) {
    issues.drop("reasoning_effort");
    return {};
  }
  const budget = Math.max(MIN_BUDGET_TOKENS, Math.floor(body.maxTokens * budgetShares[effort]));
  return { thinking: { type: "enabled", budget_tokens: budget } };
}

/**
 * True if the request continues a tool loop of another model: the thinking that the API expects before the
 * call is then missing.
 */
export function continuesUnthought(turns: readonly HistoryTurn[]): boolean {
  if (!turns.at(-1)?.content.some((block) => block.type === "tool_result")) return false;
  const first = turns.at(-2)?.content[0];
  return first?.type !== "thinking" && first?.type !== "redacted_thinking";
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

function toStopSequences(stop: ChatRequest["stop"], issues: Untranslatable): string[] {
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
