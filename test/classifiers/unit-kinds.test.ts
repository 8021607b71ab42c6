import { expect, test } from "vitest";
import { characterEntry, STYLED, styledEntry } from "../../src/classifiers/characters.ts";
import { fillKinds, folded, kinds, SKIP, STYLE, styledUnit } from "../../src/classifiers/unit-kinds.ts";

/** The meaning of a unit by the tables, in the form of `characterEntry`. */
function entryOf(unit: number): number {
  const kind = kinds[unit] as number;
  if (kind >= SKIP) return kind === STYLE ? STYLED : -1;
  const isWord = kind >>> 5;
  return (isWord << 30) | ((kind & 0xf) << 16) | (folded[unit] as number);
}

test("the tables say of each of the 65,536 units what is said of it one by one", () => {
  fillKinds();
  const differing = [];
  for (let unit = 0; unit < 0x10000; unit += 1)
    if (entryOf(unit) !== characterEntry(unit)) differing.push(unit.toString(16));
  expect(differing).toEqual([]);
});

test("a styled letter, digit or symbol is read as a plain one, whatever stands behind its first half", () => {
  fillKinds();
  const differing = [];
  for (let second = 0; second < 0x10000; second += 1)
    if (entryOf(styledUnit(second)) !== styledEntry(second)) differing.push(second.toString(16));
  expect(differing).toEqual([]);
});
