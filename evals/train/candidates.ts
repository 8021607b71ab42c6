import type { Part, WeightedPart } from "../../src/classifiers/trained/trained-file.ts";
import type { PartValues } from "./fit-parts.ts";

/** Way to score: a sum of standardised parts. */
export interface Candidate {
  readonly name: string;
  readonly score: readonly WeightedPart[];
  /** Scores of the held-out examples. */
  readonly values: Float64Array;
}

const learnt: readonly Part[] = ["ridge", "logistic", "neighbours"];
/** Names of all candidates; those of a table need records with categories. */
export const candidateNames: readonly string[] = [
  ...["length", "default", ...learnt, "mean", "blend"],
  ...["table", "mean+table"],
];
/** Number of records at which own labels count as much as the default. */
const priorRecords = 300;

/**
 * Builds all candidates: each part alone, the mean of the learnt ones, and the mean blended with the default,
 * whose weight falls with the number of records: 300 / (n + 300).
 */
export function candidatesOf(held: PartValues, records: number, hasTable: boolean): readonly Candidate[] {
  const own = records / (records + priorRecords);
  const even = (parts: readonly Part[]): Weights => parts.map((part) => [part, 1 / parts.length]);
  const mean = weigh("mean", even(learnt), held);
  const spread = momentsOf(mean.values).deviation;
  const weights: [string, Weights][] = [
    ["length", even(["length"])],
    ["default", even(["default"])],
    ...learnt.map((part): [string, Weights] => [part, even([part])]),
    [
      "blend",
      [["default", 1 - own], ...learnt.map((part): [Part, number] => [part, own / learnt.length / spread])],
    ],
  ];
  if (hasTable) weights.push(["table", even(["table"])], ["mean+table", even([...learnt, "table"])]);
  return [...weights.map(([name, parts]) => weigh(name, parts, held)), mean];
}

type Weights = readonly (readonly [Part, number])[];

function weigh(name: string, weights: Weights, { parts }: PartValues): Candidate {
  const score = weights.map(([part, weight]): WeightedPart => ({ part, weight, ...momentsOf(parts[part]) }));
  const values = new Float64Array(parts.length.length);
  for (const { part, weight, mean, deviation } of score) {
    parts[part].forEach((value, index) => {
      values[index] = (values[index] as number) + (weight * (value - mean)) / deviation;
    });
  }
  return { name, score, values };
}

function momentsOf(values: Float64Array): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) || 1 };
}
