import type { ChatMessage, ChatTool } from "../../contracts/index.ts";
import { textOf } from "./texts.ts";

/**
 * Elements that coding agents put into user messages. No human wrote them, and scoring only them would make
 * all requests of a session look alike.
 */
const elements: readonly string[] = [
  "system-reminder",
  "environment_details",
  "environment_context",
  "user_instructions",
  "command-message",
  "command-name",
  "command-args",
  "local-command-caveat",
  "local-command-stdout",
  "local-command-stderr",
  "bash-stdout",
  "bash-stderr",
  "tool_result",
  "function_results",
];

/** Beginning of the message in which Codex sends the rules of a folder, before an element of them. */
const ruleFile = "# AGENTS.md instructions for ";

/** Beginnings of the system prompts of known coding agents. */
const beginnings: readonly string[] = [
  "You are Claude Code",
  "You are a Claude agent",
  "You are Cline",
  "You are Roo",
  "You are Kilo Code",
  "You are Codex",
  "You are a coding agent running in the Codex CLI",
  "You are opencode",
];

/** Names of their tools. One name is common; three of one agent are not an accident. */
const toolsOfAgents: readonly ReadonlySet<string>[] = [
  new Set(["Bash", "Read", "Edit", "Write", "Glob", "Grep", "Task", "TodoWrite", "WebFetch", "NotebookEdit"]),
  new Set(["execute_command", "read_file", "write_to_file", "replace_in_file", "attempt_completion"]),
  new Set(["shell", "apply_patch", "update_plan", "view_image"]),
];
const fewestTools = 3;
const mostTools = 256;

/**
 * True if a known coding agent made the request, by its system prompt or its tools, which are the
 * application's and not the user's. Elsewhere such an element is just what a user typed.
 */
export function isFromHarness(
  messages: readonly ChatMessage[],
  tools: readonly ChatTool[] | undefined,
): boolean {
  return hasKnownPrompt(messages[0]) || hasAgentsTools(tools);
}

function hasKnownPrompt(first: ChatMessage | undefined): boolean {
  if (first?.role !== "system" && first?.role !== "developer") return false;
  const start = textOf(first).slice(0, 200).trimStart();
  return beginnings.some((beginning) => start.startsWith(beginning));
}

/** True if a request offers the tools of a known coding agent. A user cannot choose these, as they can the words of a text. */
export function hasAgentsTools(tools: readonly ChatTool[] | undefined): boolean {
  if (tools === undefined || tools.length < fewestTools) return false;
  const names = tools
    .slice(0, mostTools)
    .map((tool) => (tool as Partial<FunctionLike> | null)?.function?.name);
  return toolsOfAgents.some((known) => {
    let found = 0;
    for (const name of known) if (names.includes(name)) found += 1;
    return found >= fewestTools;
  });
}

interface FunctionLike {
  readonly function: { readonly name?: unknown } | null;
}

/** Returns the text of a message of a known agent, without the elements that the agent put around it. */
export function typedTextOf(message: ChatMessage): string {
  const { content } = message;
  if (!Array.isArray(content)) return withoutElements(textOf(message));
  let text = "";
  for (const part of content) {
    const typed = part.type === "text" ? withoutElements(part.text) : "";
    if (typed !== "") text = text === "" ? typed : `${text}\n${typed}`;
  }
  return text;
}

/**
 * Removes the elements at the beginning and at the end of a text, where agents put them. One inside the text
 * or one that is never closed stays. Linear in the length of the text.
 */
export function withoutElements(text: string): string {
  const start = afterElements(text);
  const rest = beforeElements(start === 0 ? text : text.slice(start));
  return rest.length === text.length ? text : rest.trim();
}

function afterElements(text: string): number {
  let start = 0;
  for (;;) {
    const at = start + leadingSpace(text, start);
    const name = text.startsWith(ruleFile, at)
      ? "INSTRUCTIONS"
      : elements.find((one) => text.startsWith(`<${one}>`, at));
    const end = name === undefined ? -1 : text.indexOf(`</${name}>`, at);
    if (name === undefined || end < 0) return start;
    start = end + name.length + 3;
  }
}

function beforeElements(given: string): string {
  let text = given;
  for (;;) {
    const trimmed = text.trimEnd();
    const name = elements.find((one) => trimmed.endsWith(`</${one}>`));
    const open = name === undefined ? -1 : trimmed.lastIndexOf(`<${name}>`);
    if (open < 0) return text;
    text = trimmed.slice(0, open);
  }
}

function leadingSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 32) at += 1;
  return at - from;
}
