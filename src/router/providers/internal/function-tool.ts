import type { ChatTool, FunctionTool } from "../../../contracts/index.ts";

/** True for a function. Mistral's clients leave the type out (recorded 2025-10). */
export function isFunctionTool(tool: ChatTool): tool is FunctionTool {
  const { type, function: given } = tool as Partial<FunctionTool>;
  return type === "function" || (type === undefined && typeof given === "object" && given !== null);
}

/** Returns the tools with the type of each. The same list where all have one. */
export function typedTools(tools: readonly ChatTool[]): readonly ChatTool[] {
  const lacks = ({ type }: { readonly type?: unknown }) => type === undefined;
  if (!tools.some(lacks)) return tools;
  return tools.map((tool) =>
    lacks(tool) && isFunctionTool(tool) ? { ...tool, type: "function" as const } : tool,
  );
}
