import { type OptionTable, readOptions } from "../../src/plugin/index.ts";
import { compareTexts } from "./internal/compare-texts.ts";
import { readChoice } from "./internal/read-choice.ts";
import type { Scorer } from "./scorer.ts";

export interface MultipleChoiceOptions {
  /** Number of choices of a question, lettered from A, in [2, 26]. Default 10: A to J. */
  readonly choices?: number | undefined;
}

export const multipleChoiceOptions: OptionTable<MultipleChoiceOptions> = {
  choices: { is: "number", min: 2, max: 26, integer: true, default: 10 },
};

/**
 * Scores 1 if the letter that the answer chooses is the expected one, else 0. The letter is the one that the
 * answer boxes or states last ("The answer is (B)", `\boxed{B}`, "B is correct"), else a line with a letter
 * alone or first ("B. Paris"), else the only letter in brackets or in bold. An answer that chooses none, or
 * leaves several open, is wrong; `metadata.chosen` has the letters. `expected` may have the form of an
 * answer: `B`, `(B)`, `B. Paris`.
 */
export function multipleChoice(options: MultipleChoiceOptions = {}): Scorer {
  const { choices } = readOptions("multipleChoice", multipleChoiceOptions, options);

  return compareTexts({
    name: "multipleChoice",
    read: (output) => readChoice(output, choices),
    compare: (chosen, expected) => {
      const [right, ...others] = readChoice(expected, choices);
      if (right === undefined || others.length > 0)
        return { score: null, reason: "expected is not the letter of one choice" };
      if (chosen.length === 0) return { score: 0, reason: "the answer chooses none" };
      const metadata = { chosen: chosen.join(", ") };
      if (chosen.length > 1) return { score: 0, reason: "the answer leaves several choices open", metadata };
      return { score: chosen[0] === right ? 1 : 0, metadata };
    },
  });
}
