import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withoutFraming } from "../../src/classifiers/framing.ts";
import { anyCharacter } from "../support/any-character.ts";
import { runs } from "../support/runs.ts";

const bare = (text: string): string => {
  const { start, end } = withoutFraming(text);
  return text.slice(start, end);
};
const ask = "Prove that there are infinitely many primes.";

describe("what applications and people put around an ask is left out", () => {
  test.each([
    ["a greeting", `Hello! ${ask}`],
    ["a greeting in another language", `Guten Tag, ${ask}`],
    ["several courtesies", `Hi there, could you please help me with this? ${ask}`],
    ["thanks", `${ask} Thank you very much!`],
    ["thanks on a line", `${ask}\n\nThanks in advance.`],
    ["thanks in another language", `${ask} Muchas gracias.`],
    ["a greeting and thanks", `Good morning. ${ask} Many thanks for your help!`],
    ["a role", `You are a helpful assistant. ${ask}`],
    ["a role on a line", `Act as an experienced maths tutor:\n\n${ask}`],
    ["a label", `### Instruction:\n${ask}\n\n### Response:`],
    ["a short label", `Question: ${ask}\nAnswer:`],
    ["a fence", `\`\`\`\n${ask}\n\`\`\``],
    ["a fence with a language", `\`\`\`text\n${ask}\n\`\`\``],
    ["triple quotes", `"""\n${ask}\n"""`],
    ["quotation marks", `“${ask}”`],
    ["the mark of a quotation", `> ${ask}`],
    ["a signature", `${ask}\n\nBest regards,\nJo Smith\nHead of Sales`],
    ["a signature behind two dashes", `${ask}\n--\nJo Smith`],
    ["white space", `\n  ${ask} \n`],
  ])("%s", (_, framed) => {
    expect(bare(framed)).toBe(ask);
  });
});

describe("an ask stays whole", () => {
  test.each([
    "hi",
    "Thanks!",
    "thank you, that helped",
    "Hello world in Python",
    "You are given an array of n integers. Return the largest sum.",
    'Translate "good morning" and "good night".',
    "History of the Hanse",
    "```\nprint(1)\n```\nWhat does this print?",
    "What is 7 times 8?",
    "",
    "   ",
  ])("%s", (text) => {
    expect(bare(text).trim()).toBe(text.trim());
  });
});

test("for any text the rest lies in it, is not blank unless the text is, and is found in bounded time", () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter, maxLength: 1_200 }), (text) => {
      const { start, end } = withoutFraming(text);
      expect(start).toBeGreaterThanOrEqual(0);
      expect(end).toBeGreaterThanOrEqual(start);
      expect(end).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: runs(300, 10_000) },
  );
  for (const hostile of ["hello ", "you are a ", "thanks ", '"', "\n-- ", "please please ", "as a b c "]) {
    const text = hostile.repeat(200_000);
    expect(withoutFraming(text).end).toBeLessThanOrEqual(text.length);
  }
});
