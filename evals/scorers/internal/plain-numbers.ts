import type { NumberStyle } from "./read-quantity.ts";

const vulgar: Readonly<Record<string, string>> = {
  "½": "1/2",
  "⅓": "1/3",
  "⅔": "2/3",
  "¼": "1/4",
  "¾": "3/4",
  "⅕": "1/5",
  "⅖": "2/5",
  "⅗": "3/5",
  "⅘": "4/5",
  "⅙": "1/6",
  "⅚": "5/6",
  "⅛": "1/8",
  "⅜": "3/8",
  "⅝": "5/8",
  "⅞": "7/8",
};
const groupsOfThree = /(?<![\d.,])\d{1,3}(?: \d{3}){1,6}(?!\d)/g;
const severalGroupsOfThree = /(?<![\d.,])\d{1,3}(?: \d{3}){2,6}(?!\d)/g;
const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/**
 * Rewrites numbers in ASCII, without the marks of Markdown and LaTeX: `**\$1{,}234**` becomes `$1,234`,
 * `\frac{3}{4}` and `¾` become `3/4`, `10⁸` becomes `10^8`. Spaces between thousands become non-breaking
 * ones: of `1 000 000` always, of `12 100` with decimal commas. Linear in the length of the text.
 */
export function plainNumbers(text: string, { decimal }: Pick<NumberStyle, "decimal">): string {
  return text
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/\*\*(?!\s?\d)|\*\*(?=\d[\d.,]{0,30}\*\*)|__|`/g, "")
    .replace(/\\[$%]/g, (escaped) => escaped[1] ?? "")
    .replace(/\{,\}/g, ",")
    .replace(/\\[,!;: ](?=\d)/g, "\u00a0")
    .replace(/\\(?:times|cdot)\b/g, "×")
    .replace(/\\[dt]?frac\s?\{\s?([-+−]?[\d.,]{1,30})\s?\}\s?\{\s?([\d.,]{1,30})\s?\}/g, asFraction)
    .replace(/[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]/g, (one, at: number, whole: string) =>
      joined(vulgar[one] ?? "", whole[at - 1]),
    )
    .replace(/(?<=\d)⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}/g, (power) => `^${asPower(power)}`)
    .replace(/\b(?:negative|(?<=^\s{0,3}|\b(?:is|of)\s)minus)\s(?=[$€£]?\d)/gi, "-")
    .replace(decimal === "," ? groupsOfThree : severalGroupsOfThree, (groups) =>
      groups.replaceAll(" ", "\u00a0"),
    )
    .replace(/\\(?:text|textbf|mathrm|mathbf|boxed|left|right|displaystyle)\b/g, "")
    .replace(/\\[()[\]]/g, " ");
}

function asFraction(_: string, above: string, below: string, at: number, whole: string): string {
  return joined(`${above}/${below}`, whole[at - 1]);
}

/** Separates a fraction from a whole number: "2½" is 2 1/2. */
function joined(fraction: string, before: string | undefined): string {
  return /\d/.test(before ?? "") ? ` ${fraction}` : fraction;
}

function asPower(power: string): string {
  return Array.from(power, (one) => (one === "⁻" ? "-" : String(superscripts.indexOf(one)))).join("");
}
