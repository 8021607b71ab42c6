import { expect, test } from "vitest";
import { BUCKETS, createFeatureReader, STRUCTURE } from "../../src/classifiers/read-features.ts";
import { factsOf } from "../../src/testing/index.ts";

function read(ask: string) {
  const { buckets, bucketCount, structure } = createFeatureReader()(factsOf({ ask }));
  return {
    buckets: [...buckets.slice(0, bucketCount)],
    structure: Object.fromEntries(STRUCTURE.map((name, index) => [name, structure[index]])),
  };
}

test("structure is counted by hand", () => {
  // 31 characters: 17 letters (2 of them upper case), 2 digits, 7 spaces, 1 line end, 4 marks.
  const { structure } = read("Add 1, 2 to (x).\nWhy is that so");
  expect(structure).toEqual({
    characters: Math.log(32),
    words: Math.log(10),
    wordLength: 19 / 9 / 16,
    distinctWords: 8 / 9,
    digits: 2 / 31,
    upperCase: 2 / 31,
    lines: Math.log(2),
    sentences: Math.log(2),
    questions: 0,
    commas: 1 / 31,
    quotes: 0,
    brackets: 2 / 31,
    operators: 0,
    symbols: 0,
    foreign: 0,
  });
});

test("each word and each pair of neighbours is one bucket, however often it occurs", () => {
  expect(read("one").buckets).toHaveLength(2);
  expect(read("one two").buckets).toHaveLength(4);
  expect(new Set(read("one two one two one two").buckets).size).toBe(5);
  expect(read("one two one two one two").buckets).toHaveLength(5);
});

test("case, digits and separators do not tell words apart", () => {
  expect(read("Émile paid 40 euros").buckets).toEqual(read("émile -- PAID: 99 (euros)").buckets);
});

test("words in scripts other than Latin have no buckets, only structure", () => {
  const { buckets, structure } = read("Привет мир 你好");
  expect(buckets).toEqual([]);
  expect(structure["foreign"]).toBe(11 / 13);
  // A Chinese character counts as three letters.
  expect(structure["characters"]).toBe(Math.log(1 + 11 + 2 * 3));
});

test("a text without a character has no features", () => {
  const { buckets, structure } = read("");
  expect(buckets).toEqual([]);
  expect(Object.values(structure).every((value) => value === 0)).toBe(true);
});

test("reading more than 65,535 requests does not mix them", () => {
  const reader = createFeatureReader();
  const facts = factsOf({ ask: "alpha beta" });
  const { bucketCount } = reader(facts);
  for (let reading = 0; reading < 65_600; reading += 1) reader(facts);
  expect(reader(facts).bucketCount).toBe(bucketCount);
});

test("buckets stay below their number", () => {
  const { buckets } = read(Array.from({ length: 900 }, (_, index) => `w${index.toString(26)}`).join(" "));
  expect(Math.max(...buckets)).toBeLessThan(BUCKETS);
});
