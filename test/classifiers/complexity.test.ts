import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { complexity } from "../../src/classifiers/index.ts";
import type { Classification, HopContext, RequestFacts } from "../../src/contracts/index.ts";
import { factsOf } from "../../src/testing/index.ts";
import { runs } from "../support/runs.ts";

const classifier = complexity();
const hop = {} as HopContext;

function of(facts: RequestFacts): number {
  return (classifier.classify(facts, hop) as Classification).complexity;
}
const ofAsk = (ask: string): number => of(factsOf({ ask }));

describe("the order of everyday requests", () => {
  test.each([
    ["hi", "What is the capital of France?"],
    ["Thanks!", "Write a Python function that reverses a string."],
    ["What is the capital of France?", "Prove that there are infinitely many primes congruent to 3 mod 4."],
    [
      "Translate 'good morning' into German",
      "Design a distributed rate limiter for several regions, with failover and a cost budget.",
    ],
    ["法国的首都是哪里？", "请设计一个支持多区域容灾的分布式事务系统，并证明其一致性。"],
  ])("%s < %s", (easy, hard) => {
    expect(ofAsk(easy)).toBeLessThan(ofAsk(hard));
  });
});

test("any text of any length gives a complexity in [0, 1], twice the same", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 500 }),
      fc.string({ unit: "grapheme", maxLength: 100 }),
      fc.nat(),
      fc.nat({ max: 9 }),
      (ask, window, askCharacters, turns) => {
        const facts = factsOf({ ask, window, askCharacters, turns });
        const value = of(facts);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
        expect(of(facts)).toBe(value);
      },
    ),
    { numRuns: runs(300, 10_000) },
  );
});

test("what was classified before does not matter", () => {
  fc.assert(
    fc.property(fc.array(fc.lorem(), { minLength: 1, maxLength: 8 }), (asks) => {
      const together = asks.map(ofAsk);
      const alone = asks.map(
        (ask) => (complexity().classify(factsOf({ ask }), hop) as Classification).complexity,
      );
      expect(together).toEqual(alone);
    }),
    { numRuns: runs(30, 1_000) },
  );
});

test("zero-width characters change nothing", () => {
  const invisible = fc.constantFrom("\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\ufe0f");
  fc.assert(
    fc.property(fc.lorem({ maxCount: 20 }), fc.array(fc.tuple(fc.nat(), invisible)), (ask, insertions) => {
      let padded = ask;
      for (const [place, character] of insertions) {
        const at = place % (padded.length + 1);
        padded = padded.slice(0, at) + character + padded.slice(at);
      }
      expect(ofAsk(padded)).toBe(ofAsk(ask));
    }),
    { numRuns: runs(100, 2_000) },
  );
});

test("full-width letters, curly quotes and other digits read as their plain forms", () => {
  expect(ofAsk("Ｐｒｏｖｅ ｔｈｉｓ")).toBe(ofAsk("Prove this"));
  expect(ofAsk("It’s “fine”")).toBe(ofAsk('It\'s "fine"'));
  expect(ofAsk("add 17 and 25")).toBe(ofAsk("add 42 and 90"));
});

test("only the ends of a text longer than 4,000 characters are read", () => {
  const head = "prove that ".repeat(300).slice(0, 3_000);
  const tail = "qed ".repeat(250);
  const withMiddle = (middle: string) =>
    of(factsOf({ ask: head + middle + tail, askCharacters: 1_000_000, window: "never read" }));
  expect(withMiddle("x".repeat(900_000))).toBe(withMiddle("? { } \n 1 2 3 ".repeat(1_000)));
});

test("a text that would be too long to scan is not scanned", () => {
  let reads = 0;
  const text = {
    length: 1e12,
    charCodeAt: () => {
      reads += 1;
      return 0x61;
    },
  } as unknown as string;
  of(factsOf({ ask: text, askCharacters: 1e12, window: text, turns: 9 }));
  expect(reads).toBe(4_000);
  of({ ...factsOf({ turns: 9, window: "w" }), ask: "yes", window: text });
  expect(reads).toBe(6_000);
});

test("a short follow-up is read with the turns before it, a full question alone", () => {
  const window =
    "Prove the master theorem for divide-and-conquer recurrences.\nHere is a sketch of the proof.";
  const question = "What is the population of the capital of France, and of its surroundings?";
  expect(of(factsOf({ ask: "go on", window, turns: 2 }))).toBeGreaterThan(ofAsk("go on"));
  expect(of(factsOf({ ask: question, window, turns: 2 }))).toBe(ofAsk(question));
});

test("signals are left out unless asked for, and then name the strongest parts of the score", () => {
  const facts = factsOf({ ask: "Prove that the square root of 2 is irrational." });
  const plain = classifier.classify(facts, hop) as Classification;
  expect(Object.keys(plain)).toEqual(["complexity"]);
  const { complexity: same, signals = {} } = complexity({ signals: true }).classify(
    facts,
    hop,
  ) as Classification;
  expect(same).toBe(plain.complexity);
  expect(Object.keys(signals)).toHaveLength(6);
  expect(signals["vocabulary"]).toBeGreaterThan(0);
});

test("misspelt and wrong options are refused", () => {
  expect(() => complexity({ signal: true } as object)).toThrow(/complexity\.signal must be absent/);
  expect(() => complexity({ signals: "yes" as unknown as boolean })).toThrow(
    'complexity.signals must be a boolean, got "yes"',
  );
});
