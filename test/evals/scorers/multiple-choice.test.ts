import { describe, expect, it } from "vitest";
import { multipleChoice } from "../../../evals/scorers/multiple-choice.ts";
import { scoreWith } from "../../../evals/scorers/score-with.ts";

const chosenIn = async (output: string) => {
  const { score, metadata } = await scoreWith(multipleChoice({ choices: 5 }), { output, expected: "B" });
  return { score, chosen: metadata?.["chosen"] };
};

describe("multipleChoice", () => {
  it.each([
    "B",
    "b",
    " B \n",
    "B.",
    "(B)",
    "[B]",
    "B)",
    "**B**",
    "**B.**",
    "*B*",
    "`B`",
    "__B__",
    '"B"',
    "$B$",
    "B. Paris",
    "b) paris",
    "B) Paris",
    "B: Paris",
    "(B) Paris is the capital of France.",
    "**B) Paris**",
    "- B. Paris",
    "The answer is (B)",
    "The answer is B.",
    "The answer is **B**.",
    "The answer is **(B) Paris**.",
    "the answer is b.",
    "The correct answer is: B",
    "The correct answer is:\n\n**B. Paris**",
    "The correct option is B, since A is in England.",
    "The best answer among the options given is (B), not (A).",
    "Answer: B",
    "ANSWER: B",
    "**Answer:** B",
    "**Answer: B**",
    "Answer:B",
    "Answer - the first two are wrong.\nAnswer: B",
    "Answer B",
    "answer = B",
    "Final answer: \\boxed{B}",
    "$\\boxed{B}$",
    "\\boxed{\\text{B}}",
    "\\boxed{\\textbf{(B)}}",
    "\\boxed{\\mathrm{B}}",
    "$$\\boxed{\\text{B. Paris}}$$",
    "\\[ \\boxed{B} \\]",
    "#### B",
    "A) London lies in England.\nC) Rome lies in Italy.\nSo the answer is B.",
    "At first I thought the answer is A. But no: the answer is B.",
    "The answer is A. Wait, that is wrong.\n\nAnswer: B",
    "Option B is correct.",
    "(B) is the correct answer.",
    "B is right, because Paris is the capital.",
    "I would choose B.",
    "I'd go with (B).",
    "My choice is option B",
    "The answer is most likely B",
    "B because Paris is the capital",
    "B, because Paris is the capital",
    "B – Paris",
    "It's B.",
    "I think B",
    "Probably (B)",
    "<think>The answer is A? Or C?</think>B",
    "<think>\nA or C\n</think>\n\nThe answer is B.",
    "Ｂ",
    "Ⓑ",
    "The answer is 𝐁.",
    "Let us think. A car is a vehicle. I am sure that a dog is none.\n\nB",
    "The capital is Paris (B).",
    "The solution is option (B).",
    "The answer is B) Paris",
    "The answer is: option B.",
    "The answer is B-",
    "The answer is not A. It is B.",
    "It's not A, it's B.",
    "We can rule out A and C. That leaves B.",
    "A. wrong\nB. right\nC. wrong\nSo, B.",
    "{'answer': 'B'}",
    '{"answer": "B", "why": "A is in England"}',
    "The answer is ‘B’",
    "正确答案是B",
    "答案：B",
    "选B",
    "Die Antwort ist B.",
    "La bonne réponse est (B)",
    "B would be the correct answer",
    "I go for B",
    "Correct answer - B",
    "A good question. The answer is (B).",
    "B. No",
    "<answer>B</answer>",
    "[[B]]",
    "B\n\nA is wrong because it lies in England. C is wrong as well.",
  ])("finds B in %j", async (output) => {
    expect(await chosenIn(output)).toEqual({ score: 1, chosen: "B" });
  });

  it.each([
    ["A", "A"],
    ["The answer is A.", "A"],
    ["The answer is A because it is the largest.", "A"],
    ["Answer: A", "A"],
    ["A. London", "A"],
    ["A is correct.", "A"],
    ["the answer is (a)", "A"],
    ["\\boxed{A}", "A"],
    ["I choose E", "E"],
    ["The answer is B. No: it is C, so the answer is C", "C"],
    ["(D)", "D"],
    ["B is not correct. C is.", "C"],
    ["(B) is wrong, so it must be (C)", "C"],
  ])("reads %j as %s", async (output, chosen) => {
    expect(await chosenIn(output)).toEqual({ score: 0, chosen });
  });

  it.each([
    "",
    "I don't know.",
    "I cannot answer that question.",
    "Paris",
    "The answer is a dog.",
    "Answer: A triangle has three sides",
    "The answer is I think unclear",
    "A dog is an animal.",
    "The answer is Z.",
    "\\boxed{42}",
    "The answer is 42",
    "None of the above.",
    "The answer is D-day",
    "Vitamin B",
    "The answer is vitamin B.",
    "Vitamin B is the best answer to that",
    "Hepatitis B",
    "Plan B would be better.",
    "B cells make antibodies",
    "B is a letter of the alphabet",
    "B as in Berlin",
    "C++",
    "The answer is C#",
    "20 °C",
    "P(B) = 0.3",
    "B is incorrect.",
    "(B) is wrong.",
    "The answer is not (B).",
    "It isn't B.",
    "f(b)",
  ])("finds no choice in %j, which is wrong", async (output) => {
    expect(await chosenIn(output)).toEqual({ score: 0, chosen: undefined });
  });

  it.each([
    ["A or B", "A, B"],
    ["I am unsure between B and C.", "B, C"],
    ["Both A and B are correct.", "A, B"],
    ["The answer is A or maybe C.", "A, C"],
    ["The answer is A or B.", "A, B"],
    ["The answer is either (A) or (C)", "A, C"],
    ["The answer is both B and D.", "B, D"],
    ["Answer: A, B", "A, B"],
    ["Answer: A/C", "A, C"],
    ["(A) and (C)", "A, C"],
    ["A) London\nB) Paris\nC) Rome", "A, B, C"],
    ["\\boxed{A, C}", "A, C"],
  ])("takes %j, which leaves several open, for wrong", async (output, chosen) => {
    expect(await chosenIn(output)).toEqual({ score: 0, chosen });
  });

  it("takes the expected letter in the forms that data sets have", async () => {
    for (const expected of ["B", "b", "(B)", "B.", "B. Paris", "The answer is B"])
      expect((await scoreWith(multipleChoice(), { output: "B", expected })).score).toBe(1);
    for (const expected of ["", "Paris", "Vitamin B", "B cells", "A or B", 1, {}, undefined, null, []])
      expect((await scoreWith(multipleChoice(), { output: "B", expected })).score).toBeNull();
    expect((await scoreWith(multipleChoice(), { output: "B", expected: ["A", "B"] })).score).toBe(1);
  });

  it("knows as many letters as there are choices", async () => {
    expect(
      (await scoreWith(multipleChoice({ choices: 26 }), { output: "Answer: Q", expected: "Q" })).score,
    ).toBe(1);
    expect((await scoreWith(multipleChoice({ choices: 2 }), { output: "C", expected: "B" })).score).toBe(0);
  });
});
