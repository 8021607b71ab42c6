import { type OptionTable, readOptions } from "../../src/plugin/index.ts";
import { afterThinking } from "./internal/after-thinking.ts";
import { compareTexts } from "./internal/compare-texts.ts";
import { lastBoxed } from "./internal/last-boxed.ts";
import { plainNumbers } from "./internal/plain-numbers.ts";
import { type NumberStyle, type Quantity, readQuantities } from "./internal/read-quantity.ts";
import type { Scorer } from "./scorer.ts";

export interface NumericOptions {
  /**
   * Number to compare. `answer`: the number that the answer states: after the last `####`, in the last
   * `\boxed{}`, after the last "answer is" or "answer:", else the last number of the text. `whole`: the
   * answer must be a number and nothing else. Default `answer`.
   */
  readonly find?: "answer" | "whole" | undefined;
  /** Largest difference that passes. Default 0. */
  readonly absoluteTolerance?: number | undefined;
  /** Largest difference that passes, as a share of the expected number. Default 1e-9, for rounding errors. */
  readonly relativeTolerance?: number | undefined;
  /** Decimal mark. Default `.`; `1.234,56` is understood with either, `12 100` with `,` only. */
  readonly decimal?: "." | "," | undefined;
  /** True if a number in brackets is negative, as in bookkeeping: `(5)`. Default false. */
  readonly accounting?: boolean | undefined;
}

export const numericOptions: OptionTable<NumericOptions> = {
  find: { is: "choice", of: ["answer", "whole"], default: "answer" },
  absoluteTolerance: { is: "number", min: 0, default: 0 },
  relativeTolerance: { is: "number", min: 0, default: 1e-9 },
  decimal: { is: "choice", of: [".", ","], default: "." },
  accounting: { is: "boolean", default: false },
};

/** Number of characters at the end of an answer that are searched. */
const tailLength = 100_000;

/**
 * Scores 1 if the number of the answer equals the expected one, else 0: `$18.00` is 18, and so are `18
 * dollars` and `36/2`. Understands currencies, thousands separators, decimals, signs, fractions, powers of
 * ten, "1.5 million", percent signs, Markdown and LaTeX. `12 %` equals 12 and 0.12, whichever is expected. An
 * answer without a number, or with digits that cannot be read as one (`1.2.3`), is wrong; in `expected` they
 * make the score `null`. Numbers are compared in double precision, 15 digits.
 */
export function numeric(options: NumericOptions = {}): Scorer {
  const { find, absoluteTolerance, relativeTolerance, ...style } = readOptions(
    "numeric",
    numericOptions,
    options,
  );
  const isNear = (a: number, b: number): boolean =>
    a === b || Math.abs(a - b) <= Math.max(absoluteTolerance, relativeTolerance * Math.abs(b));

  return compareTexts({
    name: "numeric",
    read: (output) => (find === "whole" ? wholeNumber(output, style) : answeredNumber(output, style)),
    compare: (answer, expected) => {
      const right = answeredNumber(expected, plainStyle);
      if (right === undefined) return { score: null, reason: "expected is not a number" };
      if (answer === undefined) return { score: 0, reason: "the answer is not a number that can be read" };
      const { value } = answer;
      const readings =
        answer.percent === right.percent
          ? [[value, right.value]]
          : [[value, right.value], answer.percent ? [value / 100, right.value] : [value, right.value / 100]];
      const equal = readings.some(([a = Number.NaN, b = Number.NaN]) => isNear(a, b));
      return { score: equal ? 1 : 0, metadata: { number: value, expected: right.value } };
    },
  });
}

/** Style of data sets, which write numbers as programs do. */
const plainStyle: NumberStyle = { decimal: ".", accounting: false };
const statement = /\banswer\b(?:[^.:=\n]{0,60}?\bis\b|\s{0,3}[:=])[:\s]{0,3}/gi;

function answeredNumber(output: string, style: NumberStyle): Quantity | undefined {
  const text = afterThinking(output.slice(-tailLength));
  const marked = text.lastIndexOf("####");
  const line =
    marked < 0
      ? ""
      : (text
          .slice(marked + 4)
          .trimStart()
          .split("\n", 1)[0] ?? "");
  const [behindMark] = quantities(line, style);
  if (behindMark !== undefined) return behindMark;

  const boxed = lastBoxed(text);
  const inBox = boxed === undefined ? undefined : quantities(boxed.content, style).at(-1);
  if (inBox !== undefined) return inBox;

  let stated: Quantity | undefined;
  for (const { index, 0: words } of text.matchAll(statement)) {
    const said = text.slice(index + words.length, index + words.length + 200).split(/\n|\.\s/, 1)[0] ?? "";
    // "The answer is 3 + 4 = 7"
    const result = said.slice(said.lastIndexOf("=") + 1);
    stated = quantities(result, style)[0] ?? quantities(said, style)[0] ?? stated;
  }
  return stated ?? quantities(text, style).at(-1);
}

function wholeNumber(output: string, style: NumberStyle): Quantity | undefined {
  // A number is never that long.
  if (output.length > 1_000) return undefined;
  const text = plainNumbers(output, style).trim();
  const [quantity, ...others] = readQuantities(text, style);
  if (quantity === undefined || others.length > 0) return undefined;
  const around = text.slice(0, quantity.start) + text.slice(quantity.end);
  return /^[\s(){}$.]*$/.test(around) ? quantity : undefined;
}

function quantities(text: string, style: NumberStyle): (Quantity | undefined)[] {
  return readQuantities(plainNumbers(text, style), style);
}
