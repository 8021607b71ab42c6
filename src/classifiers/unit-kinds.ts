import { characterEntry, STYLED } from "./characters.ts";

/** Kinds of characters as in `CharacterEntry`, in the lower four bits, with this bit for those of words. */
const wordShift = 5;
/** Kind of units that are ignored. Kinds of characters are below it. */
export const SKIP = 64;
/** Kind of the first half of a styled letter or digit: `styledUnit` reads the second. */
export const STYLE = 65;

// The meaning of each unit, as `characterEntry` has it, for loops: an array with a place for each of them is read without a
// comparison. Filled when the first text is read, so that importing the package costs nothing.

/** The kind of each UTF-16 unit, and whether it belongs to a word. */
export const kinds: Uint8Array = new Uint8Array(0x10000);
/** The folded letter or digit of each unit that belongs to a word; 0 for others. */
export const folded: Uint16Array = new Uint16Array(0x10000);

/** Stretches of units that have one entry but for single units, which are far too many to be asked about one by one. */
const uniform: readonly (readonly [start: number, end: number, except: readonly number[]])[] = [
  [0x3040, 0xa4d0, [0x3164]],
  [0xa4d0, 0xac00, []],
  [0xac00, 0xd800, []],
  [0xd800, 0xdc00, [0xd835, 0xdb40]],
  [0xdc00, 0xe000, []],
  [0xe000, 0xfe00, []],
];

/** Fills `kinds` and `folded`. */
export function fillKinds(): void {
  fill(0, 0x3040);
  for (const [start, end, except] of uniform) {
    setEntry(start);
    kinds.fill(kinds[start] as number, start + 1, end);
    for (const unit of except) setEntry(unit);
  }
  fill(0xfe00, 0x10000);
}

function fill(start: number, end: number): void {
  for (let unit = start; unit < end; unit += 1) setEntry(unit);
}

function setEntry(unit: number): void {
  const entry = characterEntry(unit);
  if (entry < 0) {
    kinds[unit] = entry === STYLED ? STYLE : SKIP;
    return;
  }
  const isWord = entry >>> 30;
  kinds[unit] = ((entry >>> 16) & 0xf) | (isWord << wordShift);
  folded[unit] = isWord === 1 ? entry & 0xffff : 0;
}

/** A unit of the kind `SYMBOL`: the copyright sign. */
const symbolUnit = 0xa9;

/** Returns the unit that is read for a styled one, by its second half: a letter, a digit or a symbol. */
export function styledUnit(second: number): number {
  if (second >= 0xdc00 && second <= 0xdea3) return 0x61 + ((second - 0xdc00) % 26);
  return second >= 0xdfce && second <= 0xdfff ? 0x30 : symbolUnit;
}
