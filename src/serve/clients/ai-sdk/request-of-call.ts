import type {
  ChatRequest,
  ChatTool,
  ReasoningEffort,
  RouteRequest,
  Routing,
} from "../../../contracts/index.ts";
import { type OptionTable, readOptions } from "../../../plugin/index.ts";
import { routingOptions } from "../../../plugin/routing-fields.ts";
import { chatOfPrompt } from "./chat-of-prompt.ts";
import type { CallSettings, Warning } from "./wire.ts";

/** Options of a call under `providerOptions.switchpoint`: routing fields, and what the AI SDK has no option for. */
export interface RoutingOptions extends Routing {
  readonly reasoningEffort?: ReasoningEffort | undefined;
  readonly parallelToolCalls?: boolean | undefined;
  /** False if the answer need not follow the JSON schema exactly. Default true, as in the AI SDK's OpenAI provider. */
  readonly strictJsonSchema?: boolean | undefined;
}

const efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;

export const callOptions: OptionTable<RoutingOptions, Exclude<keyof RoutingOptions, "strictJsonSchema">> = {
  ...routingOptions,
  reasoningEffort: { is: "choice", of: efforts, optional: true },
  parallelToolCalls: { is: "boolean", optional: true },
  strictJsonSchema: { is: "boolean", default: true },
};

/**
 * Translates the options of a call to a routed request. What it has no field for is named in a warning. Throws
 * `InvalidOptionError` for an option of ours that does not exist: misspelt, a limit would not hold.
 */
export function requestOfCall(
  call: CallSettings,
  pin: string | undefined,
): { readonly request: RouteRequest; readonly warnings: Warning[] } {
  const warnings: Warning[] = [];
  const { switchpoint = {} } = call.providerOptions ?? {};
  const read = readOptions("providerOptions.switchpoint", callOptions, switchpoint as RoutingOptions);
  const { reasoningEffort, parallelToolCalls, strictJsonSchema, ...routing } = read;
  const effort = reasoningEffort ?? efforts.find((one) => one === call.reasoning);
  if (call.topK !== undefined) warnings.push({ type: "unsupported", feature: "topK" });
  const headers = Object.keys(call.headers ?? {}).filter((name) => name.toLowerCase() !== "user-agent");
  if (headers.length > 0)
    warnings.push({
      type: "unsupported",
      feature: "headers",
      details: "a call may go to several providers: give headers to their models",
    });
  const tools = toolsOf(call, warnings);
  const chat: ChatRequest = {
    messages: chatOfPrompt(call.prompt, warnings),
    ...(call.maxOutputTokens !== undefined && { max_completion_tokens: call.maxOutputTokens }),
    ...(call.temperature !== undefined && { temperature: call.temperature }),
    ...(call.topP !== undefined && { top_p: call.topP }),
    ...(call.presencePenalty !== undefined && { presence_penalty: call.presencePenalty }),
    ...(call.frequencyPenalty !== undefined && { frequency_penalty: call.frequencyPenalty }),
    ...(call.seed !== undefined && { seed: call.seed }),
    ...(call.stopSequences !== undefined &&
      call.stopSequences.length > 0 && { stop: [...call.stopSequences] }),
    ...(effort !== undefined && { reasoning_effort: effort }),
    ...(tools.length > 0 && { tools, ...toolChoiceOf(call) }),
    ...(parallelToolCalls !== undefined && tools.length > 0 && { parallel_tool_calls: parallelToolCalls }),
    ...formatOf(call, strictJsonSchema),
  };
  return { request: { ...chat, ...routing, ...(pin !== undefined && { model: pin }) }, warnings };
}

function toolsOf({ tools = [] }: CallSettings, warnings: Warning[]): ChatTool[] {
  return tools.flatMap((tool): ChatTool[] => {
    if (tool.type !== "function") {
      const details = "tools that run at their provider cannot be routed";
      warnings.push({ type: "unsupported", feature: `tool ${tool.id}`, details });
      return [];
    }
    const { name, description, inputSchema, strict } = tool;
    const parameters = inputSchema as Record<string, unknown>;
    return [
      {
        type: "function",
        function: {
          name,
          parameters,
          ...(description !== undefined && { description }),
          ...(strict !== undefined && { strict }),
        },
      },
    ];
  });
}

function toolChoiceOf({ toolChoice }: CallSettings): Pick<ChatRequest, "tool_choice"> {
  if (toolChoice === undefined) return {};
  if (toolChoice.type !== "tool") return { tool_choice: toolChoice.type };
  return { tool_choice: { type: "function", function: { name: toolChoice.toolName } } };
}

function formatOf({ responseFormat }: CallSettings, strict: boolean): Pick<ChatRequest, "response_format"> {
  if (responseFormat?.type !== "json") return {};
  const { schema, name = "answer", description } = responseFormat;
  if (schema === undefined) return { response_format: { type: "json_object" } };
  const json_schema = {
    name,
    schema: schema as Record<string, unknown>,
    strict,
    ...(description !== undefined && { description }),
  };
  return { response_format: { type: "json_schema", json_schema } };
}
