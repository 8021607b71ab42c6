import type { Completion } from "../../../src/contracts/index.ts";

type Choice = Completion["choices"][number];
type Message = Choice["message"];

/** Returns the answer's only choice. Any part may be missing, since a user's own model may leave it out. */
export function choiceOf(answer: Completion): Partial<Choice> {
  return answer.choices?.[0] ?? {};
}

export function messageOf(answer: Completion): Partial<Message> {
  return choiceOf(answer).message ?? {};
}

/** Returns the text of the answer; "" when there is none. */
export function textOf(answer: Completion): string {
  const { content } = messageOf(answer);
  return typeof content === "string" ? content : "";
}

export function toolCallsOf(answer: Completion): NonNullable<Message["tool_calls"]> {
  const { tool_calls } = messageOf(answer);
  return Array.isArray(tool_calls) ? tool_calls : [];
}
