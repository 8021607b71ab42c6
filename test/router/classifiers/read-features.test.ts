import { expect, test } from "vitest";
import { BUCKETS, createFeatureReader, STRUCTURE } from "../../../src/router/classifiers/read-features.ts";
import { factsOf } from "../../../src/testing/index.ts";

function read(ask: string) {
  const { buckets, bucketCount, structure } = createFeatureReader()(factsOf({ ask }));
  return {
    buckets: [...buckets.slice(0, bucketCount)],
    structure: Object.fromEntries(STRUCTURE.map((name, index) => [name, structure[index]])),
  };
}

test("structure equals hand-counted values", () => {
  // 23 characters without spaces: 17 letters, 2 digits, 4 marks; 9 words, 8 of them distinct.
  const { structure } = read("Add 1, 2 to (x).\nWhy is that so");
  expect(structure).toEqual({
    characters: Math.log(1 + (23 * 8) / 9),
    words: Math.log(9),
    wordLength: 19 / 9 / 16,
    distinctWords: 8 / 9,
    digits: 2 / 23,
    digitCount: Math.log(3),
    items: 0,
    sentences: Math.log(2),
    questions: 0,
    commas: 1 / 23,
    quotes: 0,
    brackets: 2 / 23,
    operators: 0,
    symbols: 0,
    foreign: 0,
    tools: 0,
    images: 0,
    jsonSchema: 0,
    turns: 0,
  });
});

test("list items and options are counted by the beginning of their lines", () => {
  const items = (text: string) => Math.round(Math.exp(read(text).structure["items"] ?? 0) - 1);
  expect(items("Which?\nA. one\nB) two\n(c) three\n4: four\n12. twelve")).toBe(5);
  expect(items("To do:\n- one\n* two\n• three")).toBe(3);
  expect(items("No\nlist at all\n-5 is less\n\n. x")).toBe(0);
});

test("tools, images and turns are counted in logarithms, up to a bound", () => {
  const reader = createFeatureReader();
  const of = (facts: Parameters<typeof factsOf>[0]) => [...reader(factsOf(facts)).structure.slice(-4)];
  expect(of({ tools: 3, images: 1, jsonSchema: true, turns: 2 })).toEqual([
    Math.log(4),
    Math.log(2),
    1,
    Math.log(2),
  ]);
  expect(of({ tools: 1e6, images: 1e6, turns: 1e6 })).toEqual([Math.log(33), Math.log(33), 0, Math.log(32)]);
});

test("each word and each neighbouring pair is one bucket, however often it occurs", () => {
  expect(read("one").buckets).toHaveLength(2);
  expect(read("one two").buckets).toHaveLength(4);
  expect(new Set(read("one two one two one two").buckets).size).toBe(5);
  expect(read("one two one two one two").buckets).toHaveLength(5);
});

test("case, digits and separators do not distinguish words", () => {
  expect(read("Émile paid 40 euros").buckets).toEqual(read("émile -- PAID: 99 (euros)").buckets);
});

test("words of other scripts are words, and each Chinese character is one", () => {
  const { buckets, structure } = read("Привет мир 你好");
  // Four words, each with a pair.
  expect(buckets).toHaveLength(8);
  // Look-alikes of Latin letters count as Latin: е, р in "Привет", р in "мир".
  expect(structure["foreign"]).toBeGreaterThan(0.5);
  // A Chinese character counts as three letters.
  expect(structure["characters"]).toBe(Math.log(1 + 11 + 2 * 2));
});

test("a text without a character has no features", () => {
  const { buckets, structure } = read("");
  expect(buckets).toEqual([]);
  expect(Object.entries(structure).filter(([, value]) => value !== 0)).toEqual([["distinctWords", 1]]);
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
