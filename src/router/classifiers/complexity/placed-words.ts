import { characterEntry, isOfWord, STYLED, styledEntry } from "../characters.ts";
import { isIdeograph, type Stretch } from "../read-features.ts";
import { STEM, wordHash } from "../read-words.ts";

/** Positions of the words of a piece with their hashes, for explanations. */
export interface PlacedWord {
  readonly hash: number;
  /** Hash of the stem; 0 for a short word. */
  readonly stem: number;
  readonly start: number;
  readonly end: number;
}

/** Yields the words of a piece as the reader reads them and in its order. */
export function* placedWords(text: string, piece: Stretch): Generator<PlacedWord> {
  let hash = 0;
  let stem = 0;
  let letters = 0;
  let start = -1;
  let end = piece.start;
  for (let index = piece.start; index < piece.end; index += 1) {
    let entry = characterEntry(text.charCodeAt(index));
    let after = index + 1;
    if (entry < 0) {
      if (entry !== STYLED || after >= piece.end) continue;
      entry = styledEntry(text.charCodeAt(after));
      after += 1;
    }
    if (isOfWord(entry)) {
      if (start < 0) start = index;
      hash = wordHash(hash, entry);
      letters += 1;
      if (letters === STEM) stem = hash;
      end = after;
    } else if (start >= 0) {
      yield { hash, stem: letters > STEM ? stem : 0, start, end };
      start = -1;
      hash = 0;
      letters = 0;
    }
  }
  if (start >= 0) yield { hash, stem: letters > STEM ? stem : 0, start, end };
  for (let index = piece.start; index < piece.end; index += 1) {
    const code = text.charCodeAt(index);
    if (isIdeograph(code)) yield { hash: wordHash(0, code), stem: 0, start: index, end: index + 1 };
  }
}
