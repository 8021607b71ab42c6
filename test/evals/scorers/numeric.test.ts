import { describe, expect, it } from "vitest";
import { type NumericOptions, numeric } from "../../../evals/scorers/numeric.ts";
import { scoreWith } from "../../../evals/scorers/score-with.ts";

const score = async (output: string, expected: unknown, options?: NumericOptions) =>
  (await scoreWith(numeric(options), { output, expected })).score;
const numberIn = async (output: string, options?: NumericOptions) =>
  (await scoreWith(numeric(options), { output, expected: "0" })).metadata?.["number"];

describe("numeric", () => {
  it.each([
    ["18", 18],
    ["$18.00", 18],
    ["$18.", 18],
    ["**18**", 18],
    ["**$18.00**", 18],
    ["\\$18", 18],
    ["$18$", 18],
    ["USD 18", 18],
    ["18 USD", 18],
    ["18€", 18],
    ["€ 18,000.50", 18_000.5],
    ["US$18", 18],
    ["£1,234.50", 1234.5],
    ["1,234,567", 1_234_567],
    ["1{,}234", 1234],
    ["12,34,567", 1_234_567],
    ["1'234'567.5", 1_234_567.5],
    ["1\u00a0234\u00a0567", 1_234_567],
    ["1\u202f234", 1234],
    ["1\\,234", 1234],
    ["1_000_000", 1_000_000],
    ["1.234,56", 1234.56],
    ["-5", -5],
    ["−5", -5],
    ["+5", 5],
    ["-$5", -5],
    ["$-5", -5],
    ["-$1,234.50", -1234.5],
    [".5", 0.5],
    ["0.50", 0.5],
    ["3/4", 0.75],
    ["-3/4", -0.75],
    ["2 1/2", 2.5],
    ["½", 0.5],
    ["2½", 2.5],
    ["\\frac{3}{4}", 0.75],
    ["$\\dfrac{36}{2}$", 18],
    ["-\\frac{1}{2}", -0.5],
    ["1e3", 1000],
    ["1.5E-3", 0.0015],
    ["6.02e23", 6.02e23],
    ["6.02 × 10^23", 6.02e23],
    ["6.02 x 10^{23}", 6.02e23],
    ["6.02 \\times 10^{23}", 6.02e23],
    ["3 × 10⁸", 3e8],
    ["3·10⁻³", 0.003],
    ["3*10**8", 3e8],
    ["1.5 million", 1_500_000],
    ["$1.5M", 1_500_000],
    ["$18k", 18_000],
    ["2 billion dollars", 2e9],
    ["300K", 300],
    ["１８", 18],
    ["18th", 18],
    ["18 apples", 18],
    ["18/month", 18],
    ["007", 7],
    ["\\frac{-3}{4}", -0.75],
    ["10^6", 1e6],
    ["2^{-1}", 0.5],
    ["3²", 9],
    ["1 000 000", 1e6],
    ["–3", -3],
    ["£5.5m", 5.5e6],
    ["The answer is minus 3", -3],
    ["negative 3", -3],
  ])("reads %j as %d", async (output, expected) => {
    expect(await numberIn(output)).toBe(expected);
  });

  it.each([
    ["Janet sells 16 - 3 - 4 = 9 eggs, so she makes 9 * 2 = $18.\n#### 18", 18],
    ["#### $18.00", 18],
    ["#### 1,234\nThat was in 2024.", 1234],
    ["#### 3\n#### 18", 18],
    ["So $\\boxed{18}$ dollars, as 2 times 9.", 18],
    ["\\boxed{3} or rather \\boxed{\\$18}", 18],
    ["\\boxed{\\frac{36}{2}}", 18],
    ["\\boxed{\\text{18 dollars}}", 18],
    ["The answer is 18.", 18],
    ["The final answer is **$18.00**.", 18],
    ["Answer: 18 dollars (9 eggs at $2 each)", 18],
    ["The answer is 9 × 2 = 18 dollars.", 18],
    ["The answer to question 3 is 18. Check: 18 / 2 = 9", 18],
    ["First, the answer is 17. No, the answer is 18", 18],
    ["She makes 9 * 2 = 18 dollars every day.", 18],
    ["She earns $18.00 per day at the market.", 18],
    ["<think>17? 19?</think>18", 18],
    ["Between 3-18", 18],
    ["- 18", 18],
    ["10 - 18", 18],
    ["x=-18", -18],
    ["It takes GPT-4 18 tries", 18],
    ["18 g of H2O", 18],
    ["She had 2 dozen, that is 18 left over from v1", 18],
    ["version 1.2.3 has 18", 18],
    ["Profit ($18.00)", 18],
  ])("finds the answer in %j", async (output, expected) => {
    expect(await numberIn(output)).toBe(expected);
  });

  it.each([
    "",
    "eighteen",
    "no number",
    "1.2.3",
    "1,5",
    "12:30",
    "2024-01-31",
    "1/2/2024",
    "∞",
    "NaN",
    "H2O",
    "1/0",
    "18,00",
    "3:4",
    "0x1F",
  ])("reads no number in %j, which is wrong", async (output) => {
    expect(await score(output, "18")).toBe(0);
  });

  it("takes a percentage for the number and for its hundredth", async () => {
    expect(await score("12%", "12")).toBe(1);
    expect(await score("12 %", "0.12")).toBe(1);
    expect(await score("12 percent", "12%")).toBe(1);
    expect(await score("0.12", "12%")).toBe(1);
    expect(await score("12", "12%")).toBe(1);
    expect(await score("0.12%", "12%")).toBe(0);
    expect(await score("1.2%", "12")).toBe(0);
  });

  it("takes numbers in brackets for negative only where it is told to", async () => {
    expect(await numberIn("(18)")).toBe(18);
    expect(await numberIn("($1,234.50)", { accounting: true })).toBe(-1234.5);
    expect(await numberIn("(18)", { accounting: true })).toBe(-18);
    expect(await numberIn("18", { accounting: true })).toBe(18);
  });

  it("reads decimal commas where it is told to", async () => {
    expect(await numberIn("1.234,5", { decimal: "," })).toBe(1234.5);
    expect(await numberIn("3,14", { decimal: "," })).toBe(3.14);
    expect(await numberIn("1.234", { decimal: "," })).toBe(1234);
    expect(await numberIn("1.234")).toBe(1.234);
    expect(await numberIn("100 000,50 €", { decimal: "," })).toBe(100_000.5);
    expect(await numberIn("12 100", { decimal: "," })).toBe(12_100);
    expect(await numberIn("12 100")).toBe(100);
  });

  it("wants the number alone where it is told to", async () => {
    for (const output of ["18", " $18.00\n", "**18**", "18.", "$18$", "\\boxed{18}", "18 USD", "(18)"])
      expect(await score(output, 18, { find: "whole" }), output).toBe(1);
    for (const output of ["The answer is 18", "18 apples", "#### 18", "18, 19", "x = 18"])
      expect(await score(output, 18, { find: "whole" }), output).toBe(0);
  });

  it("compares within the tolerances", async () => {
    expect(await score("0.30000000000000004", "0.3")).toBe(1);
    expect(await score("0.333", "1/3")).toBe(0);
    expect(await score("0.333", "1/3", { absoluteTolerance: 0.001 })).toBe(1);
    expect(await score("101", "100", { relativeTolerance: 0.01 })).toBe(1);
    expect(await score("102", "100", { relativeTolerance: 0.01 })).toBe(0);
    expect(await score("99", "-100", { relativeTolerance: 0.01 })).toBe(0);
    expect(await score("0.001", "0")).toBe(0);
  });

  it("takes expected numbers in the forms that data sets have", async () => {
    for (const expected of [18, "18", "18.0", "$18", "9 * 2 = 18\n#### 18", [17, 18]])
      expect(await score("18", expected)).toBe(1);
    for (const expected of [undefined, null, "eighteen", {}, [], Number.NaN])
      expect(await score("18", expected)).toBeNull();
  });
});
