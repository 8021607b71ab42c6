import type { ChatRequest, StepKind } from "../../contracts/index.ts";
import type { HttpCall } from "./call.ts";
import { type Fields, fieldsOf } from "./fields.ts";

/** Words of an agent's program by which a request of it is known, and what must be true besides. */
interface Sign {
  readonly kind: StepKind;
  /** Beginning of the system text, which no user of the agent writes. */
  readonly system?: string;
  /** Beginning of the last text in a turn of a user. */
  readonly last?: string;
  /** True if it comes after the last cache mark, since nothing will go on from it. What a user types has the mark. */
  readonly unmarked?: true;
}

/**
 * Signs by agent. Words count at the beginning of a text of the program alone, and only where no header and no form of a body says
 * it. Recorded from the programs on 2026-12-02, but for what says otherwise: Claude Code 2.1.197, opencode 1.18.33, Qwen Code 0.15.10.
 * A version with other words is not recognised: its request is an ordinary one.
 */
const signs: Readonly<Record<string, readonly Sign[]>> = {
  "claude-code": [
    { kind: "summary", last: "CRITICAL: Respond with TEXT ONLY. Do NOT call any tools." },
    { kind: "housekeeping", last: "[SUGGESTION MODE:", unmarked: true },
    // The program has these four, and did not send them when it was recorded.
    { kind: "housekeeping", last: "The user stepped away and is coming back.", unmarked: true },
    { kind: "housekeeping", last: "Describe your most recent action in 3-5 words", unmarked: true },
    { kind: "housekeeping", last: "Generate a short kebab-case name", unmarked: true },
    { kind: "housekeeping", last: "You are now acting as the memory extraction subagent." },
  ],
  opencode: [
    { kind: "housekeeping", system: "You are a title generator." },
    { kind: "summary", system: "You are a context summarization agent." },
  ],
  "qwen-code": [
    { kind: "housekeeping", system: "You are now acting as the managed memory extraction subagent" },
    { kind: "summary", system: "You are the component that summarizes internal chat history" },
  ],
};

/**
 * Returns what a request of a coding agent that is believed is in its conversation, where the messages do not show it; undefined for
 * all else. `body` is the request as it came, `chat` its translation; neither needs to be valid.
 */
export function agentStepOf(
  agent: string,
  { headers }: Pick<HttpCall, "headers">,
  body: Fields,
  chat: ChatRequest,
): StepKind | undefined {
  if (agent === "codex") return stepOfCodex(headers);
  if (agent === "claude-code" && isTitleOrProbe(body)) return "housekeeping";
  const known = signs[agent];
  // Nothing has checked the turns of chat completions yet.
  const messages: unknown = chat.messages;
  if (known === undefined || !Array.isArray(messages)) return undefined;
  const system = textOf(messages[0], "system");
  const last = textOf(
    messages.findLast((one) => textOf(one, "user") !== ""),
    "user",
  );
  return known.find(
    (sign) =>
      system.startsWith(sign.system ?? "") &&
      last.startsWith(sign.last ?? "") &&
      (sign.unmarked !== true || isUnmarked(body["messages"])),
  )?.kind;
}

/** Longest header that is read, in characters; those of Codex 0.171.0 have about 900. */
const longestHeader = 16_384;

/** Codex says in a header what each request is for. The kind of a turn is that of its messages. */
function stepOfCodex(headers: HttpCall["headers"]): StepKind | undefined {
  const text = headers.get("x-codex-turn-metadata");
  if (text === null || text.length > longestHeader) return undefined;
  const said = read(text);
  if (said["request_kind"] === "compaction") return "summary";
  return ofCodexItself.has(said["thread_source"]) ? "housekeeping" : undefined;
}

/** Threads that Codex begins for itself. The program has the second one, which was not recorded. */
const ofCodexItself: ReadonlySet<unknown> = new Set(["thread_title", "memory_consolidation"]);

function read(text: string): Fields {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return {};
  }
}

/** A title is JSON with this one field. One token is not an answer: it is asked whether a model can be reached, or how much is left. */
function isTitleOrProbe({ messages, tools, max_tokens: limit, output_config: output }: Fields): boolean {
  if (lengthOf(messages) !== 1 || lengthOf(tools) !== 0) return false;
  const { properties } = fieldsOf(fieldsOf(fieldsOf(output)["format"])["schema"]);
  const names = Object.keys(fieldsOf(properties));
  return limit === 1 || (names.length === 1 && names[0] === "title");
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

/** Returns the last text of a message of a role; "" of any other one. */
function textOf(message: unknown, wanted: "system" | "user"): string {
  const { role, content } = fieldsOf(message);
  if (role !== wanted) return "";
  const parts: readonly unknown[] = Array.isArray(content) ? content : [{ text: content }];
  const text = parts.map((part) => fieldsOf(part)["text"]).findLast((one) => typeof one === "string");
  return typeof text === "string" ? text : "";
}

/** True if the last turn of a user has no cache mark, and a message before it has one. */
function isUnmarked(messages: unknown): boolean {
  if (!Array.isArray(messages)) return false;
  const last = messages.findLastIndex((one) => fieldsOf(one)["role"] === "user");
  return last > 0 && !isMarked(messages[last]) && messages.slice(0, last).some(isMarked);
}

function isMarked(message: unknown): boolean {
  const content = fieldsOf(message)["content"];
  return Array.isArray(content) && content.some((part) => fieldsOf(part)["cache_control"] != null);
}
