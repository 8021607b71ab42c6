import { type OptionTable, readOptions } from "../../src/plugin/index.ts";
import { compareTexts, longestAnswer } from "./internal/compare-texts.ts";
import type { Scorer } from "./scorer.ts";

export interface NormalisedOptions {
  /** Words that are ignored anywhere in the text. Default a, an, the; `[]` for none. */
  readonly articles?: readonly string[] | undefined;
}

export const normalisedOptions: OptionTable<NormalisedOptions> = {
  articles: {
    is: "list",
    of: { is: "text", empty: true, expected: "a word" },
    default: ["a", "an", "the"],
    expected: "an array of words",
  },
};

/** Python's `string.punctuation` (which the SQuAD script removes) and the punctuation of all scripts. */
const punctuation = /[\p{P}$+<=>^`|~]+/gu;

/**
 * Scores 1 if the answer equals `expected` (or one of a list) except for compatibility forms (NFKC), case,
 * punctuation, articles and white space, else 0. Like the exact match of SQuAD (Rajpurkar et al. 2016), for
 * all scripts; but texts that consist of nothing else (`A`, `?`) are compared by it. Signs are removed, too:
 * `-5` is `5` and `C++` is `C`; use `numeric` for numbers. An answer of more than 1,000,000 characters is
 * wrong.
 */
export function normalised(options: NormalisedOptions = {}): Scorer {
  const { articles } = readOptions("normalised", normalisedOptions, options);
  const leftOut = new Set(articles.map((word) => foldCase(word.normalize("NFKC"))));
  const normalise = (text: string): string => {
    const folded = foldCase(text.normalize("NFKC"));
    const words = wordsOf(folded.replace(punctuation, ""));
    const telling = words.filter((word) => !leftOut.has(word));
    // If nothing would be left, as of "A", the parts that are otherwise ignored are compared.
    return [telling, words, wordsOf(folded)].find(({ length }) => length > 0)?.join(" ") ?? "";
  };

  return compareTexts({
    name: "normalised",
    read: (output) => (output.length > longestAnswer ? undefined : normalise(output)),
    compare: (answer, expected) => {
      if (answer === undefined) return { score: 0, reason: "the answer is too long" };
      return { score: answer === normalise(expected) ? 1 : 0 };
    },
  });
}

function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/u).filter((word) => word !== "");
}

/** Folds case through upper case, where `ß` and `ss` are equal. */
function foldCase(text: string): string {
  return text.toUpperCase().toLowerCase();
}
