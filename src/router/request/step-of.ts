import type { ChatMessage, StepKind } from "../../contracts/index.ts";
import { typedTextOf } from "./harness.ts";
import { textOf } from "./texts.ts";

export const stepKinds: ReadonlySet<unknown> = new Set<StepKind>([
  "ask",
  "tool-result",
  "continue",
  "housekeeping",
  "summary",
]);

/**
 * Returns what a request is by its messages after the last answer, which is at `answer` or absent (-1). `isBelieved`: what an agent wrote
 * into a turn of its user is not what someone typed. No message shows that an agent asks for itself: see `step` of a request.
 */
export function stepOf(messages: readonly ChatMessage[], answer: number, isBelieved: boolean): StepKind {
  const since = messages.slice(answer + 1);
  if (since.some((message) => isTyped(message, isBelieved))) return "ask";
  if (since.some(isOutput)) return "tool-result";
  return answer < 0 ? "ask" : "continue";
}

/** True for the output of a tool. */
export function isOutput(message: ChatMessage | undefined): boolean {
  return message?.role === "tool" || message?.role === "function";
}

function isTyped(message: ChatMessage, isBelieved: boolean): boolean {
  const { role, content } = message;
  if (role !== "user") return false;
  if (Array.isArray(content) && content.some(({ type }) => type !== "text")) return true;
  return /\S/.test(isBelieved ? typedTextOf(message) : textOf(message));
}
