import { describe, expect, test } from "vitest";
import { isPassage } from "../../../../src/router/classifiers/complexity/is-passage.ts";

const passage = (text: string): boolean => isPassage(text, 0, text.length);
const story = "Two children climbed the stairs of the lighthouse and found the lamp. ".repeat(6);

describe("a text and a question about it on one line", () => {
  test.each([
    ["a question at the end", `${story}What did the children find?`, true],
    ["a full-width question mark", `${story}子供たちは何を見つけましたか？`, true],
    ["a question mark before a closing quotation", `${story}He asked: "Where is it?" \n`, true],
    ["a gap to be filled in", `${story}The children found the _ .`, true],
    ["no question", story, false],
    ["a question on a line of its own", `${story}\n\nWhat did the children find?`, false],
    ["an instruction first", `Summarise this.\n${story}`, false],
    ["a question alone", "What did the children find?", false],
    ["nothing", "", false],
  ])("%s", (_, text, expected) => {
    expect(passage(text)).toBe(expected);
  });
});

test("only the stretch counts", () => {
  const text = `${story}What did the children find? ${"x".repeat(400)}`;
  expect(isPassage(text, 0, text.indexOf("?") + 1)).toBe(true);
  expect(isPassage(text, text.indexOf("What"), text.indexOf("?") + 1)).toBe(false);
});
