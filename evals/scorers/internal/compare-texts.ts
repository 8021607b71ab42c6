import type { Scorer } from "../scorer.ts";
import { toScore, type Verdict } from "./verdict.ts";
import { withGaps } from "./with-gaps.ts";

/** Longest answer that is read as one value, in characters. No expected answer is longer. */
export const longestAnswer = 1_000_000;

export interface TextComparison<Answer> {
  readonly name: string;
  /** Reads the answer, once. */
  readonly read: (output: string) => Answer;
  readonly compare: (answer: Answer, expected: string) => Verdict;
}

/**
 * Creates a scorer that compares a text with the expected one. `expected` may be a string, a number, true or
 * false, or a list of those, of which the best verdict counts.
 */
export function compareTexts<Answer>({ name, read, compare }: TextComparison<Answer>): Scorer {
  return withGaps({
    name,
    score: ({ output, expected }) => {
      if (typeof output !== "string") return toScore(name, notText);
      const texts = expectedTexts(expected);
      if (texts === undefined) return toScore(name, notExpected(expected));
      const answer = read(output);
      let best: Verdict | undefined;
      for (const text of texts) {
        const verdict = compare(answer, text);
        if (best === undefined || (verdict.score ?? -1) > (best.score ?? -1)) best = verdict;
        if (best.score === 1) break;
      }
      return toScore(name, best as Verdict);
    },
  });
}

export const notText: Verdict = { score: null, reason: "output is not a text" };

export function notExpected(expected: unknown): Verdict {
  const none = expected === undefined || expected === null || (Array.isArray(expected) && !expected.length);
  const reason = none ? "there is no expected answer" : "expected is neither a text nor a list of texts";
  return { score: null, reason };
}

/** Returns the expected texts, at least one; undefined if there are none. */
export function expectedTexts(expected: unknown): readonly string[] | undefined {
  const list = Array.isArray(expected) ? expected : [expected];
  const texts = list.flatMap((one: unknown) => {
    if (typeof one === "string") return [one];
    return typeof one === "boolean" || (typeof one === "number" && Number.isFinite(one)) ? [String(one)] : [];
  });
  return texts.length === 0 || texts.length < list.length ? undefined : texts;
}
