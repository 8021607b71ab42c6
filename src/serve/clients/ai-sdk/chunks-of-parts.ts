import type { ChunkDelta, CompletionChunk, FinishReason } from "../../../contracts/index.ts";
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
import type { ProviderData } from "./wire.ts";

/** Tool calls of an answer, and blocks of reasoning that are open, at most: ids come from outside and take memory. */
const mostCalls = 1_024;

interface OpenCall {
  readonly index: number;
  hasInput: boolean;
}

/**
 * Translates the parts of a streamed answer to chunks. Throws the error of an error part as it came, and `ProviderError`
 * (`incomplete`) unless the answer came to its end.
 */
export async function* chunksOfParts(
  parts: AsyncIterable<unknown>,
  {
    name,
    writer,
    head: given,
  }: { readonly name: string; readonly writer: string; readonly head: AnswerHead },
): AsyncGenerator<CompletionChunk> {
  let head = given;
  let isBegun = false;
  let isSigned = false;
  let finish: FinishReason | undefined;
  let usage: CompletionChunk["usage"];
  const calls = new Map<string, OpenCall>();
  /** Text and data of each block of reasoning that is open. */
  const reasoning = new Map<string, { text: string; data: ProviderData | undefined }>();
  const chunk = (delta: ChunkDelta & object, finish_reason: FinishReason | null = null): CompletionChunk => {
    isBegun = true;
    const choices = [{ index: 0, delta, finish_reason, logprobs: null }];
    return { ...head, object: "chat.completion.chunk", choices };
  };
  /** The first piece that only its writer can read names it. */
  const sign = (): object => {
    if (isSigned) return {};
    isSigned = true;
    return { written_by: writer };
  };

  for await (const one of parts) {
    const part = (one ?? {}) as ForeignPart;
    const { type, id, delta, providerMetadata: data } = part;
    if (type === "error") throw part.error;
    // The id of an answer is the same in all chunks: once content has come, it stays.
    if (type === "response-metadata" && !isBegun) head = headOf(part, head);
    if (type === "text-delta" && typeof delta === "string" && delta !== "") yield chunk({ content: delta });
    if (typeof type === "string" && type.startsWith("reasoning-") && typeof id === "string") {
      const open = reasoning.get(id) ?? { text: "", data: undefined };
      open.data = data ?? open.data;
      if (reasoning.size >= mostCalls) throw incomplete(name, "the answer has too many blocks of reasoning");
      reasoning.set(id, open);
      if (type === "reasoning-delta" && typeof delta === "string" && delta !== "") {
        open.text += delta;
        yield chunk({ reasoning_content: delta, ...sign() } as ChunkDelta);
      }
      if (type === "reasoning-end") {
        reasoning.delete(id);
        if (open.data !== undefined) {
          const block = thinkingBlock(open.text, open.data);
          yield chunk({ thinking_blocks: [block], ...sign() } as ChunkDelta);
        }
      }
    }
    if (type === "tool-input-start" && part.providerExecuted !== true && typeof id === "string") {
      const call = begin(id);
      const called = { name: String(part.toolName), arguments: "" };
      yield chunk({ tool_calls: [{ index: call.index, id, type: "function", function: called }] });
    }
    if (type === "tool-input-delta" && typeof id === "string" && typeof delta === "string") {
      const call = calls.get(id);
      if (call !== undefined && delta !== "") {
        call.hasInput = true;
        yield chunk({ tool_calls: [{ index: call.index, function: { arguments: delta } }] });
      }
    }
    if (type === "tool-call" && part.providerExecuted !== true) {
      const { toolCallId, toolName, input } = part;
      if (typeof toolCallId !== "string" || typeof toolName !== "string")
        throw incomplete(name, "a tool call has no id or no name");
      const json = typeof input === "string" ? input : JSON.stringify(input ?? {});
      const known = calls.get(toolCallId);
      const call = known ?? begin(toolCallId);
      const signature = data === undefined ? {} : sign();
      const rest = call.hasInput ? undefined : json;
      call.hasInput = true;
      if (known === undefined) {
        const called = { name: toolName, arguments: json };
        const first = { index: call.index, id: toolCallId, type: "function" as const, function: called };
        yield chunk({ tool_calls: [{ ...first, ...callData(data) }], ...signature });
      } else if (rest !== undefined || data !== undefined) {
        const more = { index: call.index, ...(rest !== undefined && { function: { arguments: rest } }) };
        yield chunk({ tool_calls: [{ ...more, ...callData(data) }], ...signature });
      }
    }
    if (type === "finish") {
      finish = finishOf(part.finishReason);
      usage = completionUsage(part.usage);
    }
  }
  if (finish === undefined) throw incomplete(name, "the stream ended without a finish reason");
  yield chunk({}, finish);
  if (usage !== undefined) yield { ...head, object: "chat.completion.chunk", choices: [], usage };

  function begin(id: string): OpenCall {
    if (calls.size >= mostCalls) throw incomplete(name, "the answer has too many tool calls");
    const call = { index: calls.size, hasInput: false };
    calls.set(id, call);
    return call;
  }
}
