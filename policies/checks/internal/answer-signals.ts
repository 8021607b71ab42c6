import type { RequestFacts } from "../../../src/contracts/index.ts";
import { claimsHold } from "./arithmetic-claims.ts";
import { statedAnswers } from "./extract-answer.ts";

/** Characters that are read at each end of an answer. */
const endLength = 4_000;

/** Signs in the text of an answer that it may be wrong. */
export interface AnswerSignals {
  /** Words of doubt for each 100 words of the parts that are read, at most 10. */
  readonly hedging: number;
  /** 1 for an empty text, JSON that does not parse where JSON was asked for or begun, or a fence left open; else 0. */
  readonly formatError: number;
  /** 1 if it states different final answers or an equation that is wrong, else 0. */
  readonly contradiction: number;
}

/** Finds the signs in linear time. Beginning and end are read, 4,000 characters each. */
export function answerSignals(request: Pick<RequestFacts, "jsonSchema">, text: string): AnswerSignals {
  const read = text.length <= 2 * endLength ? text : `${text.slice(0, endLength)}\n${text.slice(-endLength)}`;
  const words = read.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
  const doubts = read.match(hedges)?.length ?? 0;
  return {
    hedging: words === 0 ? 0 : Math.min(10, (100 * doubts) / Math.max(20, words)),
    formatError: Number(hasFormatError(request, text)),
    contradiction: Number(new Set(statedAnswers(text)).size > 1 || !claimsHold(text)),
  };
}

const hedges = new RegExp(
  [
    "\\b(?:i(?:'|’)?m not (?:sure|certain)|i think|i believe|i guess|not (?:sure|certain)|probably|possibly|perhaps|maybe|might be|may be|could be|unclear|unsure|seems? to|appears? to|likely|hard to (?:say|know)|cannot (?:determine|be determined)|can(?:'|’)t be sure|to the best of my knowledge|wait,|however, let)",
    "\\b(?:wahrscheinlich|vielleicht|möglicherweise|vermutlich|ich glaube|nicht sicher|unklar)",
    "\\b(?:peut-être|probablement|je crois|je pense|pas sûr|incertain)",
    "\\b(?:quizás?|probablemente|creo que|no estoy segur|tal vez|talvez|provavelmente|acho que|forse|probabilmente|misschien|waarschijnlijk)",
    "возможно|вероятно|наверное|не уверен|可能|也许|大概|不确定|かもしれ|おそらく|たぶん|아마|것 같",
  ].join("|"),
  "giu",
);

const longestJson = 100_000;

function hasFormatError({ jsonSchema }: Pick<RequestFacts, "jsonSchema">, text: string): boolean {
  const whole = text.trim();
  if (whole === "") return true;
  if ((whole.split("```", 129).length - 1) % 2 === 1) return true;
  if (!jsonSchema && !whole.startsWith("{")) return false;
  if (whole.length > longestJson) return jsonSchema;
  try {
    JSON.parse(whole);
    return false;
  } catch {
    return true;
  }
}
