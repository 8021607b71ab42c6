import type { ScorerArgs } from "../scorer.ts";
import type { Exhibit } from "./judge-call.ts";

/** Parts of a request that a judge is shown, without names of models. */
export function requestExhibits({ input, messages }: ScorerArgs): readonly Exhibit[] {
  const exhibits: Exhibit[] = [];
  if (messages !== undefined && messages.length > 1) {
    const text = messages.map(({ role, content }) => `${role}: ${contentText(content)}`).join("\n\n");
    exhibits.push({ label: "conversation", text });
  }
  const last = messages?.at(-1);
  const request = input ?? (last === undefined ? undefined : contentText(last.content));
  if (request !== undefined) exhibits.push({ label: "request", text: request });
  return exhibits;
}

/** Text of an answer with its tool calls. */
export function answerText({ output, toolCalls }: Pick<ScorerArgs, "output" | "toolCalls">): string {
  if (toolCalls === undefined || toolCalls.length === 0) return output;
  return `${output}\n\nTool calls: ${JSON.stringify(toolCalls)}`.trim();
}

/** Text of `expected` for a judge; undefined if there is none that JSON can write. */
export function expectedText(expected: unknown): string | undefined {
  if (expected === undefined || expected === null) return undefined;
  if (typeof expected === "string") return expected;
  try {
    return JSON.stringify(expected);
  } catch {
    return undefined;
  }
}

function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((part: { readonly text?: unknown; readonly type?: unknown } | null) =>
      typeof part?.text === "string" ? part.text : `[${String(part?.type ?? "part")}]`,
    )
    .join("\n");
}
