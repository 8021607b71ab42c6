import type { ChatRequest } from "../../contracts/index.ts";

/**
 * True if a request offers a tool that the provider itself carries out, for instance a search or a server of others: what
 * its calls have done is done by the time of the answer, and a second model would do it again.
 */
export function hasHostedTools({ tools }: ChatRequest): boolean {
  return (tools ?? []).some(
    ({ type }: { readonly type?: unknown }) => type !== "function" && type !== "custom",
  );
}

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
