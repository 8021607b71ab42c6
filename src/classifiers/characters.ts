/**
 * What a UTF-16 code unit is, as one integer: bits 0–15 the folded letter or digit of a word, bits
 * 16–19 the kind, bit 30 whether it belongs to a word. Words are runs of Latin letters and digits:
 * letters are folded to lower case, digits to "0".
 */
export type CharacterEntry = number;

export const LETTER = 0;
export const UPPER = 1;
export const DIGIT = 2;
const space = 3;
export const LINE = 4;
export const SENTENCE = 5;
export const QUESTION = 6;
export const COMMA = 7;
export const QUOTE = 8;
export const BRACKET = 9;
export const OPERATOR = 10;
export const SYMBOL = 11;
/** A letter or sign of another script, emoji included. */
export const FOREIGN = 12;
/** A Chinese, Japanese or Korean character, which says as much as several letters. */
export const IDEOGRAPH = 13;
/** Zero-width characters, direction marks and variation selectors: read as if they were absent. */
const skipped = 14;
/** Number of kinds. */
export const KINDS = 15;

const wordBit = 1 << 30;
/** The entry of every character that is read as if it were absent. */
export const SKIPPED: CharacterEntry = skipped << 16;

/** Codes below this one (Latin with its extensions) are looked up; the rest is told apart by ranges. */
const tableSize = 0x250;
const table: Int32Array = buildTable();

export function characterEntry(code: number): CharacterEntry {
  return code < tableSize ? (table[code] as number) : wideEntry(code);
}

function buildTable(): Int32Array {
  const entries = new Int32Array(tableSize).fill(SYMBOL << 16);
  for (let code = 0; code < tableSize; code += 1) {
    const character = String.fromCharCode(code);
    const folded = character.toLowerCase();
    // Letters are what has a case; a table of letters would have to be loaded first.
    if (folded !== character.toUpperCase()) {
      entries[code] = wordBit | ((folded === character ? LETTER : UPPER) << 16) | folded.charCodeAt(0);
    }
    // All control characters: a text must not change its words by them.
    if (code <= 0x20 || (code >= 0x7f && code <= 0xa0)) entries[code] = space << 16;
  }
  const set = (characters: string, entry: CharacterEntry): void => {
    for (const character of characters) entries[character.charCodeAt(0)] = entry;
  };
  set("0123456789", wordBit | (DIGIT << 16) | 0x30);
  set("\n", LINE << 16);
  set(".!;", SENTENCE << 16);
  set("?¿", QUESTION << 16);
  set(",:", COMMA << 16);
  set("\"'`«»", QUOTE << 16);
  set("()[]{}", BRACKET << 16);
  set("+-*/=<>^|&%~_\\$#@", OPERATOR << 16);
  set("\u00ad", SKIPPED);
  return entries;
}

function wideEntry(code: number): CharacterEntry {
  if (code >= 0x2000 && code <= 0x206f) return punctuationEntry(code);
  if (code >= 0x3040 && code <= 0xd7ff)
    return code <= 0xa4cf || code >= 0xac00 ? IDEOGRAPH << 16 : FOREIGN << 16;
  if (code >= 0x2200 && code <= 0x22ff) return OPERATOR << 16;
  if (code === 0x3000) return space << 16;
  if (code === 0x3001) return COMMA << 16;
  if (code === 0x3002) return SENTENCE << 16;
  if ((code >= 0xfe00 && code <= 0xfe0f) || code === 0xfeff) return SKIPPED;
  // Full-width forms of ASCII.
  if (code >= 0xff01 && code <= 0xff5e) return table[code - 0xfee0] as number;
  return FOREIGN << 16;
}

/** General punctuation, U+2000 to U+206F. */
function punctuationEntry(code: number): CharacterEntry {
  if (code <= 0x200a || code === 0x202f || code === 0x205f) return space << 16;
  if (code <= 0x200f || (code >= 0x202a && code <= 0x202e) || code >= 0x2060) return SKIPPED;
  if (code <= 0x2015) return OPERATOR << 16;
  if (code >= 0x2018 && code <= 0x201f) return QUOTE << 16;
  if (code === 0x2026) return SENTENCE << 16;
  if (code === 0x2028 || code === 0x2029) return LINE << 16;
  return SYMBOL << 16;
}
