import { isDigit, type NumberToken, readNumber } from "./read-number.ts";

/** Number of characters at the end in which a number is looked for. */
const tailLength = 100_000;
/** Length of the longest number that is read, in characters. */
const longest = 40;

/**
 * Returns the last number of a text with its sign: `#### 42`, `The answer is **$1,234.50**.` Undefined
 * where there is none in the last 100,000 characters, and where the last digits are not a plain number (`1.2.3`). Digits are 0 to 9.
 */
export function lastNumber(text: string): NumberToken | undefined {
  let end = text.length;
  const first = Math.max(0, end - tailLength);
  while (end > first && !isDigit(text, end - 1)) end -= 1;
  if (end === first) return undefined;
  let start = end;
  while (start > 0 && end - start < longest && continuesNumber(text, start - 1)) start -= 1;
  const token = readNumber(text, start);
  if (token === undefined) return undefined;
  const sign = text[start - 1];
  // "3-5" ends in 5.
  const isNegative = (sign === "-" || sign === "−") && !/[\p{L}\p{N}]/u.test(text[start - 2] ?? "");
  return isNegative ? { ...token, value: -token.value } : token;
}

function continuesNumber(text: string, at: number): boolean {
  if (isDigit(text, at)) return true;
  return (text[at] === "." || text[at] === ",") && isDigit(text, at - 1) && isDigit(text, at + 1);
}
