import type {
  Completion,
  CompletionMessage,
  CompletionUsage,
  FinishReason,
} from "../../../contracts/index.ts";
import { urlCitations } from "../../../plugin/answer/answer-lists.ts";
import {
  type SignedThinking,
  signed,
  thinkingOfMessage,
  type WrittenThinking,
} from "../../../plugin/signed.ts";
import type { MessageUsage, StopReason } from "./wire.ts";

/** Returns a whole answer as a message. */
export function messageOfCompletion(completion: Completion, model: string): object {
  const [choice] = completion.choices;
  const message = choice?.message;
  const text = message?.content ?? message?.refusal ?? "";
  const calls = message?.tool_calls ?? [];
  const thinking = thinkingOfMessage(message);
  return {
    id: messageId(completion.id),
    type: "message",
    role: "assistant",
    model,
    content: [
      ...(thinking === undefined ? [] : thinkingBlocks(thinking)),
      ...(text === "" ? [] : [{ type: "text", text, ...citationsOf(message?.annotations, text) }]),
      ...calls.map((call) =>
        call.type === "function"
          ? {
              type: "tool_use",
              id: call.id,
              name: call.function.name,
              input: inputOf(call.function.arguments),
            }
          : { type: "tool_use", id: call.id, name: call.custom.name, input: { input: call.custom.input } },
      ),
    ],
    stop_reason: stopReason(choice?.finish_reason ?? "stop"),
    stop_sequence: null,
    usage: messageUsage(completion.usage),
  };
}

/** Returns sources as citations. Their mark says that a server of Anthropic's did not write them, and would refuse them. */
export function citationsOf(
  annotations: CompletionMessage["annotations"] | null,
  text: string,
): { readonly citations?: readonly object[] } {
  const sources = urlCitations(annotations);
  if (sources.length === 0) return {};
  const citations = sources.map(({ url_citation: { start_index, end_index, title, url } }) => ({
    type: "web_search_result_location",
    cited_text: text.slice(start_index, end_index),
    encrypted_index: signed("", ""),
    title,
    url,
  }));
  return { citations };
}

export function messageId(id: string): string {
  return id.startsWith("msg_") ? id : `msg_${id}`;
}

/** Returns thinking with signatures that name its writer. Thinking without a signature is left out. */
export function thinkingBlocks({ blocks, writer }: WrittenThinking): readonly SignedThinking[] {
  return blocks.flatMap((block): SignedThinking[] => {
    const { type, thinking = "", signature, data } = block;
    if (type === "thinking" && signature) return [{ type, thinking, signature: signed(signature, writer) }];
    return type === "redacted_thinking" && data ? [{ type, data: signed(data, writer) }] : [];
  });
}

export function stopReason(reason: FinishReason): StopReason {
  if (reason === "length") return "max_tokens";
  if (reason === "tool_calls" || reason === "function_call") return "tool_use";
  return reason === "content_filter" ? "refusal" : "end_turn";
}

/** Converts the counts: OpenAI includes cached input in the input, Anthropic counts it separately. */
export function messageUsage(usage: CompletionUsage | null | undefined): MessageUsage {
  const { cached_tokens: read = 0, cache_write_tokens: written = 0 } = usage?.prompt_tokens_details ?? {};
  return {
    input_tokens: Math.max(0, (usage?.prompt_tokens ?? 0) - read - written),
    output_tokens: usage?.completion_tokens ?? 0,
    cache_read_input_tokens: read,
    cache_creation_input_tokens: written,
  };
}

/** Parses arguments, which a model may have got wrong: they are then kept as text. */
function inputOf(json: string): object {
  try {
    const value: unknown = JSON.parse(json || "{}");
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Kept as text below.
  }
  return { arguments: json };
}
