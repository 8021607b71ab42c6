import { expect, test } from "vitest";
import { textKey } from "../../evals/data/outcomes/prompt-key.ts";
import { ownPrompts } from "../../studies/own-prompts/index.ts";

const prompts = ownPrompts();

test("the own prompts are many, of three difficulties and in ten languages and more", () => {
  expect(prompts.length).toBeGreaterThanOrEqual(600);
  expect(new Set(prompts.map(({ difficulty }) => difficulty))).toEqual(new Set(["hard", "medium", "easy"]));
  expect(new Set(prompts.map(({ language }) => language)).size).toBeGreaterThanOrEqual(10);
});

test("about a quarter is kept for testing, and shares no text with the rest", () => {
  const test = prompts.filter((own) => own.test);
  expect(test.length / prompts.length).toBeGreaterThan(0.22);
  expect(test.length / prompts.length).toBeLessThan(0.3);
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
