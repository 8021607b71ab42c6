import type { CompletionChunk, FinishReason } from "../../../contracts/index.ts";
import type { WrittenDelta } from "../../../plugin/signed.ts";
import type { StreamEvent } from "../event-stream.ts";
import { citationsOf, messageId, messageUsage, stopReason, thinkingBlocks } from "./message-of-completion.ts";

export interface MessageStart {
  /** Name that the client asked for: it compares the answer's with it. */
  readonly model: string;
  /** Input tokens as the router estimates them: the count comes at the end, and clients show this one. */
  readonly inputTokens: number;
}

/** Translates chunks of an answer to the events of a streamed message, which close each block before the next begins. */
export async function* messageEvents(
  chunks: AsyncIterable<CompletionChunk>,
  { model, inputTokens }: MessageStart,
): AsyncGenerator<StreamEvent> {
  let isBegun = false;
  let index = -1;
  /** Kind of the block that is open; of a tool call its place. */
  let open: "text" | number | undefined;
  let writer: string | undefined;
  let finish: FinishReason = "stop";
  let usage: CompletionChunk["usage"];
  const block = (content_block: object) => event("content_block_start", { index, content_block });
  const delta = (given: object) => event("content_block_delta", { index, delta: given });
  const close = () => (open === undefined ? [] : [event("content_block_stop", { index })]);

  for await (const chunk of chunks) {
    if (!isBegun) {
      isBegun = true;
      yield event("message_start", {
        message: {
          id: messageId(chunk.id),
          type: "message",
          role: "assistant",
          model,
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { ...messageUsage(undefined), input_tokens: inputTokens },
        },
      });
    }
    usage = chunk.usage ?? usage;
    const [choice] = chunk.choices;
    if (choice === undefined) continue;
    const { thinking_blocks: blocks, written_by } = choice.delta as Partial<WrittenDelta>;
    // The first delta of thinking alone names its writer.
    writer = written_by ?? writer;
    const written = writer === undefined || blocks === undefined ? [] : thinkingBlocks({ blocks, writer });
    for (const thinking of written) {
      yield* close();
      open = undefined;
      index += 1;
      const { signature, ...unsigned } = thinking;
      if (signature === undefined) yield block(thinking);
      else {
        yield block({ ...unsigned, thinking: "" });
        yield delta({ type: "thinking_delta", thinking: thinking.thinking });
        yield delta({ type: "signature_delta", signature });
      }
      yield event("content_block_stop", { index });
    }
    const text = choice.delta.content ?? choice.delta.refusal ?? "";
    if (text !== "") {
      if (open !== "text") {
        yield* close();
        open = "text";
        index += 1;
        yield block({ type: "text", text: "" });
      }
      yield delta({ type: "text_delta", text });
    }
    // Sources come with the text that cites them, or after it.
    if (open === "text")
      for (const citation of citationsOf(choice.delta.annotations, "").citations ?? [])
        yield delta({ type: "citations_delta", citation });
    for (const call of choice.delta.tool_calls ?? []) {
      if (open !== call.index) {
        yield* close();
        open = call.index;
        index += 1;
        yield block({ type: "tool_use", id: call.id ?? "", name: call.function?.name ?? "", input: {} });
      }
      const json = call.function?.arguments ?? "";
      if (json !== "") yield delta({ type: "input_json_delta", partial_json: json });
    }
    finish = choice.finish_reason ?? finish;
  }
  yield* close();
  yield event("message_delta", {
    delta: { stop_reason: stopReason(finish), stop_sequence: null },
    usage: messageUsage(usage),
  });
  yield event("message_stop", {});
}

function event(type: string, fields: object): StreamEvent {
  return { event: type, data: { type, ...fields } };
}
