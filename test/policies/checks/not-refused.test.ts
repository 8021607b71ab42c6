import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { notRefused } from "../../../policies/checks/index.ts";
import { refusalPatterns } from "../../../policies/checks/internal/refusal-patterns.ts";
import { verdictOn } from "../../support/verdict.ts";

interface Sentences {
  readonly refusals: readonly string[];
  readonly others: readonly string[];
}

const read = (name: string): Readonly<Record<string, Sentences>> =>
  JSON.parse(readFileSync(new URL(`./refusals/${name}.json`, import.meta.url), "utf8"));
const says = (answer: Parameters<typeof verdictOn>[1]) => verdictOn(notRefused(), answer);
const sets = ["seen", "known", "fresh", "held-aside"].map((name) => [name, read(name)] as const);

it("has patterns and sentences of the same languages", () => {
  for (const [, set] of sets) expect(Object.keys(set).sort()).toEqual(Object.keys(refusalPatterns).sort());
});

describe.each(sets)("of the sentences in %s.json", (_, set) => {
  // The README has the figures for each language. Two sentences are known to be judged wrongly.
  const least = 0.95;

  it("refusals are found, in all languages together", () => {
    const all = Object.values(set).flatMap(({ refusals }) => refusals);
    const found = all.filter((text) => !says(text));
    expect(found.length / all.length).toBeGreaterThanOrEqual(least);
  });

  it("other sentences are accepted, though they say that something cannot be done", () => {
    const all = Object.values(set).flatMap(({ others }) => others);
    const accepted = all.filter((text) => says(text));
    expect(accepted.length / all.length).toBeGreaterThanOrEqual(least);
  });
});

describe("a refusal is found", () => {
  it.each([
    "\u200bI\u200b can\u2019t help with that.",
    "**I'm sorry, but I can't assist with that.**",
    "\n\n  I\u00a0cannot\u2003provide  this.",
    "\u0644\u0627 \u064a\u064f\u0645\u0652\u0643\u0650\u0646\u064f\u0646\u0650\u064a \u0627\u0644\u0645\u0633\u0627\u0639\u062f\u0629.",
  ])("whatever its marks, spaces and characters without width: %j", (text) => {
    expect(says(text)).toBe(false);
  });
});

describe("an answer that nobody can see is empty", () => {
  it.each([
    "\u200b",
    "\u200b\u200c\u200d\ufeff\u2060",
    "\u00ad \u3164\n",
    "\u2800\u2800",
    "\u202e\u202c",
    "\ufe0f",
    "\ud83d",
  ])("%j", (text) => {
    expect(says(text)).toBe(false);
    expect(says(text.repeat(1_000))).toBe(false);
  });

  it("one visible character is enough", () => {
    for (const text of ["7", "\u200b.", "👍", "你", "ا"]) expect(says(text), text).toBe(true);
  });
});

const numbered = (piece: (n: number) => string, times: number) =>
  Array.from({ length: times }, (_, index) => piece(index + 1)).join("");

describe("a loop with a counter is found", () => {
  it.each([
    ["steps", numbered((n) => `Step ${n}: check that the cable is plugged in.\n`, 40)],
    ["a list", numbered((n) => `${n}. The model repeats the same thought again.\n`, 40)],
    ["prose", `Well. ${numbered((n) => `And then the fox ran away for the ${n}th time, `, 40)}`],
    ["falling numbers", numbered((n) => `There are ${900 - n} bottles left on the wall. `, 40)],
    ["two counters", numbered((n) => `On day ${n} we walk for ${n * 10} minutes in the park. `, 40)],
    ["across digits", numbered((n) => `Attempt ${n + 95} failed, we try once more. `, 40)],
  ])("%s", (_, text) => {
    expect(says(text)).toBe(false);
    expect(says(text.slice(0, -7))).toBe(false);
  });
});

describe("no loop is", () => {
  it.each([
    ["a table of equal rows", `| a | b |\n|---|---|\n${"| 1 | 100 |\n".repeat(100)}`],
    ["a table of equal rows without the last line break", `x\n${"| yes | no |\n".repeat(99)}| yes | no |`],
    ["a table with a counter", numbered((n) => `| ${n} | the same words in each row |\n`, 60)],
    ["comma-separated values", `name,age,city\n${"unknown,0,none\n".repeat(60)}`],
    ["tab-separated values", "a\tb\n".repeat(100)],
    ["a matrix", "0 0 0 0 0 0\n".repeat(60)],
    ["a list of data", `[\n${'  {"id": 1, "name": "a"},\n'.repeat(40)}]`],
    ["HTML rows", "<tr><td>0</td></tr>\n".repeat(40)],
    ["ten lines of exercises", numbered((n) => `${n}. How much is ${(n * 7) % 10} + ${(n * n) % 9}?\n`, 40)],
    ["a times table", numbered((n) => `7 x ${n} = ${7 * n}\n`, 60)],
    ["a list of users", numbered((n) => `user${n}@example.com\n`, 60)],
    ["a week", numbered((n) => `Day ${n}: walk for thirty minutes and drink enough.\n`, 7)],
  ])("%s", (_, text) => {
    expect(says(text)).toBe(true);
  });

  it("except equal rows of an answer that was cut at its limit", () => {
    const content = `| a | b |\n|---|---|\n${"| 1 | 100 |\n".repeat(100)}`;
    expect(says({ content, finishReason: "length" })).toBe(false);
  });
});
