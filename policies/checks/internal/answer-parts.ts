import type { Completion } from "../../../src/contracts/index.ts";

type Choice = Completion["choices"][number];
type Message = Choice["message"];

/** The answer's only choice. A user's own model may leave out anything. */
export function choiceOf(answer: Completion): Partial<Choice> {
  return answer.choices?.[0] ?? {};
}

export function messageOf(answer: Completion): Partial<Message> {
  return choiceOf(answer).message ?? {};
}

/** Text of the answer; "" when there is none. */
export function textOf(answer: Completion): string {
  const { content } = messageOf(answer);
  return typeof content === "string" ? content : "";
}

export function toolCallsOf(answer: Completion): NonNullable<Message["tool_calls"]> {
  const { tool_calls } = messageOf(answer);
  return Array.isArray(tool_calls) ? tool_calls : [];
}
