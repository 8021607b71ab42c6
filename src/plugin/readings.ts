/** Characters that are not shown: zero-width ones, soft hyphens, marks of direction, controls. */
const invisible = String.raw`(?:(?![\t\n\r])[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}])+`;
/** More marks on one letter than any script has. Normalising a long run of them takes quadratic time. */
const excessMarks = String.raw`(\p{M}{8})\p{M}+`;
/** Single characters that stand for up to 18 letters: whole phrases in Arabic, words in Katakana. */
const longLigatures = /[\ufdfa\ufdfb\u3300-\u33ff]/g;
const marks = String.raw`\p{M}+`;

/** Letters of other scripts, and Latin ones of odd form, that look like a plain Latin letter. */
const lookAlikes = (): readonly (readonly [plain: string, others: string])[] => [
  ["a", "аαɑᴀ"],
  ["b", "вβьʙ"],
  ["c", "сϲςᴄ"],
  ["d", "ԁđᴅɖ"],
  ["e", "еεєᴇɛ"],
  ["f", "ғƒꜰ"],
  ["g", "ɡցɢǥ"],
  ["h", "һнհʜħ"],
  ["i", "іιıɪɩ"],
  ["j", "јϳᴊȷ"],
  ["k", "кκᴋ"],
  ["l", "ӏʟłɭ"],
  ["m", "мᴍ"],
  ["n", "пηոɴ"],
  ["o", "оοσօᴏøө"],
  ["p", "рρᴘ"],
  ["q", "ԛզ"],
  ["r", "гʀɾ"],
  ["s", "ѕꜱʂ"],
  ["t", "тτᴛŧ"],
  ["u", "υսᴜʋ"],
  ["v", "ѵνᴠ"],
  ["w", "ԝωᴡѡ"],
  ["x", "хχ"],
  ["y", "уγүʏ"],
  ["z", "ᴢʐ"],
  ["A", "АΑᎪ"],
  ["B", "ВΒᏴ"],
  ["C", "СϹᏟ"],
  ["D", "ᎠĐ"],
  ["E", "ЕΕᎬ"],
  ["F", "Ϝ"],
  ["G", "Ꮐ"],
  ["H", "НΗᎻ"],
  ["I", "ІΙӀ"],
  ["J", "ЈᎫ"],
  ["K", "КΚᏦ"],
  ["L", "ᏞŁ"],
  ["M", "МΜᎷ"],
  ["N", "Ν"],
  ["O", "ОΟՕØ"],
  ["P", "РΡᏢ"],
  ["R", "Ꭱ"],
  ["S", "ЅՏᏚ"],
  ["T", "ТΤᎢ"],
  ["V", "Ѵ"],
  ["W", "ԜᎳ"],
  ["X", "ХΧ"],
  ["Y", "УΥҮ"],
  ["Z", "ΖᏃ"],
];

/** Tables and patterns by which letters are read. */
interface Letters {
  readonly invisible: RegExp;
  readonly excessMarks: RegExp;
  readonly marks: RegExp;
  readonly plainOf: ReadonlyMap<string, string>;
  readonly lookAlike: RegExp;
}

/** Made for the first text that is not ASCII: of literals V8 reads the classes while the package is imported. */
let known: Letters | undefined;

function readLetters(): Letters {
  const plainOf = new Map(
    lookAlikes().flatMap(([plain, others]) => [...others].map((other) => [other, plain] as const)),
  );
  return {
    invisible: new RegExp(invisible, "gu"),
    excessMarks: new RegExp(excessMarks, "gu"),
    marks: new RegExp(marks, "gu"),
    plainOf,
    lookAlike: new RegExp(`[${[...plainOf.keys()].join("")}]`, "gu"),
  };
}

/** Letters in dark circles and squares, and those of flags: 26 in a row from each of these. */
const boxed = /[\u{1f150}-\u{1f169}\u{1f170}-\u{1f189}\u{1f1e6}-\u{1f1ff}]/gu;
const boxStarts = [0x1f1e6, 0x1f170, 0x1f150];

const plainAscii = /^[\t\n\r -~]*$/;

/**
 * Returns the text and, where they differ, two more readings of it: one without invisible characters and in
 * composed plain forms (NFKC), and one without accents and with look-alike letters as Latin ones. A detector
 * then finds a word however it is spelt. Linear in the length of the text.
 */
export function withReadings(text: string): string {
  if (plainAscii.test(text)) return text;
  known ??= readLetters();
  const composed = text
    .replace(longLigatures, " ")
    .replace(known.invisible, "")
    .replace(known.excessMarks, "$1")
    .normalize("NFKC");
  const bare = plainAscii.test(composed) ? composed : bareOf(composed, known);
  const readings = [text];
  if (composed !== text) readings.push(composed);
  if (bare !== composed) readings.push(bare);
  return readings.join("\n");
}

/** Returns a text without accents and with look-alike letters as Latin ones. */
function bareOf(composed: string, { marks, plainOf, lookAlike }: Letters): string {
  return composed
    .normalize("NFKD")
    .replace(marks, "")
    .replace(lookAlike, (letter) => plainOf.get(letter) ?? letter)
    .replace(boxed, unboxed);
}

function unboxed(letter: string): string {
  const code = letter.codePointAt(0) ?? 0;
  const start = boxStarts.find((one) => code >= one) ?? code;
  return String.fromCharCode(97 + code - start);
}
