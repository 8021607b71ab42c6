import { describe, expect, it } from "vitest";
import { contains } from "../../../evals/scorers/contains.ts";
import { exact } from "../../../evals/scorers/exact.ts";
import { normalised } from "../../../evals/scorers/normalised.ts";
import { regex } from "../../../evals/scorers/regex.ts";
import { scoreWith } from "../../../evals/scorers/score-with.ts";
import type { Scorer } from "../../../evals/scorers/scorer.ts";

const score = async (scorer: Scorer, output: string, expected?: unknown) =>
  (await scoreWith(scorer, { output, expected })).score;

describe("exact", () => {
  it.each([
    ["Paris", "Paris", 1],
    ["paris", "Paris", 0],
    ["Paris\n", "Paris", 0],
    ["", "", 1],
    ["18", 18, 1],
    ["true", true, 1],
    ["Lyon", ["Paris", "Lyon"], 1],
    ["Nice", ["Paris", "Lyon"], 0],
    ["Paris", undefined, null],
    ["Paris", null, null],
    ["Paris", [], null],
    ["Paris", { city: "Paris" }, null],
    ["Paris", ["Paris", {}], null],
  ])("scores %j against %j with %j", async (output, expected, result) => {
    expect(await score(exact(), output, expected)).toBe(result);
  });
});

describe("normalised", () => {
  it.each([
    ["The Eiffel Tower", "eiffel tower", 1],
    ["  an   Apple.\n", "apple", 1],
    ["U.S.A.", "USA", 1],
    ["rock-'n'-roll", "rock n roll", 0],
    ["“Yes!”", "yes", 1],
    ["¿Sí?", "sí", 1],
    ["ﬁne", "fine", 1],
    ["ＡＢＣ１", "abc1", 1],
    ["Straße", "STRASSE", 1],
    ["ΟΔΟΣ", "οδός", 0],
    ["ΟΔΟΣ", "οδος", 1],
    ["cafe\u0301", "café", 1],
    ["cafe", "café", 0],
    ["a b", "b a", 1],
    ["theatre", "atre", 0],
    ["$18", "18", 1],
    ["北京。", "北京", 1],
    ["one two", "one\u00a0two", 1],
    ["", "the", 0],
    ["A.", "a", 1],
    ["The", "A", 0],
    ["!", "?", 0],
    ["", "", 1],
    ["Paris", ["Lyon", "PARIS"], 1],
    ["Paris", undefined, null],
  ])("scores %j against %j with %j", async (output, expected, result) => {
    expect(await score(normalised(), output, expected)).toBe(result);
  });

  it("leaves out the articles it is given", async () => {
    expect(await score(normalised({ articles: ["der", "die", "das"] }), "Die Mauer", "mauer")).toBe(1);
    expect(await score(normalised({ articles: [] }), "The wall", "wall")).toBe(0);
    expect(() => normalised({ articles: "the" as unknown as string[] })).toThrow("normalised.articles");
  });
});

describe("contains", () => {
  it("finds the expected text, or one of a list", async () => {
    expect(await score(contains(), "It is Paris.", "Paris")).toBe(1);
    expect(await score(contains(), "It is paris.", "Paris")).toBe(0);
    expect(await score(contains({ ignoreCase: true }), "It is PARIS.", "Paris")).toBe(1);
    expect(await score(contains(), "It is Lyon.", ["Paris", "Lyon"])).toBe(1);
    expect(await score(contains({ text: "because" }), "because", undefined)).toBe(1);
    expect(await score(contains(), "It is Paris.", undefined)).toBeNull();
    expect(await score(contains(), "It is Paris.", "")).toBeNull();
  });

  it("gives the share that is there where all are asked for", async () => {
    const all = contains({ of: "all", text: ["name", "date", "sum", "tax"] });
    expect(await scoreWith(all, { output: "name and date" })).toEqual({
      name: "contains",
      score: 0.5,
      metadata: { found: 2, of: 4 },
    });
  });

  it("refuses a text that every answer contains", () => {
    for (const text of ["", [], ["a", ""]]) expect(() => contains({ text })).toThrow("contains.text");
  });
});

describe("regex", () => {
  it.each([
    ["\\bParis\\b", "It is Paris.", 1],
    ["^Paris$", "It is Paris.", 0],
    ["^\\d{4}-\\d{2}-\\d{2}$", "2026-01-31", 1],
    ["\\p{Greek}+", "alpha: α", 1],
    ["(?i)paris", "PARIS", 1],
  ])("looks for %j in %j", async (pattern, output, result) => {
    expect(await score(regex(pattern), output)).toBe(result);
  });

  it("knows flags, and takes the pattern of the record where it has none", async () => {
    expect(await score(regex("^b.c$", { flags: "ims" }), "a\nB\nC")).toBe(1);
    expect(await score(regex(), "42", "^\\d+$")).toBe(1);
    expect(await score(regex(), "42", "(")).toBeNull();
    expect(await score(regex(), "42", undefined)).toBeNull();
    expect(await score(regex(), "42", ["^[a-z]+$", "^\\d+$"])).toBe(1);
    expect(await score(regex(), "4-2", ["^[a-z]+$", "^\\d+$"])).toBe(0);
    expect(await score(regex(), "42", ["^\\d+$", "("])).toBeNull();
  });

  it("refuses a pattern that is not RE2's, and never backtracks", async () => {
    for (const pattern of ["(", "(?=a)", "(a)\\1"])
      await expect(score(regex(pattern), "a")).rejects.toThrow(
        "regex.pattern must be a pattern in RE2's syntax",
      );
    expect(await score(regex("^(a+)+$"), `${"a".repeat(99_000)}!`)).toBe(0);
    expect(await score(regex("a", { maxCharacters: 10 }), "a".repeat(11))).toBe(0);
    expect(() => regex("a", { flags: "g" })).toThrow("regex.flags");
    expect(() => regex("a", { flags: "ii" })).toThrow("regex.flags");
    expect(() => regex("")).toThrow("regex.pattern");
  });
});
