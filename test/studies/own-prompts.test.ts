import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { textKey } from "../../evals/data/outcomes/prompt-key.ts";
import { ownPrompts } from "../../studies/own-prompts/index.ts";
import { englishEasy, englishHard, englishMedium } from "../../studies/own-prompts/more-english.ts";

const prompts = ownPrompts();

test("the own prompts are many, of three difficulties and in ten languages and more", () => {
  expect(prompts.length).toBeGreaterThanOrEqual(600);
  expect(new Set(prompts.map(({ difficulty }) => difficulty))).toEqual(new Set(["hard", "medium", "easy"]));
  expect(new Set(prompts.map(({ language }) => language)).size).toBeGreaterThanOrEqual(10);
});

test("the same prompts are kept for testing, whatever is added, and share no text with the rest", () => {
  const test = prompts.filter((own) => own.test);
  const texts = test.map(({ prompt, turns, difficulty }) => [prompt, turns, difficulty]);
  expect(test.length).toBe(207);
  expect(createHash("sha256").update(JSON.stringify(texts)).digest("hex").slice(0, 12)).toBe("b85e29b1b5c6");
  const trained = prompts.filter((own) => !own.test);
  const groups = new Set(trained.map(({ group }) => group));
  expect(test.filter(({ group }) => groups.has(group))).toEqual([]);
});

test("no prompt occurs twice", () => {
  const keys = prompts.map(({ prompt, turns }) =>
    textKey({ id: "", prompt: JSON.stringify([turns, prompt]), outcomes: {} }),
  );
  expect(new Set(keys).size).toBe(keys.length);
});

test("further prompts share less than half of their words with a prompt that is kept for testing", () => {
  const wordsOf = (text: string): ReadonlySet<string> =>
    new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
  const kept = prompts.filter((own) => own.test).map(({ prompt }) => wordsOf(prompt));
  const further = [englishHard, englishMedium, englishEasy]
    .flatMap((source) => source.split("\n"))
    .filter((line) => line !== "" && !line.startsWith("## "));
  expect(further.length).toBe(265);
  const shared = further.map(wordsOf).map((words) =>
    kept.reduce((most, other) => {
      const both = [...words].filter((word) => other.has(word)).length;
      return Math.max(most, both / Math.max(words.size, other.size));
    }, 0),
  );
  expect(Math.max(...shared)).toBeLessThan(0.5);
});
