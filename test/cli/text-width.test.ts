import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitText } from "../../cli/text-width.ts";
import { anyCharacter } from "../support/any-character.ts";
import { runs } from "../support/runs.ts";

describe("a text fitted into columns", () => {
  it.each<[string, number, string]>([
    ["short", 8, "short   "],
    ["exact", 5, "exact"],
    ["too long", 5, "too …"],
    ["two\nlines\tand \u001b[31mcolour", 40, "two lines and [31mcolour".padEnd(40)],
    ["日本語", 6, "日本語"],
    ["日本語です", 6, "日本… "],
    ["👩‍👩‍👧 family", 6, "👩‍👩‍👧 fa…"],
    ["", 3, "   "],
  ])("%j in %d columns is %j", (text, columns, fitted) => {
    expect(fitText(text, columns)).toBe(fitted);
  });

  it("has no line break and no control character, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: anyCharacter, maxLength: 300 }),
        fc.integer({ min: 1, max: 80 }),
        (text, columns) => {
          const fitted = fitText(text, columns);
          expect(fitted).not.toMatch(/[\p{Cc}\n]/u);
          if (/^[ -~]*$/.test(text)) expect(fitted).toHaveLength(columns);
        },
      ),
      { numRuns: runs(200, 10_000) },
    );
  });

  it("reads no more of a text than could fit", () => {
    expect(fitText("a".repeat(5_000_000), 10)).toBe("aaaaaaaaa…");
  });
});
