import type { ChatRequest } from "../../../contracts/index.ts";
import type { Untranslatable } from "./anthropic-messages.ts";
import type { ToolChoice, ToolDefinition, Turn } from "./anthropic-wire.ts";
import { isFunctionTool } from "./function-tool.ts";

export function toTools(request: ChatRequest, issues: Untranslatable): ToolDefinition[] | undefined {
  if (!request.tools?.length) return undefined;
  const tools = request.tools.map((tool, index): ToolDefinition => {
    if (!isFunctionTool(tool)) return issues.refuse(`tools[${index}].type`, "must be function");
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
export function toolsOfHistory(turns: readonly Turn[]): ToolDefinition[] | undefined {
  const names = new Set<string>();
  for (const { content } of turns)
    for (const block of content) if (block.type === "tool_use") names.add(block.name);
  if (names.size === 0) return undefined;
  return [...names].map((name) => ({ name, input_schema: { properties: {}, type: "object" } }));
}

export function toToolChoice(request: ChatRequest, issues: Untranslatable): ToolChoice | undefined {
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
