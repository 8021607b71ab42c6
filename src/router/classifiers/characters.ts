/**
 * The meaning of a UTF-16 code unit as one integer: bits 0–15 hold the folded letter or digit of a word,
 * bits 16–19 the kind, and bit 30 is set if it belongs to no word. Letters are folded to lower case without
 * accents, letters that look like Latin ones to those, digits to "0": a Latin letter's entry is no more than the folded
 * letter. `SKIPPED` and `STYLED` are negative.
 */
export type CharacterEntry = number;

const letter = 0;
export const DIGIT = 1;
export const SPACE = 2;
export const SENTENCE = 3;
export const QUESTION = 4;
export const COMMA = 5;
export const QUOTE = 6;
export const BRACKET = 7;
export const OPERATOR = 8;
export const SYMBOL = 9;
/** A letter of a script other than Latin, unless it looks like a Latin one. */
export const FOREIGN = 10;
export const LINE = 11;
/** A Chinese, Japanese or Korean character: a word by itself, with the content of several letters. */
export const IDEOGRAPH = 12;
/** Number of kinds. */
export const KINDS = 13;

/** Zero-width and filling characters, direction marks and accents, which are ignored. */
export const SKIPPED: CharacterEntry = -1;
/** The first half of a bold, italic or otherwise styled letter or digit; `styledEntry` reads the second. */
export const STYLED: CharacterEntry = -2;

/** Entries from this one on belong to no word. */
export const BETWEEN: CharacterEntry = 1 << 30;
const betweenEntry = (kind: number): CharacterEntry => BETWEEN | (kind << 16);
const wordEntry = (kind: number, folded: number): CharacterEntry => (kind << 16) | folded;
/** The entries of each ideograph, of a space and of a line end. */
export const IDEOGRAPH_ENTRY: CharacterEntry = betweenEntry(IDEOGRAPH);
export const SPACE_ENTRY: CharacterEntry = betweenEntry(SPACE);
export const LINE_ENTRY: CharacterEntry = betweenEntry(LINE);
const digitEntry: CharacterEntry = wordEntry(DIGIT, 0x30);

/** End of the codes (Latin, Greek, Cyrillic) that are looked up; the others are distinguished by range. */
const tableSize = 0x530;
/** Pairs of a letter and the Latin letter that it looks like. */
const lookalikes = "аaеeоoрpсcуyхxіiјjѕsһhοoνvιiρpυuκkχxαaτtηnβb";

/** Built when the first character is asked about: importing the package need not wait for it. */
let built: Int32Array | undefined;
/** Entries of U+2100 to U+214F. */
let letterlikes: Int32Array | undefined;
const hangulFiller = 0x3164;

/** True for the entry of a Latin letter, or one that looks like it: the letter itself. */
export function isLatin(entry: CharacterEntry): boolean {
  return (entry & ~0xffff) === 0;
}

/** True for the entry of a letter or digit of a word. */
export function isOfWord(entry: CharacterEntry): boolean {
  return entry >= 0 && entry < BETWEEN;
}

export function characterEntry(code: number): CharacterEntry {
  return code < tableSize ? entryOf(code) : wideEntry(code);
}

/** Looks up the entry of a code below `tableSize`. */
function entryOf(code: number): CharacterEntry {
  built ??= buildTable();
  return built[code] as number;
}

/** The entry for the second half of a character that begins with `STYLED`. */
export function styledEntry(code: number): CharacterEntry {
  if (code >= 0xdc00 && code <= 0xdea3) return wordEntry(letter, 0x61 + ((code - 0xdc00) % 26));
  return code >= 0xdfce && code <= 0xdfff ? digitEntry : betweenEntry(SYMBOL);
}

function buildTable(): Int32Array {
  const entries = new Int32Array(tableSize).fill(betweenEntry(SYMBOL));
  const likeLatin = new Map<number, number>();
  for (let at = 0; at < lookalikes.length; at += 2)
    likeLatin.set(lookalikes.charCodeAt(at), lookalikes.charCodeAt(at + 1));
  for (let code = 0; code < tableSize; code += 1) {
    const character = String.fromCharCode(code);
    // A letter is a character with a case; a table of letters would have to be loaded first.
    if (character.toLowerCase() !== character.toUpperCase()) {
      const folded = character.normalize("NFD").toLowerCase().charCodeAt(0);
      const latin = likeLatin.get(folded) ?? folded;
      entries[code] = wordEntry(latin < 0x370 ? letter : FOREIGN, latin);
    }
    // Control characters count as space, so that they cannot change the words of a text.
    if (code <= 0x20 || (code >= 0x7f && code <= 0xa0)) entries[code] = betweenEntry(SPACE);
    if (code >= 0x300 && code <= 0x36f) entries[code] = SKIPPED;
  }
  const set = (characters: string, entry: CharacterEntry): void => {
    for (const character of characters) entries[character.charCodeAt(0)] = entry;
  };
  set("0123456789", digitEntry);
  set("\n", betweenEntry(LINE));
  set(".!;", betweenEntry(SENTENCE));
  set("?¿\u037e", betweenEntry(QUESTION));
  set(",:", betweenEntry(COMMA));
  set("\"'`«»", betweenEntry(QUOTE));
  set("()[]{}", betweenEntry(BRACKET));
  set("+-*/=<>^|&%~_\\$#@", betweenEntry(OPERATOR));
  set("\u00ad", SKIPPED);
  return entries;
}

