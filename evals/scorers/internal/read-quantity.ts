/** Longest number that is read, in characters. */
const longest = 60;

/** Notation of numbers: the decimal mark, and if `(5)` is -5. */
export interface NumberStyle {
  readonly decimal: "." | ",";
  readonly accounting: boolean;
}

export interface Quantity {
  readonly value: number;
  readonly percent: boolean;
  /** Position in the text, including sign, currency and unit of scale. */
  readonly start: number;
  readonly end: number;
}

/** Digits with the characters allowed between them. Each character is looked at once. */
const tokens = /\d(?:[\d.,'’_\u00a0\u2009\u202f]*\d)?|\.\d+/g;

/**
 * Reads the numbers of a text in order, after `plainNumbers`: `-$1,234.50`, `3/4`, `2 1/2`, `6.02e23`, `6.02
 * × 10^23`, `12 %`, `1.5 million`. `undefined` marks digits that are not a number (`1.2.3`, a date, a time).
 * Digits of a word (`H2O`, `GPT-4`) are left out. Linear in the length of the text.
 */
export function readQuantities(text: string, style: NumberStyle): (Quantity | undefined)[] {
  const quantities: (Quantity | undefined)[] = [];
  tokens.lastIndex = 0;
  for (let token = tokens.exec(text); token !== null; token = tokens.exec(text)) {
    const { index } = token;
    const before = text.slice(Math.max(0, index - 8), index);
    if (/[\p{L}_](?:-)?$/u.test(before) && !currencyCode.test(before)) continue;
    const chain = /^(?:[/:-]\d{1,4}){2,3}(?!\d)/.exec(text.slice(tokens.lastIndex, tokens.lastIndex + 20));
    if (
      chain !== null ||
      /\d:$/.test(before) ||
      /^:\d/.test(text.slice(tokens.lastIndex, tokens.lastIndex + 2))
    ) {
      // A date or a time.
      tokens.lastIndex += chain?.[0].length ?? 0;
      quantities.push(undefined);
      continue;
    }
    const isHex = token[0] === "0" && /^x[\da-f]/i.test(text.slice(index + 1, index + 3));
    const quantity = isHex ? undefined : quantityAt(text, index, token[0], style);
    quantities.push(quantity);
    if (quantity !== undefined) tokens.lastIndex = quantity.end;
  }
  return quantities;
}

const currencyCode = /(?:^|[^\p{L}])(?:USD|EUR|GBP|JPY|CHF|CAD|AUD|INR|CNY|Rs\.?)\s?$/u;
const leading = /(?:^|[^\p{L}])((?:US|C|A|R)?[$€£¥₹₩]\s?|(?:USD|EUR|GBP|JPY|CHF|CAD|AUD|INR|CNY|Rs\.?)\s?)$/u;

function quantityAt(text: string, at: number, token: string, style: NumberStyle): Quantity | undefined {
  const base = numberOf(token, style);
  if (base === undefined) return undefined;
  let end = at + token.length;
  const after = (): string => text.slice(end, end + 40);
  let value = base;

  const power =
    /^(?:[eE]([+-]?\d{1,3})(?![\p{L}\p{N}])|\s?[×x*·]\s?10\s?(?:\^|\*\*)\s?[{(]?([+-]?\d{1,3})[})]?)/u.exec(
      after(),
    );
  if (power !== null) {
    value = Number(`${base}e${Number(power[1] ?? power[2])}`);
    end += power[0].length;
  }
  const exponent = power === null ? /^\^[{(]?([+-]?\d{1,3})[})]?/.exec(after()) : null;
  if (exponent !== null) {
    value = base ** Number(exponent[1]);
    end += exponent[0].length;
  }
  const mixed = /^ (\d{1,6})\/(\d{1,6})(?![\d/.,]*\d)/.exec(after());
  const fraction = /^\s?\/\s?(\d[\d.,]{0,30}\d|\d)/.exec(after());
  if (mixed !== null && Number.isInteger(base) && power === null && exponent === null) {
    value += Number(mixed[1]) / Number(mixed[2]);
    end += mixed[0].length;
  } else if (fraction !== null) {
    const denominator = numberOf(fraction[1] ?? "", style);
    if (denominator === undefined || denominator === 0) return undefined;
    value /= denominator;
    end += fraction[0].length;
  }

  let start = at;
  const head = (): string => text.slice(Math.max(0, start - 8), start);
  let currency = leading.exec(head())?.[1];
  let negative = false;
  if (currency !== undefined) start -= currency.length;
  if (isSign(text, start - 1)) {
    negative = text[start - 1] !== "+";
    start -= 1;
    // "$-5"
    const outer = currency === undefined ? leading.exec(head())?.[1] : undefined;
    if (outer !== undefined) {
      currency = outer;
      start -= outer.length;
    }
  }

  const scale = scaleAt(after(), currency !== undefined);
  if (scale !== undefined) {
    value *= scale.factor;
    end += scale.length;
  }
  const percent = /^\s?(?:%|percent\b|per cent\b|pct\b)/i.exec(after());
  if (percent !== null) end += percent[0].length;
  const unit = /^\s?(?:[€£¥₹₩$](?!\d)|(?:USD|EUR|GBP|JPY|CHF|CAD|AUD|INR|CNY)\b)/.exec(after());
  if (unit !== null) end += unit[0].length;
  if (style.accounting && text[start - 1] === "(" && text[end] === ")") {
    negative = !negative;
    start -= 1;
    end += 1;
  }
  if (!Number.isFinite(value)) return undefined;
  return { value: negative ? -value : value, percent: percent !== null, start, end };
}

/**
 * True if a character is a sign, which does not follow a letter, digit or bracket: "3-5" is a range and "x-5"
 * a difference.
 */
function isSign(text: string, at: number): boolean {
  return /[-+−–]/.test(text[at] ?? "") && !/[\p{L}\p{N})\]]/u.test(text[at - 1] ?? "");
}

