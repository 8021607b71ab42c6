const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "0": "\0",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
};
const digitsOf: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/**
 * Parses a text such as `['a', "it's"]`, a list of strings as Python writes it; undefined for other texts.
 * One pass.
 */
export function readPythonStrings(text: string): readonly string[] | undefined {
  const end = text.length - 1;
  if (!text.startsWith("[") || text[end] !== "]" || end === 0) return undefined;
  const strings: string[] = [];
  let at = 1;
  for (;;) {
    const quote = text[at];
    if (quote !== "'" && quote !== '"') return undefined;
    const read = readString(text, at + 1, quote);
    if (read === undefined) return undefined;
    strings.push(read.value);
    at = read.end;
    if (at === end) return strings;
    if (text[at] !== "," || text[at + 1] !== " ") return undefined;
    at += 2;
  }
}

function readString(
  text: string,
  start: number,
  quote: string,
): { readonly value: string; readonly end: number } | undefined {
  const parts: string[] = [];
  let from = start;
  for (let at = start; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === quote) {
      parts.push(text.slice(from, at));
      return { value: parts.join(""), end: at + 1 };
    }
    if (sign !== "\\") continue;
    parts.push(text.slice(from, at));
    const kind = text[at + 1] ?? "";
    const digits = digitsOf[kind];
    if (digits === undefined) {
      // As in Python: an unknown escape stays unchanged.
      parts.push(escapes[kind] ?? `\\${kind}`);
      at += 1;
    } else {
      const code = Number.parseInt(text.slice(at + 2, at + 2 + digits), 16);
      if (!(code <= 0x10ffff)) return undefined;
      parts.push(String.fromCodePoint(code));
      at += 1 + digits;
    }
    from = at + 1;
  }
  return undefined;
}
