import type { ChatMessage } from "../../../src/contracts/index.ts";
import { isObject } from "../outcomes/is-object.ts";

/** Returns a field of an object; undefined for anything else. */
export function fieldOf(value: unknown, field: string): unknown {
  return isObject(value) && Object.hasOwn(value, field) ? value[field] : undefined;
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Returns a known amount: foreign formats write 0 for unknown ones. */
export function knownAmount(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 && Number.isFinite(value) ? value : undefined;
}

export function isMessages(value: unknown): value is readonly ChatMessage[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((message) => textOf(fieldOf(message, "role")) !== undefined)
  );
}

/** Returns a prompt as records hold it: a text that is a JSON array of messages becomes messages. */
export function promptOrMessages(text: string): { prompt: string } | { messages: readonly ChatMessage[] } {
  if (text.trimStart().startsWith("[")) {
    try {
      const value: unknown = JSON.parse(text);
      if (isMessages(value)) return { messages: value };
    } catch {
      // A prompt that begins with a bracket.
    }
  }
  return { prompt: text };
}

/** Returns an answer as text, structured output as JSON. */
export function answerOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Returns the object without its undefined fields, as JSON would have it. */
export function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
