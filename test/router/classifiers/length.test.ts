import fc from "fast-check";
import { expect, test } from "vitest";
import type { Classification, HopContext } from "../../../src/contracts/index.ts";
import { length } from "../../../src/router/classifiers/index.ts";
import { factsOf } from "../../../src/testing/index.ts";
import { runs } from "../../support/runs.ts";

const classifier = length();
function of(askCharacters: number): number {
  const facts = factsOf({ ask: "", askCharacters });
  return (classifier.classify(facts, {} as HopContext) as Classification).complexity;
}

test("a longer ask is never less complex, for any text", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (one, other) => {
      expect(of(Math.max(one, other))).toBeGreaterThanOrEqual(of(Math.min(one, other)));
    }),
    { numRuns: runs(200, 10_000) },
  );
});

test("lengths of everyday prompts get different complexities", () => {
  for (let characters = 3; characters < 2_000; characters += 1)
    expect(of(characters + 1)).toBeGreaterThan(of(characters));
});

test("the ends of the scale are an empty ask and one longer than any known", () => {
  expect(of(0)).toBe(0);
  expect(of(1e9)).toBe(1);
});

test("the length of the ask before it was cut counts, not that of the cut text", () => {
  const cut = (askCharacters: number) =>
    (
      classifier.classify(
        factsOf({ ask: "a".repeat(4_000), askCharacters }),
        {} as HopContext,
      ) as Classification
    ).complexity;
  expect(cut(5_000)).toBeGreaterThan(cut(4_000));
});
