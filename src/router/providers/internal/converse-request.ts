import type { ChatRequest, ModelDefaults } from "../../../contracts/index.ts";
import { isObject } from "../../../plugin/fields-of.ts";
import type { Untranslatable } from "./anthropic-messages.ts";
import { type HistoryTurn, toReasoning } from "./anthropic-reasoning.ts";
import { checkParameters, DEFAULT_MAX_TOKENS, reportIssues, toStopSequences } from "./anthropic-request.ts";
import { toTools } from "./anthropic-tools.ts";
import { toConverseTurns } from "./converse-messages.ts";
import type { ConverseModel } from "./converse-models.ts";
import type { ConverseBlock, ConverseBody, ConverseTool, ConverseTurn } from "./converse-wire.ts";
import { refuseUnsupported } from "./refuse-unsupported.ts";

export interface ConverseSettings {
  /** Our name of the model, for errors. */
  readonly name: string;
  /** See `writerOf`. */
  readonly writer: string;
  readonly model: ConverseModel;
  readonly defaults?: ModelDefaults | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly strictParameters?: boolean | undefined;
  readonly onDropped?: ((parameter: string) => void) | undefined;
}

/**
 * Translates a chat request to the body of Converse. Parameters without a counterpart are reported to `onDropped`, or refused
 * with `strictParameters`; what would change what is asked is always refused (`ProviderError` of kind `unsupported`).
 */
export function toConverseBody(request: ChatRequest, settings: ConverseSettings): ConverseBody {
  const { defaults = {}, model, name, writer } = settings;
  const issues = reportIssues(settings, "Converse");
  refuseUnsupported(request, name);
  checkParameters(request, issues, isUntranslated);

  const { system, turns } = toConverseTurns(request.messages, { issues, writer, model });
  const toolConfig = toToolConfig(request, model, turns, issues);
  const limit = request.max_completion_tokens ?? request.max_tokens ?? defaults.maxOutputTokens;
  const forced = toolConfig?.toolChoice !== undefined && !("auto" in toolConfig.toolChoice);
  const additional = toThinking(request, settings, { limit, forced, turns }, issues);
  const outputConfig = toOutputConfig(request.response_format, issues);
  const serviceTier = toServiceTier(request.service_tier, issues);
  const stopSequences = toStopSequences(request.stop, issues);

  const inferenceConfig = {
    ...(limit !== undefined && { maxTokens: limit }),
    ...toSampling(request, settings, additional, issues),
    ...(stopSequences.length > 0 && { stopSequences }),
  };
  return withExtra(
    {
      messages: turns,
      ...(system.length > 0 && { system }),
      ...(Object.keys(inferenceConfig).length > 0 && { inferenceConfig }),
      ...(toolConfig && { toolConfig }),
      ...(outputConfig && { outputConfig }),
      ...(serviceTier && { serviceTier: { type: serviceTier } }),
      ...(additional && { additionalModelRequestFields: additional }),
    },
    request,
    defaults.extraBody,
  );
}

/** True for parameters that the Messages API has, and Converse does not. */
const isUntranslated = (parameter: string, value: unknown): boolean =>
  (parameter === "parallel_tool_calls" && value === false) ||
  parameter === "user" ||
  parameter === "safety_identifier";

/** Adds fields to a body, those of its objects one by one. The request's own output limit stays. */
function withExtra(
  body: ConverseBody,
  { max_completion_tokens, max_tokens }: ChatRequest,
  extra: ModelDefaults["extraBody"] = {},
): ConverseBody {
  const all: Record<string, unknown> = { ...body };
  for (const [name, value] of Object.entries(extra)) {
    const before = all[name];
    all[name] = isObject(before) && isObject(value) ? { ...before, ...value } : value;
  }
  const limit = max_completion_tokens ?? max_tokens ?? undefined;
  if (limit !== undefined)
    all["inferenceConfig"] = { ...(all["inferenceConfig"] as object), maxTokens: limit };
  return all as unknown as ConverseBody;
}

function toToolConfig(
  request: ChatRequest,
  { takesStrict }: ConverseModel,
  turns: readonly ConverseTurn[],
  issues: Untranslatable,
): ConverseBody["toolConfig"] {
  const { tool_choice: choice } = request;
  const called = calledTools(turns);
  if (choice === "none" || !request.tools?.length) {
    // Tools of earlier calls must be defined, even if none may be called now.
    if (called.length === 0) return undefined;
    if (choice === "none") issues.drop("tool_choice");
  }
  const offered = (toTools(request, issues) ?? []).map(
    ({ name, description, input_schema, strict }): ConverseTool => {
      if (strict && !takesStrict) issues.drop("tools.function.strict");
      return {
        toolSpec: {
          name,
          ...(description && { description }),
          inputSchema: { json: input_schema },
          ...(strict && takesStrict && { strict }),
        },
      };
    },
  );
  const tools = offered.length > 0 ? offered : called;
  const toolChoice = offered.length > 0 ? toToolChoice(choice, issues) : undefined;
  return { tools, ...(toolChoice && { toolChoice }) };
}

