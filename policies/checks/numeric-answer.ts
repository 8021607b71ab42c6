import type { Check } from "../../src/contracts/index.ts";
import { type OptionTable, readOption, readOptions } from "../../src/plugin/index.ts";
import { textOf } from "./internal/answer-parts.ts";
import { lastNumber } from "./internal/last-number.ts";

export interface NumericAnswerOptions {
  /** True if the number must be an integer. Default false. */
  readonly integer?: boolean | undefined;
  /** Smallest accepted number. Default: none. */
  readonly min?: number | undefined;
  /** Largest accepted number. Default: none. */
  readonly max?: number | undefined;
}

export const numericAnswerOptions: OptionTable<NumericAnswerOptions, "min" | "max"> = {
  integer: { is: "boolean", default: false },
  min: { is: "number", optional: true },
  max: { is: "number", above: Number.NEGATIVE_INFINITY, expected: "a finite number", optional: true },
};

/**
 * Accepts an answer that contains a number and whose last number meets the options. Reads only the text,
 * and does not know whether the number is right. Digits are 0 to 9, with a point and thousands commas.
 * Only the last 100,000 characters are searched.
 */
export function numericAnswer(options: NumericAnswerOptions = {}): Check {
  const { integer, min, max } = readOptions("numericAnswer", numericAnswerOptions, options);
  if (max !== undefined && min !== undefined) readOption({ is: "number", min }, "numericAnswer.max", max);
  const asked = [integer && "integer", min !== undefined && `min ${min}`, max !== undefined && `max ${max}`];
  const shown = asked.filter((one) => one !== false).join(", ");

  return {
    name: shown === "" ? "numericAnswer" : `numericAnswer(${shown})`,
    reads: "text",
    accepts(_, answer) {
      const value = lastNumber(textOf(answer))?.value;
      if (value === undefined || (integer && !Number.isInteger(value))) return false;
      return value >= (min ?? Number.NEGATIVE_INFINITY) && value <= (max ?? Number.POSITIVE_INFINITY);
    },
  };
}
