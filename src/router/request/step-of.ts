import type { ChatMessage, StepKind } from "../../contracts/index.ts";
import { typedTextOf } from "./harness.ts";
import { isBlank, textOf } from "./texts.ts";

/** The facts of a step, by its kind. Frozen: all requests share them. */
export const steps: { readonly [Kind in StepKind]: { readonly kind: Kind } } = {
  ask: Object.freeze({ kind: "ask" }),
  "tool-result": Object.freeze({ kind: "tool-result" }),
  continue: Object.freeze({ kind: "continue" }),
  housekeeping: Object.freeze({ kind: "housekeeping" }),
  summary: Object.freeze({ kind: "summary" }),
};

export const stepKinds: ReadonlySet<unknown> = new Set(Object.keys(steps));

/**
 * Returns what a request is by its messages after the last answer, which is at `answer` or absent (-1). `isBelieved`: what an agent wrote
 * into a turn of its user is not what someone typed. No message shows that an agent asks for itself: see `step` of a request.
 */
export function stepOf(messages: readonly ChatMessage[], answer: number, isBelieved: boolean): StepKind {
  let hasOutput = false;
  // From the end, and without lists of messages: most requests end with what someone typed.
  for (let at = messages.length - 1; at > answer; at -= 1) {
    const message = messages[at] as ChatMessage;
    if (isTyped(message, isBelieved)) return "ask";
    if (isOutput(message)) hasOutput = true;
  }
  if (hasOutput) return "tool-result";
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
  return !isBlank(isBelieved ? typedTextOf(message) : textOf(message));
}
