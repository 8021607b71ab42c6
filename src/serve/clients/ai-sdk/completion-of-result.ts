import type { Completion, ToolCall } from "../../../contracts/index.ts";
import { incomplete } from "../../../router/providers/internal/inner.ts";
import {
  type AnswerHead,
  callData,
  completionUsage,
  type ForeignPart,
  finishOf,
  headOf,
  thinkingBlock,
} from "./foreign-answer.ts";

/** Translates a whole answer. Throws `ProviderError` (`incomplete`) if it is not a finished one. */
export function completionOfResult(
  result: unknown,
  { name, writer, head }: { readonly name: string; readonly writer: string; readonly head: AnswerHead },
): Completion {
  const { content, finishReason, usage, response } = (result ?? {}) as {
    readonly content?: unknown;
    readonly finishReason?: unknown;
    readonly usage?: unknown;
    readonly response?: unknown;
  };
  const finish = finishOf(finishReason);
  if (!Array.isArray(content) || finish === undefined)
    throw incomplete(name, "the answer is not one of the AI SDK, or did not end");
  let text: string | null = null;
  let reasoning = "";
  const blocks: object[] = [];
  const calls: ToolCall[] = [];
  let hasData = false;
  for (const part of content as readonly ForeignPart[]) {
    const { type, text: said, providerMetadata: data } = part;
    if (type === "text" && typeof said === "string") text = (text ?? "") + said;
    if (type === "reasoning" && typeof said === "string") {
      reasoning += said;
      if (data !== undefined) blocks.push(thinkingBlock(said, data));
    }
    if (type === "tool-call" && part.providerExecuted !== true) {
      const { toolCallId: id, toolName, input } = part;
      if (typeof id !== "string" || typeof toolName !== "string")
        throw incomplete(name, "a tool call has no id or no name");
      const json = typeof input === "string" ? input : JSON.stringify(input ?? {});
      hasData ||= data !== undefined;
      calls.push({
        id,
        type: "function",
        function: { name: toolName, arguments: json },
        ...callData(data),
      });
    }
  }
  const total = completionUsage(usage);
  const message = {
    role: "assistant" as const,
    content: text,
    refusal: null,
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(reasoning !== "" && { reasoning_content: reasoning }),
    ...(blocks.length > 0 && { thinking_blocks: blocks }),
    ...((reasoning !== "" || blocks.length > 0 || hasData) && { written_by: writer }),
  };
  return {
    ...headOf(response, head),
    object: "chat.completion",
    choices: [{ index: 0, message, finish_reason: finish, logprobs: null }],
    ...(total !== undefined && { usage: total }),
  };
}
