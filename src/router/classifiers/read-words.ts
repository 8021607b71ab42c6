import {
  IDEOGRAPH_ENTRY,
  isLatin,
  isOfWord,
  LINE_ENTRY,
  SPACE,
  SPACE_ENTRY,
  STYLED,
  styledEntry,
} from "./characters.ts";
import { stems, units, words } from "./text-units.ts";
import { entries } from "./unit-entries.ts";

/** Words with more letters than this are also known by their first letters. */
export const STEM = 5;

const prime = 0x01000193;
const space = 0x20;

/** The FNV-1a hash of a word, extended by one character. */
export function wordHash(hash: number, entry: number): number {
  return Math.imul(hash ^ (entry & 0xffff), prime);
}

/** Length from which material is read at two places at once. */
const shortestSplit = 192;
/** Number of units in which a space is looked for that parts a text. */
const longestSearch = 64;

/**
 * Appends the hash of each word of loaded units to `words`, adds the characters by kind to `counts`, and returns the new
 * number of words.
 *
 * Long material is read in two halves, side by side, since the hash of a letter waits for that of the letter before it,
 * and without a branch at the end of a word, which cannot be predicted.
 */
export function readWords(start: number, end: number, wordCount: number, counts: Int32Array): number {
  const middle = end - start < shortestSplit ? end : gapFrom((start + end) >> 1, end);
  if (middle >= end) return readAsked(start, end, wordCount, counts);
  // Where the words of the second half are put: those of the first half do not reach it.
  const place = wordCount + ((middle - start) >> 1) + 2;
  const read = readHalves(start, middle, Math.min(middle - start, end - middle), wordCount, place, counts);
  const [firstCount = 0, firstHash = 0, inFirst = 0, secondCount = 0, secondHash = 0, inSecond = 0] = halves;
  let count = readOn(start + read, middle, end, firstCount, firstHash, inFirst, counts);
  const last = readOn(middle + read, end, end, secondCount, secondHash, inSecond, counts);
  for (let from = place; from < last; from += 1, count += 1) words[count] = words[from] as number;
  return count;
}

/** Number of words, hash of the word that has begun, and 1 if one has, of the first half, then of the second. */
const halves = new Int32Array(6);

/**
 * Reads the same number of units of two halves, at most `length`, up to a unit that is ignored or styled, writes what was
 * found to `halves` and returns the number. A function of its own: where the engine replaces its code while such a loop is
 * under way, the loop is slower by half from then on, and here nothing rare makes it do that.
 */
function readHalves(
  start: number,
  middle: number,
  length: number,
  wordCount: number,
  place: number,
  counts: Int32Array,
): number {
  let firstCount = wordCount;
  let secondCount = place;
  let firstHash = 0;
  let secondHash = 0;
  let inFirst = 0;
  let inSecond = 0;
  let at = 0;
  for (; at < length; at += 1) {
    const first = entries[units[start + at] as number] as number;
    const second = entries[units[middle + at] as number] as number;
    if ((first | second) < 0) break;
    const firstKind = (first >>> 16) & 0xf;
    const secondKind = (second >>> 16) & 0xf;
    counts[firstKind] = (counts[firstKind] as number) + 1;
    counts[secondKind] = (counts[secondKind] as number) + 1;
    const betweenFirst = first >>> 30;
    const betweenSecond = second >>> 30;
    words[firstCount] = firstHash;
    firstCount += inFirst & betweenFirst;
    inFirst = betweenFirst ^ 1;
    firstHash = Math.imul(firstHash ^ (first & 0xffff), prime & -inFirst);
    words[secondCount] = secondHash;
    secondCount += inSecond & betweenSecond;
    inSecond = betweenSecond ^ 1;
    secondHash = Math.imul(secondHash ^ (second & 0xffff), prime & -inSecond);
  }
  halves[0] = firstCount;
  halves[1] = firstHash;
  halves[2] = inFirst;
  halves[3] = secondCount;
  halves[4] = secondHash;
  halves[5] = inSecond;
  return at;
}

/** Returns the index of the first space or line end from an index on, if it is near; else `end`. */
function gapFrom(from: number, end: number): number {
  const limit = Math.min(end, from + longestSearch);
  for (let index = from; index < limit; index += 1) {
    const entry = entries[units[index] as number];
    if (entry === SPACE_ENTRY || entry === LINE_ENTRY) return index;
  }
  return end;
}

/** Like `readWords` for what is asked: also writes the hash of the first letters of each long word to `stems`. */
export function readAsked(start: number, end: number, wordCount: number, counts: Int32Array): number {
  return readOn(start, end, end, wordCount, 0, 0, counts);
}

/**
 * Reads a stretch in which a word may have begun, of `begun` letters. `textEnd` is where the text ends of which this is a
 * part. In a short text a branch at the end of a word costs less than to write each letter to memory.
 */
function readOn(
  start: number,
  end: number,
  textEnd: number,
  wordCount: number,
  begunHash: number,
  begun: number,
  counts: Int32Array,
): number {
  // A space behind the last unit ends the last word.
  const behind = units[end] as number;
  units[end] = space;
  counts[SPACE] = (counts[SPACE] as number) - 1;
  let count = wordCount;
  let hash = begunHash;
  let stem = 0;
  let letters = -begun;
  // Where the word began, as if the units that are ignored stood in front of it.
  let from = start - begun;
  for (let at = start; at <= end; at += 1) {
    let entry = entries[units[at] as number] as number;
    while (isLatin(entry)) {
      hash = Math.imul(hash ^ entry, prime);
      at += 1;
      if (at - from === STEM) stem = hash;
      entry = entries[units[at] as number] as number;
    }
    if (entry < 0) {
      if (entry !== STYLED || at + 1 >= textEnd) {
        from += 1;
        continue;
      }
      entry = styledEntry(units[at + 1] as number);
    }
    if (isOfWord(entry)) {
      hash = wordHash(hash, entry);
      if (at + 1 - from === STEM) stem = hash;
      if (isLatin(entry)) continue;
      letters -= 1;
      counts[entry >>> 16] = (counts[entry >>> 16] as number) + 1;
      continue;
    }
    const kind = (entry >>> 16) & 0xf;
    counts[kind] = (counts[kind] as number) + 1;
    const length = at - from;
    from = at + 1;
    if (length === 0) continue;
    words[count] = hash;
    stems[count] = length > STEM ? stem : 0;
    count += 1;
    letters += length;
    hash = 0;
  }
  counts[0] = (counts[0] as number) + letters;
  units[end] = behind;
  return count;
}

/** Appends the hash of each ideograph, separately because the loop over other words must stay simple to be fast. */
export function readIdeographs(start: number, end: number, wordCount: number): number {
  let count = wordCount;
  for (let index = start; index < end; index += 1) {
    const unit = units[index] as number;
    if (entries[unit] !== IDEOGRAPH_ENTRY) continue;
    words[count] = wordHash(0, unit);
    stems[count] = 0;
    count += 1;
  }
  return count;
}
