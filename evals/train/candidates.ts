import type { Part, WeightedPart } from "../../src/router/classifiers/trained/inner.ts";
import type { PartValues } from "./fit-parts.ts";

/** Way to score: a sum of standardised parts. */
export interface Candidate {
  readonly name: string;
  readonly score: readonly WeightedPart[];
  /** Scores of the held-out examples. */
  readonly values: Float64Array;
}

/** Parts of the mean, with their weights. They are fixed: weights that the records choose did worse on others. */
const averaged: Weights = [
  ["logistic", 1 / 2],
  ["landmarks", 1 / 2],
];
const learnt: readonly Part[] = ["logistic", "landmarks", "ridge", "neighbours"];
/** Weights of the default and of length, whose sum with a mean of deviation 1 is the score that is written. */
const prior = 0.1;
/** Weight of the table, added to that mean. */
const ofTable = 1;
/** Names of all candidates; those of a table need records with categories. */
export const candidateNames: readonly string[] = [
  ...["length", "default", ...learnt, "mean", "blend"],
  ...["table", "mean+table"],
];
/** Number of records at which own labels count as much as the default. */
const priorRecords = 300;

/**
 * Builds all candidates: each part alone; the mean of two learnt ones, plus a tenth of the default and of length;
 * the same plus the table; and a blend with the default, whose weight falls with the number of records:
 * 300 / (n + 300).
 */
export function candidatesOf(held: PartValues, records: number, hasTable: boolean): readonly Candidate[] {
  const own = records / (records + priorRecords);
  const even = (parts: readonly Part[]): Weights => parts.map((part) => [part, 1 / parts.length]);
  const spread = momentsOf(weigh("", averaged, held).values).deviation;
  const scaled = (share: number): Weights =>
    averaged.map(([part, weight]) => [part, (share * weight) / spread]);
  const mean: Weights = [...scaled(1), ["default", prior], ["length", prior]];
  const weights: [string, Weights][] = [
    ["length", even(["length"])],
    ["default", even(["default"])],
    ...learnt.map((part): [string, Weights] => [part, even([part])]),
    ["blend", [["default", 1 - own], ...scaled(own)]],
    ["mean", mean],
  ];
  if (hasTable) weights.push(["table", even(["table"])], ["mean+table", [...mean, ["table", ofTable]]]);
  return weights.map(([name, parts]) => weigh(name, parts, held));
}

type Weights = readonly (readonly [Part, number])[];

function weigh(name: string, weights: Weights, held: PartValues): Candidate {
  const score = weights.map(
    ([part, weight]): WeightedPart => ({ part, weight, ...momentsOf(held.parts[part]) }),
  );
  return { name, score, values: scoresBy(score, held) };
}

/** Computes the scores of examples from the values of their parts. */
export function scoresBy(score: readonly WeightedPart[], { parts }: PartValues): Float64Array {
  const values = new Float64Array(parts.length.length);
  for (const { part, weight, mean, deviation } of score) {
    parts[part].forEach((value, index) => {
      values[index] = (values[index] as number) + (weight * (value - mean)) / deviation;
    });
  }
  return values;
}

function momentsOf(values: Float64Array): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / values.length);
  // A part that varies only by rounding must not have the rounding error as its unit.
  return { mean, deviation: deviation > 1e-9 * (1 + Math.abs(mean)) ? deviation : 1 };
}
