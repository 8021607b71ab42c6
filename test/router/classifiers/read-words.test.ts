import fc from "fast-check";
import { expect, test } from "vitest";
import { characterEntry, STYLED, styledEntry } from "../../../src/router/classifiers/characters.ts";
import { placedWords } from "../../../src/router/classifiers/complexity/placed-words.ts";
import { readAsked, readIdeographs, readWords } from "../../../src/router/classifiers/read-words.ts";
import {
  counts,
  loadUnits,
  MAX_UNITS,
  stems,
  units,
  words,
} from "../../../src/router/classifiers/text-units.ts";
import { runs } from "../../support/runs.ts";

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
  ["as material", readWords],
  ["as what is asked", readAsked],
])("a text that is read %s has the words and characters of one that is read one by one", (_, read) => {
  let long = 0;
  fc.assert(
    fc.property(texts, fc.integer({ min: 0, max: 2_000 }), (text, before) => {
      if (text.length >= 400) long += 1;
      const expected = [...placedWords(text, { start: 0, end: text.length })];
      const length = loadUnits(text, 0);
      counts.fill(0);
      const end = readIdeographs(0, length, read(0, length, before, counts));
      expect(Array.from(words.subarray(before, end))).toEqual(expected.map(({ hash }) => hash));
      expect(Array.from(counts)).toEqual(countsOf(text));
      expect(Array.from(units.subarray(0, length))).toEqual(text.split("").map((unit) => unit.charCodeAt(0)));
      if (read === readAsked)
        expect(Array.from(stems.subarray(before, end))).toEqual(expected.map(({ stem }) => stem));
    }),
    { numRuns: runs(500, 20_000) },
  );
  expect(long).toBeGreaterThan(50);
});

test("a stretch of a text is read as if it stood alone, and leaves what is behind it", () => {
  const texts = ["one two", "\ud835", "\ud835\udc00b", "字 x", "a\u0301b 12"];
  for (const before of texts)
    for (const text of texts)
      for (const behind of ["", "more", "\udc00", "\u0301"]) {
        const start = loadUnits(before, 0);
        const end = loadUnits(text, start);
        loadUnits(behind, end);
        counts.fill(0);
        const last = readIdeographs(start, end, readAsked(start, end, 0, counts));
        const expected = [...placedWords(text, { start: 0, end: text.length })];
        expect(Array.from(words.subarray(0, last))).toEqual(expected.map(({ hash }) => hash));
        expect(Array.from(counts)).toEqual(countsOf(text));
        expect(Array.from(units.subarray(end, end + behind.length))).toEqual(
          behind.split("").map((unit) => unit.charCodeAt(0)),
        );
      }
});
