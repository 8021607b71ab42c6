import { type OptionTable, readOptions } from "../../src/plugin/index.ts";
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

const text = "a non-empty text or a list of them";

export const containsOptions: OptionTable<ContainsOptions, "text"> = {
  text: {
    is: "list",
    of: { is: "text", empty: true, pattern: /./s, expected: text },
    min: 1,
    orOne: true,
    optional: true,
    expected: text,
  },
  of: { is: "choice", of: ["any", "all"], default: "any" },
  ignoreCase: { is: "boolean", default: false },
};

/**
 * Scores 1 if a text, or one of a list, is in the answer. Linear in the length of the answer for each text.
 */
export function contains(options: ContainsOptions = {}): Scorer {
  const { text, of, ignoreCase } = readOptions("contains", containsOptions, options);
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
