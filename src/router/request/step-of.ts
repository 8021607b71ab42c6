import type { ChatMessage, Step, StepKind } from "../../contracts/index.ts";
import { typedTextOf } from "./harness.ts";
import { textOf } from "./texts.ts";

/** The steps by kind, which facts share. */
export const steps: Readonly<Record<StepKind, Step>> = Object.freeze({
  ask: Object.freeze({ kind: "ask" }),
  "tool-result": Object.freeze({ kind: "tool-result" }),
  continue: Object.freeze({ kind: "continue" }),
  housekeeping: Object.freeze({ kind: "housekeeping" }),
  summary: Object.freeze({ kind: "summary" }),
});

/**
 * Returns what a request is by its messages since the last answer. `isBelieved`: what an agent wrote into a turn of its user is
 * not what someone typed. That an agent asks for itself no message tells: see `step` of a request.
 */
export function stepOf(messages: readonly ChatMessage[], isBelieved: boolean): Step {
  let seen: Step | undefined;
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const message = messages[at] as ChatMessage;
    const { role } = message;
    if (role === "assistant") return seen ?? steps.continue;
    if (role === "tool" || role === "function") seen = steps["tool-result"];
    else if (role === "user" && isTyped(message, isBelieved)) return steps.ask;
  }
  return seen ?? steps.ask;
}

function isTyped(message: ChatMessage, isBelieved: boolean): boolean {
  if (/\S/.test(isBelieved ? typedTextOf(message) : textOf(message))) return true;
  const { content } = message;
  return Array.isArray(content) && content.some(({ type }) => type !== "text");
}
