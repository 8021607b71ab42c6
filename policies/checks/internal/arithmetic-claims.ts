import { arithmeticTokens, type Token } from "./arithmetic-tokens.ts";

/** Number of characters that are read of each side of an equation. */
const sideLength = 200;
/** Number of characters at the end of a text that are read. */
const tailLength = 50_000;
const mostUnitWords = 2;

/** Words that scale the number before them by a factor that depends on the context. */
const scales = new Set(
  "dozen hundred thousand million billion trillion percent half third quarter cent penny pence".split(" "),
);

/** One side of an equation. */
interface Side {
  readonly value: number;
  readonly operators: number;
  readonly multiplies: boolean;
  readonly divides: boolean;
  /** Largest number of decimals. */
  readonly decimals: number;
  readonly percent: boolean;
  /** Unit words without a plural s. */
  readonly units: readonly string[];
}

/**
 * Returns true if every equation of numbers in a text is true: `left = right` on one line, with an
 * operator on the left. An equation that may mean something else (letters as in `2x + 3 = 7`, powers, two
 * units) does not count as a claim. Linear in the length of the text, of which the last 50,000 characters are read.
 */
export function claimsHold(text: string): boolean {
  for (const line of tailOf(text).split("\n")) {
    if (!line.includes("=") && !line.includes("≈")) continue;
    const sides = line.split(/[=≈]/);
    for (let index = 0; index + 1 < sides.length; index += 1) {
      const left = leftSide(sides[index] as string, index === 0);
      // A single number on the left is a name as often as a value: "Day 1 = 5 + 3".
      if (left === undefined || left.operators === 0) continue;
      const right = rightSide(sides[index + 1] as string);
      if (right !== undefined && isClear(left, right) && !isEqual(left, right)) return false;
    }
  }
  return true;
}

/** Returns the end of a text, from where no equation is cut: the beginning of a line, or an equals sign. */
function tailOf(text: string): string {
  if (text.length <= tailLength) return text;
  const tail = text.slice(-tailLength);
  const start = tail.search(/[\n=≈]/);
  return start < 0 ? "" : tail.slice(start);
}

function isClear(left: Side, right: Side): boolean {
  const units = new Set([...left.units, ...right.units]);
  return units.size <= 1 && ![...units].some((unit) => scales.has(unit));
}

/**
 * Compares to the precision of the right side: half a unit of its last digit, one where a division
 * gives a whole number (a remainder may be left out), 0.1 % where rounded numbers are multiplied.
 */
function isEqual(left: Side, right: Side): boolean {
  const decimals = Math.max(left.decimals, right.decimals);
  // Not finite after a division by 0.
  if (!Number.isFinite(left.value)) return false;
  const rounded = left.divides || right.divides || ((left.multiplies || right.multiplies) && decimals > 0);
  const lastDigit = 10 ** -right.decimals;
  const unit = left.divides && right.decimals === 0 ? 0.999 : 0.5 * lastDigit;
  const matches = (a: number, b: number, step: number): boolean =>
    Math.abs(a - b) <= Math.max(step, Math.abs(a) * (rounded ? 1e-3 : 8 * Number.EPSILON)) * (1 + 1e-9);
  if (matches(left.value, right.value, right.percent ? unit / 100 : unit)) return true;
  // "15 / 60 * 100 = 25%" and "20% + 30% = 50" are both written.
  if (!left.percent && !right.percent) return false;
  return matches(left.value * 100, right.value, unit) || matches(left.value / 100, right.value, unit / 100);
}

/** Reads the formula at the end of a text. */
function leftSide(text: string, beginsLine: boolean): Side | undefined {
  const cut = text.length > sideLength;
  const tokens = arithmeticTokens(cut ? text.slice(-sideLength) : text);
  const units: string[] = [];
  let at = trimmedEnd(tokens);
  const end = at + 1;
  for (;;) {
    at = skipUnits(tokens, at, units);
    at = beforeOperand(tokens, at);
    if (at < -1) return undefined;
    const before = tokens[at];
    if (before === undefined) return cut ? undefined : sideOf(tokens.slice(0, end), units);
    if (before.kind !== "operator") {
      const ends = before.kind === "stop" || before.kind === "word" || before.kind === "open";
      return ends ? sideOf(tokens.slice(at + 1, end), units) : undefined;
    }
    const further = tokens[at - 1];
    if (further === undefined && !cut) {
      // "- 5 + 3" at the start of a line is a list item; "-5 + 3" begins with a sign.
      const isItem = beginsLine && tokens[at + 1]?.spaced === true;
      if (isItem) return sideOf(tokens.slice(at + 1, end), units);
      return before.sign === "-" ? sideOf(tokens.slice(at, end), units) : undefined;
    }
    if (further?.kind === "stop" || further?.kind === "open") {
      const isSign = before.sign === "-" && tokens[at + 1]?.spaced === false;
      return isSign ? sideOf(tokens.slice(at, end), units) : undefined;
    }
    at -= 1;
  }
}

/** The index of the last token without the bold marks and quotes behind a formula. */
function trimmedEnd(tokens: readonly Token[]): number {
  let at = tokens.length - 1;
  while (tokens[at]?.kind === "stop") at -= 1;
  return at;
}

/** Skips "apples", "per hour" and "/pound" behind a number, reading backwards. */
function skipUnits(tokens: readonly Token[], from: number, units: string[]): number {
  let at = from;
  for (let words = 0; words < mostUnitWords; words += 1) {
    const word = tokens[at];
    if (word?.kind !== "word") break;
    units.push(singular(word.text));
    at -= 1;
    const slash = tokens[at];
    if (slash?.kind === "operator" && slash.sign === "/") at -= 1;
  }
  return at;
}

