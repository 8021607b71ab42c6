import fc from "fast-check";
import { expect, test } from "vitest";
import { characterEntry, STYLED, styledEntry } from "../../src/classifiers/characters.ts";
import { placedWords } from "../../src/classifiers/complexity/placed-words.ts";
import { readAsked, readIdeographs, readWords } from "../../src/classifiers/read-words.ts";
import { askedCounts, counts, loadUnits, MAX_UNITS, stems, words } from "../../src/classifiers/text-units.ts";
import { runs } from "../support/runs.ts";

const pieces = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[a-zA-Z0-9é]{1,12}$/) },
  { weight: 5, arbitrary: fc.constantFrom(" ", "\n", ". ", ", ", "") },
  {
    weight: 2,
    arbitrary: fc.constantFrom("\ud835\udc00", "\ud835", "\udfce", "\u200b", "\ufe0f", "字", "\u1e9f", "😀"),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 4 }) },
);
/** Texts around and above the length from which they are read in two halves, some without a space for long. */
const texts = fc
  .array(pieces, { minLength: 1, maxLength: 400, size: "max" })
  .map((parts) => parts.join(""))
  .map((text) => text.slice(0, MAX_UNITS));

/** Numbers of characters by kind, one character after the other. */
function countsOf(text: string): number[] {
  const found = Array.from({ length: counts.length }, () => 0);
  for (let index = 0; index < text.length; index += 1) {
    let entry = characterEntry(text.charCodeAt(index));
    if (entry < 0) {
      if (entry !== STYLED || index + 1 >= text.length) continue;
      entry = styledEntry(text.charCodeAt(index + 1));
    }
    const kind = (entry >>> 16) & 0xf;
    found[kind] = (found[kind] as number) + 1;
  }
  return found;
}

test.each([
  ["in halves", readWords, counts],
  ["as what is asked", readAsked, askedCounts],
])("a text that is read %s has the words and characters of one that is read one by one", (_, read, own) => {
  let long = 0;
  fc.assert(
    fc.property(texts, fc.integer({ min: 0, max: 2_000 }), (text, before) => {
      if (text.length >= 400) long += 1;
      const expected = [...placedWords(text, { start: 0, end: text.length })];
      loadUnits(text, 0, text.length);
      counts.fill(0);
      askedCounts.fill(0);
      stems.fill(0);
      const end = readIdeographs(0, text.length, read(0, text.length, before));
      expect(Array.from(words.subarray(before, end))).toEqual(expected.map(({ hash }) => hash));
      expect(Array.from(own)).toEqual(countsOf(text));
      if (read === readAsked)
        expect(Array.from(stems.subarray(before + 1, end + 1))).toEqual(expected.map(({ stem }) => stem));
    }),
    { numRuns: runs(500, 20_000) },
  );
  expect(long).toBeGreaterThan(50);
  stems.fill(0);
});