function calledTools(turns: readonly ConverseTurn[]): ConverseTool[] {
  const names = new Set<string>();
  for (const { content } of turns)
    for (const { toolUse } of content)
      if (toolUse && toolUse.type !== "server_tool_use") names.add(toolUse.name);
  return [...names].map((name) => ({
    toolSpec: { name, inputSchema: { json: { type: "object", properties: {} } } },
  }));
}

function toToolChoice(choice: ChatRequest["tool_choice"], issues: Untranslatable): object | undefined {
  if (!choice || choice === "auto" || choice === "none") return undefined;
  if (choice === "required") return { any: {} };
  if (choice.type === "function") return { tool: { name: choice.function.name } };
  if (choice.type === "allowed_tools")
    return choice.allowed_tools.mode === "required" ? { any: {} } : undefined;
  return issues.refuse("tool_choice.type", "must be function or allowed_tools");
}

type Additional = Readonly<Record<string, unknown>>;

interface Asked {
  readonly limit: number | undefined;
  readonly forced: boolean;
  readonly turns: readonly ConverseTurn[];
}

/** Efforts that models know which know three. */
const threeEfforts: ReadonlyMap<string, "low" | "medium" | "high"> = new Map([
  ["minimal", "low"],
  ["low", "low"],
  ["medium", "medium"],
  ["high", "high"],
  ["xhigh", "high"],
  ["max", "high"],
]);

/** Returns the fields of the model by which it thinks as much as is asked. */
function toThinking(
  request: ChatRequest,
  settings: ConverseSettings,
  { limit, forced, turns }: Asked,
  issues: Untranslatable,
): Additional | undefined {
  const { defaults = {}, model, maxOutputTokens } = settings;
  const { reasoning } = model;
  const asked = request.reasoning_effort ?? defaults.reasoningEffort ?? undefined;
  if (asked === undefined) return undefined;
  if (reasoning === "claude-effort" || reasoning === "claude-budget") {
    // Without thinking is how they answer by themselves, and some refuse to be told so.
    if (asked === "none") return undefined;
    const { thinking, effort } = toReasoning(
      request,
      { defaults, reasoning: reasoning === "claude-effort" ? "effort" : "budget" },
      { maxTokens: limit ?? maxOutputTokens ?? DEFAULT_MAX_TOKENS, forced, turns: turns.map(asHistory) },
      issues,
    );
    if (thinking === undefined && effort === undefined) return undefined;
    return { ...(thinking && { thinking }), ...(effort && { output_config: { effort } }) };
  }
  const effort = threeEfforts.get(asked);
  if (reasoning === "gpt-oss" && effort !== undefined) return { reasoning_effort: effort };
  if (reasoning === "nova" && (effort !== undefined || asked === "none")) {
    if (effort === undefined) return { reasoningConfig: { type: "disabled" } };
    // With the highest one the model refuses an output limit.
    const isBounded = effort === "high" && limit !== undefined;
    if (isBounded) issues.drop("reasoning_effort");
    return { reasoningConfig: { type: "enabled", maxReasoningEffort: isBounded ? "medium" : effort } };
  }
  if (asked !== "none") issues.drop("reasoning_effort");
  return undefined;
}

function asHistory({ content }: ConverseTurn): HistoryTurn {
  const typeOf = ({ toolResult, reasoningContent }: ConverseBlock) =>
    toolResult ? "tool_result" : reasoningContent ? "thinking" : "text";
  return { content: content.map((block) => ({ type: typeOf(block) })) };
}

function toSampling(
  request: ChatRequest,
  { model, defaults }: ConverseSettings,
  additional: Additional | undefined,
  issues: Untranslatable,
): { temperature?: number; topP?: number } {
  const temperature = request.temperature ?? defaults?.temperature;
  const topP = request.top_p ?? undefined;
  const nova = additional?.["reasoningConfig"] as { readonly maxReasoningEffort?: unknown } | undefined;
  const thinks = additional?.["thinking"] !== undefined || nova?.maxReasoningEffort === "high";
  if (!model.takesSampling || thinks) {
    if (temperature !== undefined) issues.drop("temperature");
    if (topP !== undefined) issues.drop("top_p");
    return {};
  }
  return {
    // The range is [0, 2] in the request and [0, 1] here.
    ...(temperature !== undefined && { temperature: Math.min(temperature, 1) }),
    ...(topP !== undefined && { topP }),
  };
}

function toOutputConfig(format: ChatRequest["response_format"], issues: Untranslatable): object | undefined {
  if (!format || format.type === "text") return undefined;
  if (format.type !== "json_schema") {
    issues.drop("response_format");
    return undefined;
  }
  const { name, description, schema = {} } = format.json_schema;
  const jsonSchema = { schema: JSON.stringify(schema), name, ...(description && { description }) };
  return { textFormat: { type: "json_schema", structure: { jsonSchema } } };
}

function toServiceTier(tier: ChatRequest["service_tier"], issues: Untranslatable): string | undefined {
  if (!tier || tier === "auto") return undefined;
  if (tier === "default" || tier === "flex" || tier === "priority") return tier;
  issues.drop("service_tier");
  return undefined;
}
