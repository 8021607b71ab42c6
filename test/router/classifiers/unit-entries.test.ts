import { expect, test } from "vitest";
import { characterEntry } from "../../../src/router/classifiers/characters.ts";
import { entries, fillEntries } from "../../../src/router/classifiers/unit-entries.ts";

test("the table says of each of the 65,536 units what is said of it one by one", () => {
  fillEntries();
  const differing = [];
  for (let unit = 0; unit < 0x10000; unit += 1)
    if (entries[unit] !== characterEntry(unit)) differing.push(unit.toString(16));
  expect(differing).toEqual([]);
});
