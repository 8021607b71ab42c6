import { IDEOGRAPH } from "./characters.ts";
import { counts, stems, units, words } from "./text-units.ts";
import { folded, kinds, SKIP, styledUnit } from "./unit-kinds.ts";

/** Words with more letters than this are also known by their first letters. */
export const STEM = 5;

const prime = 0x01000193;

/** The FNV-1a hash of a word, extended by one character. */
export function wordHash(hash: number, entry: number): number {
  return Math.imul(hash ^ (entry & 0xffff), prime);
}

/**
 * Appends the hash of each word of loaded units to `words`, counts characters by kind, and returns the new number of
 * words. It has no branch that is hard to predict: words end anywhere, and mispredicted branches would
 * take half of the time.
 */
export function readWords(start: number, end: number, wordCount: number): number {
  let count = wordCount;
  let hash = 0;
  let inWord = 0;
  for (let index = start; index < end; index += 1) {
    let unit = units[index] as number;
    let kind = kinds[unit] as number;
    if (kind >= SKIP) {
      if (kind === SKIP || index + 1 >= end) continue;
      unit = styledUnit(units[index + 1] as number) & 0xffff;
      kind = kinds[unit] as number;
    }
    counts[kind & 0xf] = (counts[kind & 0xf] as number) + 1;
    const wordCharacter = kind >>> 5;
    words[count] = hash;
    count += inWord & ~wordCharacter;
    inWord = wordCharacter;
    hash = Math.imul(hash ^ (folded[unit] as number), prime & -wordCharacter);
  }
  words[count] = hash;
  return count + inWord;
}

/** Like `readWords`, also without branches, and writes the hash of the first letters of each long word. */
export function readAsked(start: number, end: number, wordCount: number): number {
  let count = wordCount;
  let hash = 0;
  let letters = 0;
  let inWord = 0;
  for (let index = start; index < end; index += 1) {
    let unit = units[index] as number;
    let kind = kinds[unit] as number;
    if (kind >= SKIP) {
      if (kind === SKIP || index + 1 >= end) continue;
      unit = styledUnit(units[index + 1] as number) & 0xffff;
      kind = kinds[unit] as number;
    }
    counts[kind & 0xf] = (counts[kind & 0xf] as number) + 1;
    const wordCharacter = kind >>> 5;
    words[count] = hash;
    count += inWord & ~wordCharacter;
    inWord = wordCharacter;
    letters = (letters + 1) & -wordCharacter;
    // All bits are set at the first letter behind the stem; what is written elsewhere goes to place 0.
    const behindStem = ((letters ^ (STEM + 1)) - 1) >> 31;
    stems[(count + 1) & behindStem] = hash;
    hash = Math.imul(hash ^ (folded[unit] as number), prime & -wordCharacter);
  }
  words[count] = hash;
  return count + inWord;
}

/** Appends the hash of each ideograph, separately because the loop over other words must stay simple to be fast. */
export function readIdeographs(start: number, end: number, wordCount: number): number {
  let count = wordCount;
  for (let index = start; index < end; index += 1) {
    const unit = units[index] as number;
    if (kinds[unit] !== IDEOGRAPH) continue;
    words[count] = wordHash(0, unit);
    count += 1;
  }
  return count;
}
