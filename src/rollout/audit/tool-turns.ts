import type { ChatRequest } from "../../contracts/index.ts";

/**
 * True if no tool was used yet in the conversation. Later turns hold what the tools of one model returned: another
 * model would have called others, and its answer to these says little.
 */
export function isFirstTurn({ messages }: ChatRequest): boolean {
  return !messages.some(
    (message) =>
      message.role === "tool" ||
      message.role === "function" ||
      (message.role === "assistant" && (hasCalls(message.tool_calls) || message.function_call != null)),
  );
}

function hasCalls(calls: readonly unknown[] | null | undefined): boolean {
  return Array.isArray(calls) && calls.length > 0;
}
