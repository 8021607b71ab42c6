import type { CallOptions, ChatMessage } from "../../../contracts/index.ts";

type AssistantMessage = Extract<ChatMessage, { role: "assistant" }>;

const withParts = ["provider_parts", "images"] as const;
const extensions = [...withParts, "reasoning_content", "thinking_blocks", "phase"] as const;

/**
 * Reports what an earlier answer holds beyond text and calls and does not go back with it. Reasoning that its own writer cannot
 * read again is not missed.
 */
export function reportLost(
  message: AssistantMessage,
  isOwn: boolean,
  onDropped: CallOptions["onDropped"],
): void {
  if (onDropped === undefined) return;
  for (const name of isOwn ? withParts : extensions) if (holds(message, name)) onDropped(`messages.${name}`);
}

/** Reports the same where fields are kept or left out one by one. */
export function reportLeftOut(
  message: AssistantMessage,
  isKept: (name: string) => boolean,
  onDropped: CallOptions["onDropped"],
): void {
  if (onDropped === undefined) return;
  for (const name of extensions) if (holds(message, name) && !isKept(name)) onDropped(`messages.${name}`);
}

function holds(message: AssistantMessage, name: (typeof extensions)[number]): boolean {
  const held: unknown = message[name];
  return Array.isArray(held) ? held.length > 0 : held !== undefined && held !== null && held !== "";
}
