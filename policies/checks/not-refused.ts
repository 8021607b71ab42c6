import type { Check } from "../../src/contracts/index.ts";
import { choiceOf, messageOf, textOf, toolCallsOf } from "./internal/answer-parts.ts";
import { isLooping } from "./internal/is-looping.ts";
import { refusalPatterns } from "./internal/refusal-patterns.ts";

/** Number of characters in which a refusal must begin: later, a long answer may mention what cannot be done. */
const openingLength = 300;

/** Matches a character that a reader can see. */
const visible = /[^\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u;
/** Marks that Arabic and Hebrew may leave out, joiners and other characters without width. */
const unseen = /[\u064b-\u065f\u0670\u0640\p{Cf}]/gu;

/**
 * Accepts an answer that is not a refusal, not empty and not stuck in a loop. Reads the refusal flag, the
 * finish reason (`content_filter`), tool calls and the text: its first 300 characters are searched for
 * refusals in fifteen languages, its last 4,096 for a piece that is repeated six times in a row over at
 * least 200 characters, or ten times with a counter. Equal rows of a table are not a loop, unless the answer
 * was cut at its limit. A text of characters without width is empty.
 *
 * It misses a refusal in other words and a loop that varies, and refuses an answer that begins by quoting
 * a refusal. The README of the checks has its recall and precision for each language.
 */
export function notRefused(): Check {
  return {
    name: "notRefused",
    reads: "text",
    accepts(_, answer) {
      const { finish_reason: reason } = choiceOf(answer);
      if (messageOf(answer).refusal || reason === "content_filter") return false;
      const text = textOf(answer);
      if (!visible.test(text)) return toolCallsOf(answer).length > 0;
      return !isRefusal(text) && !isLooping(text, { rows: reason === "length" });
    },
  };
}

const patterns = Object.values(refusalPatterns).flat();

function isRefusal(text: string): boolean {
  const opening = text
    .trimStart()
    .slice(0, openingLength)
    .replace(unseen, "")
    .toLowerCase()
    .replaceAll("’", "'")
    .replace(/^[\s"'“*_>]{1,20}/, "")
    .replace(/[^\S\n]{1,300}/g, " ");
  return patterns.some((pattern) => pattern.test(opening));
}
