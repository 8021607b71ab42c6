import { type ChatRequest, type ChatTool, ProviderError } from "../../../../contracts/index.ts";

/**
 * Reading of `tool_choice` by an engine. `word`: "auto", "none" and "required", and all else as "auto", without a word. `nothing`: it is
 * not read at all, not even "none".
 */
export type ToolChoiceReading = "word" | "nothing";

export interface ChosenTools {
  readonly request: ChatRequest;
  /** True if the engine will not force what was asked for. */
  readonly isLost: boolean;
}

/**
 * Says a choice among tools in words that the engine obeys: what may not be called is not offered, and a tool that must be called is
 * offered alone. Throws `ProviderError` for a choice of a tool that the request does not offer.
 */
export function withToolChoice(model: string, request: ChatRequest, reads: ToolChoiceReading): ChosenTools {
  const { tool_choice: choice, tools, ...rest } = request;
  if (choice === undefined || choice === null) return { request, isLost: false };
  const { offered, word, isOne } = narrowed(model, choice, tools ?? []);
  const base: ChatRequest = { ...rest, ...(tools !== undefined && { tools: [...offered] }) };
  if (reads === "word")
    return {
      request: {
        ...base,
        tool_choice: word,
        // A named function is called once, as OpenAI does; "required" alone may call it twice.
        ...(isOne && request.parallel_tool_calls === undefined && { parallel_tool_calls: false }),
      },
      isLost: false,
    };
  if (word !== "none") return { request: base, isLost: word === "required" };
  const { parallel_tool_calls: _, ...without } = rest;
  return { request: without, isLost: false };
}

interface Narrowed {
  readonly offered: readonly ChatTool[];
  readonly word: "auto" | "none" | "required";
  /** True if one tool must be called, and once. */
  readonly isOne?: boolean;
}

function narrowed(
  model: string,
  choice: NonNullable<ChatRequest["tool_choice"]>,
  tools: readonly ChatTool[],
): Narrowed {
  if (typeof choice === "string") return { offered: tools, word: choice };
  const isOne = choice.type !== "allowed_tools";
  const names = new Set(isOne ? [nameOf(choice)] : choice.allowed_tools.tools.map(nameOf));
  const offered = tools.filter((tool) => names.has(nameOf(tool)));
  if (offered.length === 0)
    throw new ProviderError({
      kind: "invalid-request",
      model,
      summary: "tool_choice names a tool that the request does not offer",
    });
  return { offered, word: isOne ? "required" : choice.allowed_tools.mode, isOne };
}

/** Returns the name of a tool, or of what stands for one in a choice. */
function nameOf(tool: object): unknown {
  const { function: given, custom } = tool as { function?: { name?: unknown }; custom?: { name?: unknown } };
  return given?.name ?? custom?.name;
}
