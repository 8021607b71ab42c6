import { characterEntry } from "./characters.ts";

// Filled when the first text is read, so that importing the package costs nothing.

/** The entry of each UTF-16 unit as `characterEntry` has it: looking it up takes no comparison. */
export const entries: Int32Array = new Int32Array(0x10000);

/** Stretches of units that have one entry but for single units, which are far too many to be asked about one by one. */
const uniform: readonly (readonly [start: number, end: number, except: readonly number[]])[] = [
  [0x3040, 0xa4d0, [0x3164]],
  [0xa4d0, 0xac00, []],
  [0xac00, 0xd800, []],
  [0xd800, 0xdc00, [0xd835, 0xdb40]],
  [0xdc00, 0xe000, []],
  [0xe000, 0xfe00, []],
];

/** Fills `entries`. */
export function fillEntries(): void {
  fill(0, 0x3040);
  for (const [start, end, except] of uniform) {
    entries.fill(characterEntry(start), start, end);
    for (const unit of except) entries[unit] = characterEntry(unit);
  }
  fill(0xfe00, 0x10000);
}

function fill(start: number, end: number): void {
  for (let unit = start; unit < end; unit += 1) entries[unit] = characterEntry(unit);
}
