import { InvalidOptionError } from "../../src/contracts/index.ts";
import { checkKeys } from "../../src/plugin/index.ts";
import { expectedTexts, notExpected, notText } from "./internal/compare-texts.ts";
import { toScore } from "./internal/verdict.ts";
import { withGaps } from "./internal/with-gaps.ts";
import type { Scorer } from "./scorer.ts";

export interface ContainsOptions {
  /** Text or texts that the answer must contain. Default `expected` of the record. */
  readonly text?: string | readonly string[] | undefined;
  /**
   * Rule for a list: one of them is enough (`any`), or the score is the share that is present (`all`).
   * Default `any`.
   */
  readonly of?: "any" | "all" | undefined;
  /** True to ignore case. Default false. */
  readonly ignoreCase?: boolean | undefined;
}

/**
 * Scores 1 if a text, or one of a list, is in the answer. Linear in the length of the answer for each text.
 */
export function contains(options: ContainsOptions = {}): Scorer {
  checkKeys("contains", options, ["text", "of", "ignoreCase"]);
  const { text, of = "any", ignoreCase = false } = options;
  if (of !== "any" && of !== "all") throw new InvalidOptionError("contains.of", of, '"any" or "all"');
  if (typeof ignoreCase !== "boolean")
    throw new InvalidOptionError("contains.ignoreCase", ignoreCase, "true or false");
  if (text !== undefined && (expectedTexts(text) ?? [""]).includes(""))
    throw new InvalidOptionError("contains.text", text, "a non-empty text or a list of them");
  const name = "contains";
  const fold = (one: string): string => (ignoreCase ? one.toLowerCase() : one);

  return withGaps({
    name,
    score: ({ output, expected }) => {
      if (typeof output !== "string") return toScore(name, notText);
      const wanted = expectedTexts(text ?? expected);
      if (wanted === undefined) return toScore(name, notExpected(expected));
      // Every answer contains an empty text.
      if (wanted.includes("")) return toScore(name, { score: null, reason: "the expected text is empty" });
      const answer = fold(output);
      const found = wanted.filter((one) => answer.includes(fold(one))).length;
      return toScore(name, {
        score: of === "any" ? Math.min(1, found) : found / wanted.length,
        metadata: { found, of: wanted.length },
      });
    },
  });
}
