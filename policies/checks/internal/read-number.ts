/** A number in a text: digits with or without thousands commas, a point and decimals. */
const digits = /(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,20})(?:\.\d{1,20})?/y;

/** A number as it stands in a text. */
export interface NumberToken {
  readonly value: number;
  /** Digits behind the point. */
  readonly decimals: number;
  /** Where it ends. */
  readonly end: number;
}

/**
 * The number that begins at `start`, without a sign: `1,234.50`. Undefined where none begins, and where
 * it cannot be told what it is: `1.2.3`, `1,5` (a decimal comma or a list), `12e5`, more than 20 digits.
 */
export function readNumber(text: string, start: number): NumberToken | undefined {
  digits.lastIndex = start;
  const found = digits.exec(text)?.[0];
  if (found === undefined) return undefined;
  const end = start + found.length;
  if (isDigit(text, end) || ((text[end] === "." || text[end] === ",") && isDigit(text, end + 1)))
    return undefined;
  const point = found.indexOf(".");
  return {
    value: Number(found.replaceAll(",", "")),
    decimals: point < 0 ? 0 : found.length - point - 1,
    end,
  };
}

export function isDigit(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 48 && unit <= 57;
}
