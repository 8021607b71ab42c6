import { type ChatRequest, type ModelDefaults, ProviderError } from "../../../contracts/index.ts";
import { refuseUnsupported } from "../../../router/providers/internal/inner.ts";
import { type PromptTarget, promptOfChat } from "./prompt-of-chat.ts";
import type { CallSettings, FunctionTool, JsonFields, ToolChoice } from "./wire.ts";

export interface CallTarget extends PromptTarget {
  /** Version of the model's specification. */
  readonly version: "v2" | "v3" | "v4";
  /** Key of the provider in `providerOptions`. */
  readonly key: string;
  readonly defaults?: ModelDefaults | undefined;
  readonly strictParameters?: boolean | undefined;
}

const translated: ReadonlySet<string> = new Set([
  "messages",
  "max_tokens",
  "max_completion_tokens",
  "temperature",
  "top_p",
  "presence_penalty",
  "frequency_penalty",
  "seed",
  "stop",
  "tools",
  "tool_choice",
  "response_format",
  "reasoning_effort",
  "n",
  "modalities",
]);

/** Values without effect, which can be left out silently. */
const neutral: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["logprobs", false],
  ["store", false],
]);

/** Name of the effort of reasoning in the options of providers, where the specification has none. */
const effortNames: ReadonlyMap<string, string> = new Map([
  ["openai", "reasoningEffort"],
  ["azure", "reasoningEffort"],
  ["xai", "reasoningEffort"],
  ["groq", "reasoningEffort"],
  ["anthropic", "effort"],
]);

/**
 * Translates a chat request to the options of a call. Parameters without a counterpart are reported to `onDropped`, or
 * refused with `strictParameters` (`ProviderError` of kind `unsupported`).
 */
export function callOfRequest(
  request: ChatRequest,
  target: CallTarget,
  abortSignal: AbortSignal,
  onDropped: ((parameter: string) => void) | undefined,
): CallSettings {
  refuseUnsupported(request, target.name);
  const refuse = (field: string): never => {
    const summary = `${field} is not in the specification of the AI SDK`;
    throw new ProviderError({ kind: "unsupported", model: target.name, summary });
  };
  for (const field of ["functions", "function_call"]) if (isSet(request, field)) refuse(field);
  const drop = (field: string): void => {
    if (target.strictParameters === true) refuse(field);
    onDropped?.(field);
  };
  for (const [field, value] of Object.entries(request))
    if (!translated.has(field) && isSet(request, field) && neutral.get(field) !== value) drop(field);

  const { defaults = {} } = target;
  const own: JsonFields = { ...(defaults.extraBody as JsonFields | undefined) };
  const effort = request.reasoning_effort ?? defaults.reasoningEffort;
  const effortName = effortNames.get(target.key);
  if (effort && target.version !== "v4") {
    if (effortName === undefined) drop("reasoning_effort");
    else own[effortName] = effort;
  }
  const limit = request.max_completion_tokens ?? request.max_tokens ?? defaults.maxOutputTokens;
  const { top_p: topP, presence_penalty: presencePenalty, frequency_penalty: frequencyPenalty } = request;
  const { seed, stop, temperature = defaults.temperature } = request;
  const tools = toolsOf(request, refuse);
  return {
    prompt: promptOfChat(request.messages, target),
    abortSignal,
    ...defined({ maxOutputTokens: limit, temperature, topP, presencePenalty, frequencyPenalty, seed }),
    ...(stop && stop.length > 0 && { stopSequences: typeof stop === "string" ? [stop] : stop }),
    ...formatOf(request),
    ...(tools.length > 0 && { tools, ...toolChoiceOf(request, refuse) }),
    ...(effort && target.version === "v4" && { reasoning: effort }),
    ...(Object.keys(own).length > 0 && { providerOptions: { [target.key]: own } }),
  };
}

function isSet(request: ChatRequest, field: string): boolean {
  const value = (request as Readonly<Record<string, unknown>>)[field];
  return value !== undefined && value !== null;
}

function defined(fields: Readonly<Record<string, unknown>>): Partial<CallSettings> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  );
}

function toolsOf({ tools = [] }: ChatRequest, refuse: (field: string) => never): FunctionTool[] {
  return tools.map((tool): FunctionTool => {
    if (tool.type !== "function") return refuse("tools of type custom");
    const { name, description, parameters, strict } = tool.function;
    return {
      type: "function",
      name,
      inputSchema: parameters ?? { type: "object", properties: {} },
      ...(description !== undefined && { description }),
      ...(typeof strict === "boolean" && { strict }),
    };
  });
}

function toolChoiceOf(
  { tool_choice: choice }: ChatRequest,
  refuse: (field: string) => never,
): { readonly toolChoice?: ToolChoice } {
  if (choice === undefined || choice === null) return {};
  if (typeof choice === "string") return { toolChoice: { type: choice } };
  if (choice.type === "function") return { toolChoice: { type: "tool", toolName: choice.function.name } };
  return refuse(`tool_choice of type ${choice.type}`);
}

function formatOf({ response_format: format }: ChatRequest): Pick<CallSettings, "responseFormat"> {
  if (format?.type === "json_object") return { responseFormat: { type: "json" } };
  if (format?.type !== "json_schema") return {};
  const { schema, name, description } = format.json_schema;
  return {
    responseFormat: {
      type: "json",
      name,
      ...(schema !== undefined && { schema }),
      ...(description !== undefined && { description }),
    },
  };
}
