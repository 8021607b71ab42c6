import type { CompletionMessage } from "../../contracts/index.ts";

const known: ReadonlySet<string> = new Set([
  "role",
  "content",
  "refusal",
  "tool_calls",
  "function_call",
  "annotations",
  "audio",
  // What is in the others again, and names.
  "provider_parts",
  "phase",
  "written_by",
]);
/** Fields that hold text in a block of reasoning. Signatures are left out. */
const blockFields = ["text", "thinking", "summary"] as const;

/** Returns everything that a model wrote and bills for, as text. */
export function writtenText(message: CompletionMessage | undefined): string {
  if (message === undefined) return "";
  // A user's own model, or a server, may send null where there are none.
  const calls: readonly unknown[] | null | undefined = message.tool_calls;
  const { content, refusal } = message;
  return `${content ?? ""}${refusal ?? ""}${reasoningOf(message)}${calls?.length ? JSON.stringify(calls) : ""}`;
}

/**
 * Returns the reasoning in a message or a delta: text that a model wrote in addition to content and tool calls, and bills for.
 * Some servers send it under two names, so that only the longest counts.
 */
export function reasoningOf(message: object): string {
  let longest = "";
  for (const field in message) {
    if (known.has(field)) continue;
    const text = textIn((message as Readonly<Record<string, unknown>>)[field]);
    if (text.length > longest.length) longest = text;
  }
  return longest;
}

function textIn(value: unknown): string {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return "";
  let text = "";
  for (const block of value as readonly unknown[]) {
    if (typeof block !== "object" || block === null) continue;
    for (const field of blockFields) {
      const part = (block as Readonly<Record<string, unknown>>)[field];
      if (typeof part === "string") text += part;
    }
  }
  return text;
}
