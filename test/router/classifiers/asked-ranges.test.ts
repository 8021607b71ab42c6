import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { askedRanges } from "../../../src/router/classifiers/asked-ranges.ts";
import { anyCharacter } from "../../support/any-character.ts";
import { runs } from "../../support/runs.ts";

const asked = (text: string): readonly string[] =>
  askedRanges(text).map(({ start, end }) => text.slice(start, end));
const material =
  "The lighthouse had been dark for thirty years, until two children climbed its stairs. ".repeat(6);

describe("what is asked is told from the material", () => {
  test.each([
    ["a line", "Prove that e is irrational.", ["Prove that e is irrational."]],
    [
      "what stands before a colon",
      "Translate into German: the shop opens at nine",
      ["Translate into German"],
    ],
    ["a full-width colon", "请翻译成英文：早上好", ["请翻译成英文"]],
    ["without a quotation", 'Is "good" an adjective?', ["Is ", " an adjective?"]],
    ["first of several lines", `Summarise this.\n\n${material}`, ["Summarise this."]],
    [
      "no longer second paragraph",
      `Who wrote this letter to us?\n\n${material.slice(0, 150)}`,
      ["Who wrote this letter to us?"],
    ],
    ["no second paragraph in a dense script", `要約して\n\n${"山へ行きました。".repeat(9)}`, ["要約して"]],
    ["behind the material", `${material}\n\nWho climbed the stairs?`, ["Who climbed the stairs?"]],
    [
      "first and last line",
      `Which is right?\nA. ${"one ".repeat(30)}\nB. two\nExplain your choice.`,
      ["Which is right?", "Explain your choice."],
    ],
    ["options are no instruction", `Which is right?\nA. ${"one ".repeat(30)}\nB. two`, ["Which is right?"]],
    [
      "the first sentence of a long line",
      `Summarise this. ${material}`.trim(),
      [
        "Summarise this.",
        " The lighthouse had been dark for thirty years, until two children climbed its stairs.",
      ],
    ],
  ])("%s", (_, text, expected) => {
    expect(asked(text)).toEqual(expected);
  });
});

test("the length of the material does not change what is asked", () => {
  expect(asked(`Summarise this.\n\n${material.repeat(5)}`)).toEqual(asked(`Summarise this.\n\n${material}`));
});

test("for any text the stretches lie in it, in order and apart, and are short", () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter, maxLength: 2_000 }), (text) => {
      let from = 0;
      let total = 0;
      for (const { start, end } of askedRanges(text)) {
        expect(start).toBeGreaterThanOrEqual(from);
        expect(end).toBeGreaterThan(start);
        total += end - start;
        from = end;
      }
      expect(from).toBeLessThanOrEqual(text.length);
      expect(total).toBeLessThanOrEqual(600);
    }),
    { numRuns: runs(300, 10_000) },
  );
});