const words = { thousand: 1e3, million: 1e6, billion: 1e9, trillion: 1e12, mn: 1e6, bn: 1e9 } as const;
/** Units of scale that count only after a currency: "300K" may be a temperature and "5M" a length. */
const letters = { k: 1e3, K: 1e3, m: 1e6, M: 1e6, B: 1e9 } as const;

function scaleAt(text: string, currency: boolean): { factor: number; length: number } | undefined {
  const word = /^\s?(thousand|million|billion|trillion|mn|bn)\b/i.exec(text);
  if (word !== null)
    return { factor: words[word[1]?.toLowerCase() as keyof typeof words], length: word[0].length };
  const letter = currency ? /^([kKmMB])\b/.exec(text)?.[1] : undefined;
  return letter === undefined ? undefined : { factor: letters[letter as keyof typeof letters], length: 1 };
}

/** Parses digits without a sign; `undefined` if they are ambiguous. */
function numberOf(token: string, { decimal }: NumberStyle): number | undefined {
  if (token.length > longest) return undefined;
  const plain = token.replace(/['’_\u00a0\u2009\u202f](?=\d{3}(?!\d))/g, "");
  const forms = decimal === "." ? pointForms : commaForms;
  if (!forms.some((form) => form.test(plain))) {
    // "1.234,56" has only one reading.
    if (decimal === "." && /^\d{1,3}(?:\.\d{3})+,\d+$/.test(plain)) return fromComma(plain);
    return undefined;
  }
  return decimal === "." ? Number(plain.replaceAll(",", "")) : fromComma(plain);
}

const pointForms = [
  /^(?:\d+(?:\.\d+)?|\.\d+)$/,
  /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/,
  // Lakhs and crores: 12,34,567
  /^\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?$/,
];
const commaForms = [/^\d+(?:,\d+)?$/, /^\d{1,3}(?:\.\d{3})+(?:,\d+)?$/];

function fromComma(text: string): number {
  return Number(text.replaceAll(".", "").replace(",", "."));
}
