import type { Completion, CompletionChunk } from "../../contracts/index.ts";
import { copyOf } from "../../plugin/copy-of.ts";
import { withWholeNative } from "../../plugin/native-answer.ts";

type Delta = CompletionChunk["choices"][number]["delta"];

/** Converts a whole answer to the chunks of a stream: content, finish reason, usage. They share nothing with it. */
export function toChunks(answer: Completion): CompletionChunk[] {
  const completion = copyOf(answer);
  const { id, created, model, usage } = completion;
  const head = { id, created, model, object: "chat.completion.chunk" as const };
  const choice = completion.choices[0];
  const { tool_calls, ...message } = choice?.message ?? {
    content: "",
    refusal: null,
    role: "assistant" as const,
  };
  const toolCalls = (tool_calls ?? []).map((call, index) => ({ ...call, index })) as NonNullable<
    Delta["tool_calls"]
  >;
  const delta = {
    ...message,
    ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
  } as Delta;
  const logprobs = choice?.logprobs ? { logprobs: choice.logprobs } : {};
  const first: CompletionChunk = {
    ...head,
    choices: [{ index: 0, delta, finish_reason: null, ...logprobs }],
  };
  const chunks: CompletionChunk[] = [
    withWholeNative(first, answer),
    { ...head, choices: [{ index: 0, delta: {}, finish_reason: choice?.finish_reason ?? "stop" }] },
  ];
  if (usage) chunks.push({ ...head, choices: [], usage });
  return chunks;
}
