/** Characters that are not shown: zero-width ones, soft hyphens, marks of direction, controls. */
const invisible = /(?:(?![\t\n\r])[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}])+/gu;
/** More marks on one letter than any script has. Normalising a long run of them takes quadratic time. */
const excessMarks = /(\p{M}{8})\p{M}+/gu;
/** Single characters that stand for up to 18 letters: whole phrases in Arabic, words in Katakana. */
const longLigatures = /[\ufdfa\ufdfb\u3300-\u33ff]/g;
const marks = /\p{M}+/gu;

/** Letters of other scripts, and Latin ones of odd form, that look like a plain Latin letter. */
const lookAlikes: readonly (readonly [plain: string, others: string])[] = [
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

interface LookAlikes {
  readonly plainOf: ReadonlyMap<string, string>;
  readonly any: RegExp;
}

/** Made for the first text that has other letters: importing the package need not wait for it. */
let known: LookAlikes | undefined;

function readLookAlikes(): LookAlikes {
  const plainOf = new Map(
    lookAlikes.flatMap(([plain, others]) => [...others].map((other) => [other, plain] as const)),
  );
  return { plainOf, any: new RegExp(`[${[...plainOf.keys()].join("")}]`, "gu") };
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
  const composed = text
    .replace(longLigatures, " ")
    .replace(invisible, "")
    .replace(excessMarks, "$1")
    .normalize("NFKC");
  const bare = plainAscii.test(composed) ? composed : bareOf(composed);
  const readings = [text];
  if (composed !== text) readings.push(composed);
  if (bare !== composed) readings.push(bare);
  return readings.join("\n");
}

/** Returns a text without accents and with look-alike letters as Latin ones. */
function bareOf(composed: string): string {
  known ??= readLookAlikes();
  const { plainOf, any } = known;
  return composed
    .normalize("NFKD")
    .replace(marks, "")
    .replace(any, (letter) => plainOf.get(letter) ?? letter)
    .replace(boxed, unboxed);
}

function unboxed(letter: string): string {
  const code = letter.codePointAt(0) ?? 0;
  const start = boxStarts.find((one) => code >= one) ?? code;
  return String.fromCharCode(97 + code - start);
}
