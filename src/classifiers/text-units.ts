import { fillKinds } from "./unit-kinds.ts";

/** Length of the longest text that is copied at once. */
export const MAX_UNITS = 4_000;
/** Largest number of words of a request: each has a unit of its own. */
export const MAX_WORDS = 6_000;

// Memory of all readers, which are synchronous and leave nothing in it that they use again. It belongs to the
// module because the engine knows the place of a constant array: the loops over it take 60 % of the time.

/** UTF-16 units of the text that is read; a loop over an array is faster than one over a string. */
export const units: Uint16Array = new Uint16Array(MAX_UNITS);
/** Hashes of the words that were read, in order. */
export const words: Int32Array = new Int32Array(MAX_WORDS + 1);
/**
 * Hashes of the first letters of those words that are asked, one place further on; 0 for short words. All but
 * the first place are 0 between two readings.
 */
export const stems: Int32Array = new Int32Array(MAX_WORDS + 2);
/** Number of characters of each kind, then of list items: a place for each number of four bits. */
export const counts: Int32Array = new Int32Array(16);
/** The same for the part that says what is asked. */
export const askedCounts: Int32Array = new Int32Array(16);

// Workers and edge functions may have no `Buffer`, which copies much faster than a loop.
const bytes = globalThis.Buffer?.from(units.buffer);
const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

let knowsKinds = false;

/** Copies a stretch of a text of at most `MAX_UNITS` units to the start of `units`. */
export function loadUnits(text: string, start: number, end: number): void {
  if (!knowsKinds) {
    fillKinds();
    knowsKinds = true;
  }
  if (bytes === undefined) {
    for (let at = start; at < end; at += 1) units[at - start] = text.charCodeAt(at);
    return;
  }
  bytes.write(end - start === text.length ? text : text.slice(start, end), "utf16le");
  if (!littleEndian) bytes.swap16();
}
