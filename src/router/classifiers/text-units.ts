import { fillEntries } from "./unit-entries.ts";

/** Largest number of units that are read of one text. */
export const MAX_UNITS = 4_000;
/** Number of units at the beginning of a longer ask that are read; the others are those at its end. */
export const HEAD_UNITS = 3_000;
/** Largest number of words of a request: each has a unit of its own. */
export const MAX_WORDS = 6_000;

// Memory of all readers, which are synchronous and leave nothing in it that they use again. It belongs to the
// module because the engine knows the place of a constant array: the loops over it take 60 % of the time.

/** UTF-16 units of the text that is read; a loop over an array is faster than one over a string. With a place behind the last. */
export const units: Uint16Array = new Uint16Array(MAX_UNITS + 1);
/** Hashes of the words that were read, in order. */
export const words: Int32Array = new Int32Array(MAX_WORDS + 1);
/** Hashes of the first letters of the same words; 0 for short words. */
export const stems: Int32Array = new Int32Array(MAX_WORDS + 1);
/** Number of characters of each kind, then of list items: a place for each number of four bits. */
export const counts: Int32Array = new Int32Array(16);
/** The same for the part that says what is asked. */
export const askedCounts: Int32Array = new Int32Array(16);

// Workers and edge functions may have no `Buffer`, which copies much faster than a loop.
const bytes = globalThis.Buffer?.from(units.buffer);
const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

let knowsEntries = false;

/**
 * Copies what is read of an ask to `units`: all of it, or the beginning and the end of a longer one. Returns the
 * number of units.
 */
export function loadAsk(text: string): number {
  if (text.length <= MAX_UNITS) return loadUnits(text, 0);
  loadUnits(text.slice(0, HEAD_UNITS), 0);
  return loadUnits(text.slice(text.length - MAX_UNITS + HEAD_UNITS), HEAD_UNITS);
}

/** Copies a text to a place in `units`, where there must be room for it; returns the place behind it. */
export function loadUnits(text: string, place: number): number {
  if (!knowsEntries) {
    fillEntries();
    knowsEntries = true;
  }
  const end = place + text.length;
  if (bytes === undefined) {
    for (let at = place; at < end; at += 1) units[at] = text.charCodeAt(at - place);
    return end;
  }
  if (place === 0) bytes.write(text, "utf16le");
  else bytes.write(text, 2 * place, "utf16le");
  if (!littleEndian) bytes.subarray(2 * place, 2 * end).swap16();
  return end;
}
