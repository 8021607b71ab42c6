/** Pattern of a number: digits with or without thousands commas, a point and decimals. */
const digits = /(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,20})(?:\.\d{1,20})?/y;

/** A number that was read from a text. */
export interface NumberToken {
  readonly value: number;
  /** Number of digits behind the point. */
  readonly decimals: number;
  /** Index behind its last character. */
  readonly end: number;
}

/**
 * Reads the number that begins at `start`, without a sign: `1,234.50`. Undefined where none begins, and
 * where it is ambiguous: `1.2.3`, `1,5` (a decimal comma or a list), `12e5`, more than 20 digits.
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
