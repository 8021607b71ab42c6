import type { HttpCall } from "./call.ts";

/** A coding agent and the header of its requests that it is known by, as its program sent it. */
interface Mark {
  readonly agent: string;
  /** Beginning of the user agent. */
  readonly userAgent: string;
}

/**
 * Seen from the programs on 2026-12-01 and 02: Claude Code 2.1.197, Codex 0.171.0 (`exec` and its terminal), opencode 1.18.33,
 * Qwen Code 0.15.10.
 */
const marks: readonly Mark[] = [
  { agent: "claude-code", userAgent: "claude-cli/" },
  { agent: "codex", userAgent: "codex_" },
  { agent: "codex", userAgent: "codex-" },
  { agent: "opencode", userAgent: "opencode/" },
  { agent: "qwen-code", userAgent: "QwenCode/" },
];

/**
 * Returns the coding agent that sends a request, by its headers and by no word of a text; undefined for any other sender. A sender
 * can say that it is one: it is believed as far as the sender is.
 */
export function codingAgentOf({ headers }: Pick<HttpCall, "headers">): string | undefined {
  const userAgent = headers.get("user-agent");
  if (userAgent === null) return undefined;
  return marks.find((mark) => userAgent.startsWith(mark.userAgent))?.agent;
}
