import type { Completion } from "../../contracts/index.ts";

/** Deepest nesting of an answer that is kept. */
const deepest = 100;

/**
 * Returns an answer as JSON, which no caller can change. Undefined for one that is not whole (cut, filtered, empty, a
 * tool call, a refusal), or that JSON would change.
 */
export function keptText(completion: Completion): string | undefined {
  try {
    return isWhole(completion) && isPlain(completion, 0) ? JSON.stringify(completion) : undefined;
  } catch {
    // A user's own model may return anything.
    return undefined;
  }
}

/** Returns the answer of `keptText`: a new one each time. */
export function answerOf(text: string): Completion {
  return JSON.parse(text) as Completion;
}

/** Returns the bytes that a text takes in memory: JavaScript keeps one or two for each character. */
export function bytesOf(text: string): number {
  return wide.test(text) ? text.length * 2 : text.length;
}

const wide = /[^\0-\xff]/;

function isWhole({ choices }: Completion): boolean {
  const choice = choices[0];
  if (choice === undefined || choice.finish_reason !== "stop") return false;
  // Its server gave no reason for the end.
  if (choice.native_finish_reason === "") return false;
  const { content, refusal, tool_calls: calls } = choice.message;
  const callsTool =
    (calls !== undefined && calls !== null && calls.length > 0) || "function_call" in choice.message;
  return typeof content === "string" && content.trim() !== "" && !refusal && !callsTool;
}

function isPlain(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "undefined":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      return value === null || isPlainObject(value, depth);
    default:
      return false;
  }
}

function isPlainObject(value: object, depth: number): boolean {
  if (depth > deepest) return false;
  if (Array.isArray(value)) {
    // Not `every`, which skips gaps; JSON writes null for them.
    for (let at = 0; at < value.length; at += 1)
      if (value[at] === undefined || !isPlain(value[at], depth + 1)) return false;
    return true;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const one of Object.values(value)) if (!isPlain(one, depth + 1)) return false;
  return true;
}
