import fc from "fast-check";
import { expect, it } from "vitest";
import { endOfString } from "../../src/plugin/end-of-string.ts";
import { numRuns } from "../support/runs.ts";

it("finds the end of any string in its JSON text", () => {
  const texts = fc.string({ unit: fc.constantFrom("a", '"', "\\", "\n", "ü", "[", "😀") });
  fc.assert(
    fc.property(texts, texts, (text, after) => {
      const written = JSON.stringify(text);
      expect(endOfString(`[${written},${JSON.stringify(after)}`, 1)).toBe(1 + written.length);
    }),
    numRuns(10_000),
  );
});

it("ends with a text that breaks off", () => {
  for (const text of ['"', '"abc', '"a\\"', '"a\\', '"\\\\\\"'])
    expect(endOfString(text, 0)).toBe(text.length);
});
