import fc from "fast-check";
import { expect, test } from "vitest";
import type { Classification, HopContext } from "../../../../src/contracts/index.ts";
import {
  complexity,
  complexityReference,
  explainComplexity,
} from "../../../../src/router/classifiers/index.ts";
import { factsOf } from "../../../../src/testing/index.ts";
import { anyCharacter } from "../../../support/any-character.ts";
import { runs } from "../../../support/runs.ts";

const hop = {} as HopContext;

test("an explanation names words by position, strongest first, and agrees with the classification", () => {
  const facts = factsOf({ ask: "Please prove that the square root of 2 is irrational, by induction." });
  const explanation = explainComplexity(facts);
  const { complexity: same, signals } = complexity({ signals: true }).classify(facts, hop) as Classification;
  expect(explanation.complexity).toBe(same);
  expect(explanation.score).toBe(signals?.["score"]);
  expect(explanation.known).toBe(signals?.["known"]);
  const told = explanation.spans.map(({ start, end }) => facts.ask.slice(start, end));
  expect(told).toContain("prove");
  const strengths = explanation.spans.map(({ contribution }) => Math.abs(contribution));
  expect(strengths).toEqual([...strengths].sort((a, b) => b - a));
  expect(JSON.stringify(explanation)).not.toContain("prove");
});

test("a pair of words is one span, from the first to the end of the second", () => {
  const facts = factsOf({ ask: "What is it?" });
  const told = explainComplexity(facts).spans.map(({ start, end }) => facts.ask.slice(start, end));
  expect(told.some((text) => text.includes(" "))).toBe(true);
});

test("the spans of a short ask point into the turns before it", () => {
  const window = "Prove the master theorem for divide-and-conquer recurrences.";
  const { spans } = explainComplexity(factsOf({ ask: "do it", window, turns: 2 }));
  const told = spans
    .filter(({ text }) => text === "window")
    .map(({ start, end }) => window.slice(start, end));
  expect(told).toContain("Prove");
});

test("every span lies in its text, for any text", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: anyCharacter, maxLength: 300 }),
      fc.oneof(fc.lorem({ maxCount: 30 }), fc.constant("𝗣𝗿𝗼𝘃𝗲 𝘵𝘩𝘢𝘵 证明 is pro\u200bve")),
      fc.nat({ max: 5 }),
      (window, ask, turns) => {
        const facts = factsOf({ ask, window, turns });
        for (const { text, start, end } of explainComplexity(facts).spans) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(facts[text].length);
        }
      },
    ),
    { numRuns: runs(50, 2_000) },
  );
});

test("a text without a known word is explained only by structure", () => {
  const explanation = explainComplexity(factsOf({ ask: "ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ ⵎⴰⵎⴽ ⵜⵍⵍⵉⴹ" }));
  expect(explanation.known).toBe(0);
  expect(explanation.spans).toEqual([]);
  expect(explanation.structure.length).toBeGreaterThan(3);
});

test("the reference distribution is a copy: it cannot be changed from outside", () => {
  const reference = complexityReference();
  expect([...reference]).toEqual([...reference].sort((a, b) => a - b));
  reference.fill(0);
  expect(complexityReference().some((quantile) => quantile !== 0)).toBe(true);
});
