import { expect, test } from "vitest";
import { promiseCategories, rest } from "../../src/loop/promise/promise-categories.ts";
import { snapshotOf } from "../../src/loop/promise/promise-input.ts";

const rules = { categories: 20 } as Parameters<typeof promiseCategories>[0];

test.each([
  ["of letters", "a", 40],
  ["of letters that take two places each", "𝒜", 20],
])("the longest names %s fit into what a decision may hold of a promise", (_, letter, count) => {
  const categories = promiseCategories(rules, () => 1);
  const names = Array.from({ length: 20 }, (_, at) => `${at + 10}`);
  const isPlain = (length: number) => categories.nameFor(letter.repeat(length)) !== rest;
  expect(isPlain(count + 1)).toBe(false);
  expect(isPlain(count)).toBe(true);
  const broken = names.map((name) => [
    letter.repeat(count).slice(0, 38) + name,
    { state: "broken" } as never,
  ]) satisfies readonly unknown[] as unknown as Parameters<typeof snapshotOf>[1];
  const snapshot = snapshotOf({ state: "broken" } as never, broken, 0.123456789);
  expect(JSON.stringify(snapshot).length).toBeLessThanOrEqual(1_024);
});