/** The index of the token before the operand that ends at `at`; -2 where there is no operand. */
function beforeOperand(tokens: readonly Token[], at: number): number {
  const token = tokens[at];
  if (token?.kind === "number") return at - 1;
  if (token?.kind !== "close") return -2;
  let depth = 0;
  for (let open = at; open >= 0; open -= 1) {
    const { kind } = tokens[open] as Token;
    if (kind === "close") depth += 1;
    if (kind === "open") depth -= 1;
    if (depth === 0) {
      const before = tokens[open - 1];
      // A function: "f(2)".
      return before?.kind === "word" && tokens[open]?.spaced === false ? -2 : open - 1;
    }
    if (kind === "word" || kind === "stop" || kind === "odd") return -2;
  }
  return -2;
}

/** Reads the formula at the beginning of a text. */
function rightSide(text: string): Side | undefined {
  const cut = text.length > sideLength;
  const tokens = arithmeticTokens(cut ? text.slice(0, sideLength) : text);
  let at = 0;
  while (tokens[at]?.kind === "stop") at += 1;
  const start = at;
  const units: string[] = [];
  const first = tokens[at];
  if (first?.kind === "operator" && first.sign === "-") at += 1;
  for (;;) {
    at = afterOperand(tokens, at);
    if (at < 0) return undefined;
    const end = at;
    for (let words = 0; words < mostUnitWords && tokens[at]?.kind === "word"; words += 1) {
      const word = tokens[at] as Token & { readonly kind: "word" };
      // Only the first word behind a result is certain to be its unit: "= 15 apples in total".
      if (words === 0) units.push(singular(word.text));
      at += 1;
    }
    const next = tokens[at];
    if (next === undefined && cut) return undefined;
    if (next?.kind === "number" || next?.kind === "odd" || next?.kind === "open") return undefined;
    if (next?.kind !== "operator") return sideOf(tokens.slice(start, end), units);
    const after = tokens[at + 1];
    // "= 15 - he then" ends the formula; "= 15 * x" continues it with a variable, which is not read.
    if (after?.kind === "word" && after.text.length > 1) return sideOf(tokens.slice(start, end), units);
    if (after === undefined || after.kind === "stop") return sideOf(tokens.slice(start, end), units);
    at += 1;
  }
}

/** The index behind the operand that begins at `at`; -1 where there is none. */
function afterOperand(tokens: readonly Token[], at: number): number {
  const token = tokens[at];
  if (token?.kind === "number") return at + 1;
  if (token?.kind !== "open") return -1;
  let depth = 0;
  for (let close = at; close < tokens.length; close += 1) {
    const { kind } = tokens[close] as Token;
    if (kind === "open") depth += 1;
    if (kind === "close") depth -= 1;
    if (depth === 0) return close + 1;
    if (kind === "word" || kind === "stop" || kind === "odd") return -1;
  }
  return -1;
}

function singular(word: string): string {
  return word.length > 3 && word.endsWith("s") ? word.slice(0, -1) : word;
}

/** Evaluates a formula; undefined where it is not one, or where a letter may be a variable. */
function sideOf(given: readonly Token[], units: readonly string[]): Side | undefined {
  if (units.some((unit) => unit.length === 1)) return undefined;
  const tokens = given.filter(({ kind }, index) => kind !== "word" && !isPerUnit(given, index));
  const numbers = tokens.filter((token) => token.kind === "number");
  const signs = tokens.filter((token) => token.kind === "operator").map(({ sign }) => sign);
  const percents = numbers.filter(({ percent }) => percent).length;
  const adds = signs.includes("+") || signs.includes("-");
  // "50 + 10%" may mean 55 or 50.1.
  if (adds && percents > 0 && percents < numbers.length) return undefined;
  const value = evaluate(tokens);
  if (value === undefined) return undefined;
  return {
    value,
    operators: numbers.length - 1,
    multiplies: signs.includes("*"),
    divides: signs.includes("/"),
    decimals: Math.max(...numbers.map(({ decimals }) => decimals)),
    percent: percents > 0,
    units,
  };
}

/** True for the slash of "/pound". */
function isPerUnit(tokens: readonly Token[], index: number): boolean {
  return tokens[index]?.kind === "operator" && tokens[index + 1]?.kind === "word";
}

/** Evaluates with the usual precedence, from left to right; undefined where tokens are left over or missing. */
function evaluate(tokens: readonly Token[]): number | undefined {
  let at = 0;

  const sum = (): number => {
    let value = product();
    for (let sign = signAt(at); sign === "+" || sign === "-"; sign = signAt(at)) {
      at += 1;
      const next = product();
      value = sign === "+" ? value + next : value - next;
    }
    return value;
  };
  const product = (): number => {
    let value = operand();
    for (let sign = signAt(at); sign === "*" || sign === "/"; sign = signAt(at)) {
      at += 1;
      const next = operand();
      value = sign === "*" ? value * next : value / next;
    }
    return value;
  };
  const operand = (): number => {
    const token = tokens[at];
    at += 1;
    if (token?.kind === "number") return token.percent ? token.value / 100 : token.value;
    if (token?.kind === "operator" && token.sign === "-") return -operand();
    if (token?.kind !== "open") return Number.NaN;
    const value = sum();
    if (tokens[at]?.kind !== "close") return Number.NaN;
    at += 1;
    return value;
  };
  const signAt = (index: number) => {
    const token = tokens[index];
    return token?.kind === "operator" ? token.sign : undefined;
  };

  const value = sum();
  return Number.isNaN(value) || at !== tokens.length ? undefined : value;
}