function wideEntry(code: number): CharacterEntry {
  if (code >= 0x2000 && code <= 0x206f) return punctuationEntry(code);
  if (code >= 0x3040 && code <= 0xd7ff && (code <= 0xa4cf || code >= 0xac00))
    return code === hangulFiller ? SKIPPED : betweenEntry(IDEOGRAPH);
  if (code < 0x2000) return alphabetEntry(code);
  if (code >= 0x2200 && code <= 0x22ff) return betweenEntry(OPERATOR);
  if (code < 0x2500) return letterlikeEntry(code);
  if (code === 0x3000) return betweenEntry(SPACE);
  if (code === 0x3001) return betweenEntry(COMMA);
  if (code === 0x3002) return betweenEntry(SENTENCE);
  if ((code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xfe20 && code <= 0xfe2f) || code === 0xfeff)
    return SKIPPED;
  // Full-width forms of ASCII.
  if (code >= 0xff01 && code <= 0xff5e) return entryOf(code - 0xfee0);
  if (code === 0xffa0 || (code >= 0xfff9 && code <= 0xfffb)) return SKIPPED;
  if (code === 0xd835) return STYLED;
  // Tags and variation selectors, which can hide text in a text.
  if (code === 0xdb40) return SKIPPED;
  // The second half of a pair is skipped: the first one counts.
  return code >= 0xdc00 && code <= 0xdfff ? SKIPPED : betweenEntry(SYMBOL);
}

/** The entry for U+2070 to U+24FF without mathematical operators: circled letters and letter-like symbols. */
function letterlikeEntry(code: number): CharacterEntry {
  if (code >= 0x20d0 && code <= 0x20ff) return SKIPPED;
  if (code >= 0x24b6 && code <= 0x24e9) return wordEntry(letter, 0x61 + ((code - 0x24b6) % 26));
  letterlikes ??= Int32Array.from({ length: 0x50 }, (_, index) => letterlikeOf(0x2100 + index));
  return letterlikes[code - 0x2100] ?? betweenEntry(SYMBOL);
}

function letterlikeOf(code: number): CharacterEntry {
  const plain = String.fromCharCode(code).normalize("NFKC").toLowerCase();
  return /^[a-z]$/.test(plain) ? wordEntry(letter, plain.charCodeAt(0)) : betweenEntry(SYMBOL);
}

/** The entry for U+0530 to U+1FFF: letters of living scripts with their vowel signs, and Vietnamese. */
function alphabetEntry(code: number): CharacterEntry {
  if (code >= 0x1e00 && code < 0x1f00) {
    const plain = String.fromCharCode(code).normalize("NFD").charCodeAt(0);
    // Eleven medieval letters have no plain form. They end a word, as in the prompts that the weights were trained on.
    return plain < tableSize ? entryOf(plain) : betweenEntry(letter);
  }
  if ((code >= 0x660 && code <= 0x669) || (code >= 0x6f0 && code <= 0x6f9)) return digitEntry;
  if (code >= 0x966 && code <= 0x96f) return digitEntry;
  if (code >= 0x64b && code <= 0x65f) return SKIPPED;
  if (code === 0x60c) return betweenEntry(COMMA);
  if (code === 0x61b || code === 0x964 || code === 0x6d4) return betweenEntry(SENTENCE);
  if (code === 0x61f) return betweenEntry(QUESTION);
  if (code === 0x61c || code === 0x180e || isFiller(code)) return SKIPPED;
  return wordEntry(FOREIGN, code);
}

/** True for fillers of Hangul and Khmer, and for combining marks. */
function isFiller(code: number): boolean {
  return (
    (code >= 0x1dc0 && code <= 0x1dff) ||
    (code >= 0x1ab0 && code <= 0x1aff) ||
    code === 0x115f ||
    code === 0x1160 ||
    code === 0x17b4 ||
    code === 0x17b5
  );
}

/** The entry for general punctuation, U+2000 to U+206F. */
function punctuationEntry(code: number): CharacterEntry {
  if (code <= 0x200a || code === 0x202f || code === 0x205f) return betweenEntry(SPACE);
  if (code <= 0x200f || (code >= 0x202a && code <= 0x202e) || code >= 0x2060) return SKIPPED;
  if (code <= 0x2015) return betweenEntry(OPERATOR);
  if (code >= 0x2018 && code <= 0x201f) return betweenEntry(QUOTE);
  if (code === 0x2026) return betweenEntry(SENTENCE);
  if (code === 0x2028 || code === 0x2029) return betweenEntry(LINE);
  return betweenEntry(SYMBOL);
}
