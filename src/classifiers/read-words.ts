import { IDEOGRAPH, LINE, SPACE } from "./characters.ts";
import { askedCounts, counts, stems, units, words } from "./text-units.ts";
import { folded, kinds, SKIP, styledUnit } from "./unit-kinds.ts";

/** Words with more letters than this are also known by their first letters. */
export const STEM = 5;

const prime = 0x01000193;

/** The FNV-1a hash of a word, extended by one character. */
export function wordHash(hash: number, entry: number): number {
  return Math.imul(hash ^ (entry & 0xffff), prime);
}

/** Length from which a text is read at two places at once. */
const shortestSplit = 192;
/** Number of units in which a space is looked for that parts a text. */
const longestSearch = 64;

/**
 * Appends the hash of each word of loaded units to `words`, counts characters by kind, and returns the new number of
 * words. It has no branch that is hard to predict: words end anywhere, and mispredicted branches would
 * take half of the time.
 *
 * The hash of a letter waits for that of the letter before it, so a longer text is read in two halves, side by side.
 */
export function readWords(start: number, end: number, wordCount: number): number {
  const middle = end - start < shortestSplit ? end : gapFrom((start + end) >> 1, end);
  if (middle >= end) return readOn(start, end, end, wordCount, 0, 0);
  // Where the words of the first half cannot reach.
  const place = wordCount + ((middle - start) >> 1) + 2;
  const length = Math.min(middle - start, end - middle);
  let firstCount = wordCount;
  let secondCount = place;
  let firstHash = 0;
  let secondHash = 0;
  let inFirst = 0;
  let inSecond = 0;
  let at = 0;
  for (; at < length; at += 1) {
    const first = units[start + at] as number;
    const second = units[middle + at] as number;
    const firstKind = kinds[first] as number;
    const secondKind = kinds[second] as number;
    if ((firstKind | secondKind) >= SKIP) break;
    counts[firstKind & 0xf] = (counts[firstKind & 0xf] as number) + 1;
    counts[secondKind & 0xf] = (counts[secondKind & 0xf] as number) + 1;
    const firstWord = firstKind >>> 5;
    const secondWord = secondKind >>> 5;
    words[firstCount] = firstHash;
    firstCount += inFirst & ~firstWord;
    inFirst = firstWord;
    firstHash = Math.imul(firstHash ^ (folded[first] as number), prime & -firstWord);
    words[secondCount] = secondHash;
    secondCount += inSecond & ~secondWord;
    inSecond = secondWord;
    secondHash = Math.imul(secondHash ^ (folded[second] as number), prime & -secondWord);
  }
  firstCount = readOn(start + at, middle, end, firstCount, firstHash, inFirst);
  secondCount = readOn(middle + at, end, end, secondCount, secondHash, inSecond);
  for (let from = place; from < secondCount; from += 1, firstCount += 1)
    words[firstCount] = words[from] as number;
  return firstCount;
}

/** Returns the index of the first space or line end from an index on, if it is near; else `end`. */
function gapFrom(from: number, end: number): number {
  const limit = Math.min(end, from + longestSearch);
  for (let index = from; index < limit; index += 1) {
    const kind = kinds[units[index] as number];
    if (kind === SPACE || kind === LINE) return index;
  }
  return end;
}

/** Goes on reading with the hash of a word that has begun. `textEnd` is where the text ends of which this is a part. */
function readOn(
  start: number,
  end: number,
  textEnd: number,
  wordCount: number,
  begunHash: number,
  begun: number,
): number {
  let count = wordCount;
  let hash = begunHash;
  let inWord = begun;
  for (let index = start; index < end; index += 1) {
    let unit = units[index] as number;
    let kind = kinds[unit] as number;
    if (kind >= SKIP) {
      if (kind === SKIP || index + 1 >= textEnd) continue;
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

/**
 * Like `readWords` for what is asked, whose characters are counted apart. Also writes the hash of the first letters of
 * each long word, without branches.
 */
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
    askedCounts[kind & 0xf] = (askedCounts[kind & 0xf] as number) + 1;
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
