import { expect, it } from "vitest";
import { fixedSequence } from "../../../src/loop/statistics/fixed-sequence.ts";

const of = (...pValues: number[]) =>
  fixedSequence(pValues.length, (index) => pValues[index] ?? Number.NaN, 0.05);

it("accepts up to the first p-value above the level, and tests none after it", () => {
  expect(of(0.01, 0.05, 0.06, 0.001)).toEqual({ accepted: 2, pValues: [0.01, 0.05, 0.06] });
});

it("accepts nothing where the first fails, and all where none does", () => {
  expect(of(0.2, 0)).toEqual({ accepted: 0, pValues: [0.2] });
  expect(of(0, 0.01)).toEqual({ accepted: 2, pValues: [0, 0.01] });
  expect(of()).toEqual({ accepted: 0, pValues: [] });
});

it("takes a p-value that is no number for a failure", () => {
  expect(of(0.01, Number.NaN, 0)).toMatchObject({ accepted: 1 });
});
