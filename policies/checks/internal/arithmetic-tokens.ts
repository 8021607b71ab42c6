import { isDigit, readNumber } from "./read-number.ts";

export type Sign = "+" | "-" | "*" | "/";

/** A part of a formula in prose. `spaced` means that white space comes before it. */
export type Token =
  | {
      readonly kind: "number";
      readonly value: number;
      readonly decimals: number;
      readonly percent: boolean;
      readonly spaced: boolean;
    }
  | { readonly kind: "operator"; readonly sign: Sign; readonly spaced: boolean }
  | { readonly kind: "open" | "close"; readonly spaced: boolean }
  | { readonly kind: "word"; readonly text: string; readonly spaced: boolean }
  /** Punctuation, which ends a formula. */
  | { readonly kind: "stop"; readonly spaced: boolean }
  /** A sign that the formula is of another kind: a power, a brace, a number that cannot be read. */
  | { readonly kind: "odd"; readonly spaced: boolean };

const signs: Readonly<Record<string, Sign>> = {
  "+": "+",
  "-": "-",
  "−": "-",
  "–": "-",
  "*": "*",
  "×": "*",
  "·": "*",
  "⋅": "*",
  "/": "/",
  "÷": "/",
};
const latexSigns: Readonly<Record<string, Sign>> = { times: "*", cdot: "*", div: "/" };
const skipped = new Set("$€£¥₹&");
const odd = new Set("^_{}√²³⁴¹⁰!~");
const letters = /\p{L}+/uy;
const spaces = /\s*/y;

/** Splits a short text into tokens, in linear time. */
export function arithmeticTokens(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const begin = skip(spaces, text, at);
    if (begin >= text.length) break;
    at = readToken(text, begin, begin > at || begin === 0, tokens);
  }
  return tokens;
}

function skip(what: RegExp, text: string, at: number): number {
  what.lastIndex = at;
  what.test(text);
  return Math.max(at, what.lastIndex);
}

/** Adds the token that begins at `at` and returns where it ends. */
function readToken(text: string, at: number, spaced: boolean, tokens: Token[]): number {
  const char = text[at] as string;
  if (skipped.has(char)) return at + 1;
  if (isDigit(text, at)) return readNumberToken(text, at, spaced, tokens);
  if (char === "*" && text[at + 1] === "*") {
    tokens.push({ kind: "stop", spaced });
    return at + 2;
  }
  const sign = signs[char];
  if (sign !== undefined) tokens.push({ kind: "operator", sign, spaced });
  else if (char === "(") tokens.push({ kind: "open", spaced });
  else if (char === ")") tokens.push({ kind: "close", spaced });
  else if (char === "\\") return readLatex(text, at, spaced, tokens);
  // ".5" is a number in a form that is not read.
  else if (odd.has(char) || (char === "." && isDigit(text, at + 1))) tokens.push({ kind: "odd", spaced });
  else return readWord(text, at, spaced, tokens);
  return at + 1;
}

function readNumberToken(text: string, at: number, spaced: boolean, tokens: Token[]): number {
  const number = readNumber(text, at);
  // Part of a name ("a1") or of a form that is not known: skip its digits, points and commas.
  if (number === undefined || (tokens.at(-1)?.kind === "word" && !spaced)) {
    tokens.push({ kind: "odd", spaced });
    let end = at + 1;
    while (end < text.length && (isDigit(text, end) || text[end] === "." || text[end] === ",")) end += 1;
    return end;
  }
  const { value, decimals, end } = number;
  const percent = /^ ?\\?%/.exec(text.slice(end, end + 3))?.[0];
  tokens.push({ kind: "number", value, decimals, percent: percent !== undefined, spaced });
  return end + (percent?.length ?? 0);
}

function readLatex(text: string, at: number, spaced: boolean, tokens: Token[]): number {
  const end = skip(letters, text, at + 1);
  const command = text.slice(at + 1, end);
  const sign = Object.hasOwn(latexSigns, command) ? latexSigns[command] : undefined;
  if (sign !== undefined) tokens.push({ kind: "operator", sign, spaced });
  // `\$` and `\%` are characters; `\(` and `\[` open a formula; `\frac` begins one that is not read.
  else if (command !== "") tokens.push({ kind: "odd", spaced });
  else if (/[()[\]]/.test(text[at + 1] ?? "")) {
    tokens.push({ kind: "stop", spaced });
    return at + 2;
  }
  return end;
}

function readWord(text: string, at: number, spaced: boolean, tokens: Token[]): number {
  const end = skip(letters, text, at);
  const word = text.slice(at, end);
  const last = tokens.at(-1);
  if (word === "") tokens.push({ kind: "stop", spaced });
  else if (isTimes(word, last, text.slice(end, end + 4)))
    tokens.push({ kind: "operator", sign: "*", spaced });
  else tokens.push({ kind: "word", text: word.toLowerCase(), spaced });
  return Math.max(end, at + 1);
}

/** True for "5 x 3" and "20% of 50", but not for "5x + 3" or "3 of them". */
function isTimes(word: string, last: Token | undefined, after: string): boolean {
  if (!/^ ?\\?[$€£¥₹]?[\d(]/.test(after)) return false;
  if (word === "of") return last?.kind === "number" && last.percent;
  return (
    (word === "x" || word === "X") &&
    (last?.kind === "number" || last?.kind === "close" || last?.kind === "word")
  );
}
