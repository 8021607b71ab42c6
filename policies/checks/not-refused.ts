import type { Check } from "../../src/contracts/index.ts";
import { choiceOf, messageOf, textOf, toolCallsOf } from "./internal/answer-parts.ts";
import { isLooping } from "./internal/is-looping.ts";
import { refusalPhrases } from "./internal/refusal-phrases.ts";

/** Number of characters in which a refusal must begin: later, a long answer may mention what cannot be done. */
const openingLength = 300;

/**
 * Accepts an answer that is not a refusal, not empty and not stuck in a loop. Reads the refusal flag, the
 * finish reason (`content_filter`), tool calls and the text: its first 300 characters are searched for
 * common refusal phrases in eight languages, its last 4,096 for a piece that is repeated six times in a
 * row over at least 200 characters.
 *
 * It misses a refusal in other words and a loop that varies, and refuses an answer that begins by quoting
 * a refusal.
 */
export function notRefused(): Check {
  return {
    name: "notRefused",
    reads: "text",
    accepts(_, answer) {
      if (messageOf(answer).refusal || choiceOf(answer).finish_reason === "content_filter") return false;
      const text = textOf(answer);
      if (text.trim() === "") return toolCallsOf(answer).length > 0;
      return !isRefusal(text) && !isLooping(text);
    },
  };
}

function isRefusal(text: string): boolean {
  const opening = text.slice(0, openingLength).toLowerCase().replaceAll("’", "'");
  return refusalPhrases.some((phrase) => opening.includes(phrase));
}
