import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arithmetic } from "../../../policies/checks/index.ts";
import { runs } from "../../support/runs.ts";
import { verdictOn } from "../../support/verdict.ts";

const says = (text: string) => verdictOn(arithmetic(), text);

describe("an equation that is right is accepted", () => {
  it.each([
    "5 * 3 = 15",
    "5*3=15",
    "12 * 1,500 = 18,000",
    "$5 x 3 = $15",
    "€1,234.50 + €65.50 = €1,300.00",
    "20% of 50 = 10",
    "15 / 60 * 100 = 25%",
    "20% + 30% = 50%",
    "100 - 20 = 80%",
    "(10 - 2) / 3 ≈ 2.67",
    "10 - 2*3 = 4",
    "(1+2)*(3+4) = 21",
    "5 + 3 = 4 + 4 = 8",
    "So, -3 + 5 = 2.",
    "5 apples + 3 apples = 8 apples",
    "He has 5 * 3 = 15 apples in total.",
    "3 pounds x $5/pound = $15",
    "<<48/2=24>>24",
    "**5 * 3 = 15**",
    "5 * 3 = **15**",
    "\\(5 \\times 3 = 15\\)",
    "$5 \\cdot 3 = 15$",
    "- 3 + 5 = 8",
    "Day 1 = 5 + 3 = 8",
  ])("%s", (text) => {
    expect(says(text)).toBe(true);
  });
});

describe("a result may be rounded", () => {
  it.each(["10 / 3 = 3.33", "10/3 = 3 remainder 1", "19/5 = 3 R 4", "3.333 * 3 = 10", "16.67 * 6 = 100.00"])(
    "%s",
    (text) => {
      expect(says(text)).toBe(true);
    },
  );
});

describe("an equation that is wrong is not accepted", () => {
  it.each([
    "5 * 3 = 16",
    "12 * 1,500 = 17,000",
    "12345 * 6 = 74071",
    "$5 x 3 = $16",
    "€1,234.50 + €65.50 = €1,301.00",
    "20% of 50 = 12",
    "15 / 60 * 100 = 35%",
    "(10 - 2) / 3 ≈ 2.78",
    "0.1 + 0.2 = 0.4",
    "5 + 3 = 4 + 5 = 9",
    "So, -3 + 5 = 8.",
    "5 - 8 = 3",
    "5 apples + 3 apples = 9 apples",
    "He has 5 * 3 = 25 apples in total.",
    "They cost 3 * $4 = $11 each",
    "3 pounds x $5/pound = $16",
    "<<48/2=25.5>>25.5",
    "**5 * 3 = 16**",
    "\\(5 \\times 3 = 16\\)",
    "- 3 + 5 = 9",
    "y = 3 * 4 = 13",
    "5 + 3 = 9 - he then left",
    "5 / 0 = 0",
    "2 + 2 = 4\n1 + 1 = 3\n",
  ])("%s", (text) => {
    expect(says(text)).toBe(false);
  });
});

describe("an ambiguous equation is not checked", () => {
  it.each([
    "",
    "2x + 3 = 7",
    "x5 + 3 = 9",
    "x = 5",
    "f(2) = 3",
    "2^3 = 6",
    "5! = 7",
    "\\frac{10}{2} = 4",
    "50 + 10% = 55",
    "3,5 * 2 = 7",
    "1.2.3 + 4 = 9",
    "1 1/2 * 2 = 3",
    "2 hours * 60 = 120 minutes",
    "6 miles / 30 minutes = 12 miles per hour",
    "2 dozen + 5 = 29",
    "total - 5 + 3 = 9",
    "a == 5 * 3",
    "5 + = 9",
    "= 9",
    `${"1 + ".repeat(100)}1 = 9`,
  ])("%s", (text) => {
    expect(says(text)).toBe(true);
  });
});

it("accepts every true equation of whole numbers and no false one", () => {
  const number = fc.integer({ min: 0, max: 9_999 });
  const sign = fc.constantFrom("+", "-", "*");
  fc.assert(
    fc.property(number, sign, number, sign, number, fc.integer({ min: 1, max: 50 }), (a, s, b, t, c, off) => {
      const formula = `${a} ${s} ${b} ${t} ${c}`;
      const value = reckon(a, s, b, t, c);
      expect(says(`so ${formula} = ${value}.`)).toBe(true);
      expect(says(`so ${formula} = ${value + off}.`)).toBe(false);
    }),
    { numRuns: runs(100, 10_000) },
  );
});

function reckon(a: number, s: string, b: number, t: string, c: number): number {
  const apply = (x: number, sign: string, y: number) => (sign === "+" ? x + y : sign === "-" ? x - y : x * y);
  return t === "*" && s !== "*" ? apply(a, s, b * c) : apply(apply(a, s, b), t, c);
}
